import { valueIn } from '../config/yaml-edit';
import { moveBranch } from '../git/checkout';
import { fetchTip, pushPlanned, remoteHead } from '../git/push';
import { isAncestor, remoteOf } from '../git/read';
import { readRef } from '../git/refs';
import { requireUpstream, type Upstream } from '../git/state';
import { EXIT, UserError } from '../model/errors';
import type { Outcome } from './proposal';
import { noTip, taken, unpushed } from './refusals';
import { baseToday, type Workspace } from './workspace';

/** Puts a commit on a new branch, and pushes it where there is an upstream; the checkout stays where it is. */
export async function onNewBranch(
  workspace: Workspace,
  branch: string,
  built: string,
  upstream: Upstream | undefined,
): Promise<Pick<Outcome, 'commit' | 'branch' | 'pushed'>> {
  const { repo } = workspace;
  const ref = `refs/heads/${branch}`;
  // Of a name such as "@{-1}" git makes another one; "-x" and "HEAD" are refs that no command of git can name.
  const valid = branch !== 'HEAD' && (await repo.line(['check-ref-format', '--branch', branch])) === branch;
  const there = valid ? await sameChange(workspace, ref, built) : undefined;
  const commit = there ?? built;
  const moved =
    there !== undefined ||
    (valid && (await moveBranch(repo, { ref, from: undefined, to: commit, reason: 'new branch' })).moved);
  if (!moved)
    throw new UserError(
      {
        code: valid ? 'branch-exists' : 'branch-name',
        cause: valid ? `there is a branch ${branch} already` : `${JSON.stringify(branch)} cannot be a branch`,
        consequence: 'Nothing was changed.',
        remedy: 'give another name with --branch',
      },
      EXIT.refused,
    );
  if (!upstream) return { commit, branch, pushed: false };
  const target = { remote: upstream.remote, ref, tracking: `refs/remotes/${upstream.remote}/${branch}` };
  await pushPlanned(
    repo,
    target,
    (tip) => {
      if (tip !== undefined && tip !== commit) throw taken(branch);
      return Promise.resolve({ commit, value: undefined });
    },
    {
      random: workspace.world.random ?? Math.random,
      sleep: workspace.world.sleep ?? (() => Promise.resolve()),
    },
  );
  return { commit, branch, pushed: true };
}

/** The commit of a branch that makes the same change on the same parent: then it is done already. */
async function sameChange({ repo }: Workspace, ref: string, commit: string): Promise<string | undefined> {
  const tip = await readRef(repo, ref);
  if (tip === undefined) return undefined;
  const of = (id: string): Promise<string | undefined> => repo.line(['rev-parse', `${id}^{tree}`, `${id}^`]);
  return (await of(tip)) === (await of(commit)) ? tip : undefined;
}

/**
 * Where a commit goes in the end: the branch that the one at HEAD follows. Where HEAD is on none, as CI often checks it
 * out, the one that Argo CD follows.
 * @throws UserError `no-upstream`, `detached-head`
 */
export async function upstreamOf({ world, repo, checkout }: Workspace): Promise<Upstream> {
  if (checkout.ref !== 'HEAD') return requireUpstream(repo, checkout.ref);
  const remote = await remoteOf(repo);
  const base = baseToday(world.root);
  const named = valueIn(base, ['repository', 'revision']) ?? 'HEAD';
  const ref = named === 'HEAD' ? remote && (await remoteHead(repo, remote)) : `refs/heads/${String(named)}`;
  if (remote === undefined || ref === undefined)
    throw detached('HEAD is detached, and no remote says for which branch the change is');
  return { remote, ref, tracking: ref.replace('refs/heads', `refs/remotes/${remote}`) };
}

/** A new branch begins at HEAD, which has to be on the remote: else it would take along what is not of this change. */
export async function requirePushed({ repo, checkout }: Workspace, upstream: Upstream): Promise<void> {
  const tip = await fetchTip(repo, upstream);
  if (tip === undefined) throw noTip(upstream);
  if (await isAncestor(repo, checkout.head, tip)) return;
  if (checkout.ref !== 'HEAD') throw unpushed();
  throw detached(
    `HEAD is detached at ${checkout.head.slice(0, 12)}, which is not on ${upstream.tracking.slice('refs/remotes/'.length)}`,
  );
}

const detached = (cause: string): UserError =>
  new UserError(
    {
      code: 'detached-head',
      cause,
      consequence: 'A new branch could take along what is not of this change. Nothing was changed.',
      remedy: 'switch to the branch that the change is for: git switch <branch>',
    },
    EXIT.refused,
  );
