import { valueIn } from '../config/yaml-edit';
import { moveBranch } from '../git/checkout';
import { fetchTip, pushPlanned, remoteHead } from '../git/push';
import { isAncestor, remoteOf } from '../git/read';
import { readRef } from '../git/refs';
import type { Repo } from '../git/repository';
import { requireUpstream, type Upstream } from '../git/state';
import { EXIT, UserError } from '../model/errors';
import type { Outcome } from './proposal';
import { noTip, taken, unpushed } from './refusals';
import { baseToday, pausesOf, type Workspace } from './workspace';

/**
 * Puts a commit on a new branch, and pushes it where there is an upstream; the checkout stays where it is. What the remote
 * does not take is no branch here either.
 * @throws UserError `branch-name`, `branch-exists`, `push-refused`; exit code 3
 */
export async function onNewBranch(
  workspace: Workspace,
  branch: string,
  built: string,
  upstream: Upstream | undefined,
): Promise<Pick<Outcome, 'commit' | 'branch' | 'pushed' | 'madeBefore'>> {
  const { repo } = workspace;
  const ref = await freeRef(repo, branch, built);
  const here = await readRef(repo, ref);
  const own = { commit: here ?? built, isThere: here !== undefined };
  const { commit, isThere } = upstream ? await pushNew(workspace, upstream, ref, own) : own;
  const { moved } =
    here === undefined
      ? await moveBranch(repo, { ref, from: undefined, to: commit, reason: 'new branch' })
      : { moved: true };
  if (!moved) throw unfit('branch-exists', `somebody made a branch ${branch} meanwhile`, upstream && commit);
  return { commit, branch, pushed: upstream !== undefined, madeBefore: isThere };
}

/** The ref of a branch that is not there, or has the same change already. */
async function freeRef(repo: Repo, branch: string, built: string): Promise<string> {
  const ref = `refs/heads/${branch}`;
  // Of a name such as "@{-1}" git makes another one; "-x" and "HEAD" are refs that no command of git can name.
  if (branch === 'HEAD' || (await repo.line(['check-ref-format', '--branch', branch])) !== branch)
    throw unfit('branch-name', `${JSON.stringify(branch)} cannot be a branch`);
  const all = (await repo.run(['for-each-ref', '--format=%(refname)', 'refs/heads'])).toString('utf8');
  // Refs are like files: none lies below another.
  const other = all.split('\n').find((one) => one.startsWith(`${ref}/`) || ref.startsWith(`${one}/`));
  if (other !== undefined)
    throw unfit(
      'branch-exists',
      `there is a branch ${other.slice('refs/heads/'.length)} already, and Git has no ${branch} beside it`,
    );
  const tip = await readRef(repo, ref);
  if (tip !== undefined && !(await isSameChange(repo, tip, built)))
    throw unfit('branch-exists', `there is a branch ${branch} already`);
  return ref;
}

/** A commit, and whether a branch had it, or one with the same change, before. */
interface Tip {
  readonly commit: string;
  readonly isThere: boolean;
}

/** Pushes a commit as a new branch. @returns what the remote has: the commit, or one with the same change */
async function pushNew(
  { repo, world }: Workspace,
  { remote }: Upstream,
  ref: string,
  { commit, isThere }: Tip,
): Promise<Tip> {
  const branch = ref.slice('refs/heads/'.length);
  const { value } = await pushPlanned(
    repo,
    { remote, ref, tracking: `refs/remotes/${remote}/${branch}` },
    async (tip) => {
      if (tip !== undefined && !(await isSameChange(repo, tip, commit))) throw taken(branch);
      const value = { commit: tip ?? commit, isThere: isThere || tip !== undefined };
      return { commit: value.commit, value };
    },
    pausesOf(world),
  );
  return value;
}

/** Whether a commit makes the same change on the same parent: then it is done already. */
async function isSameChange(repo: Repo, one: string, other: string): Promise<boolean> {
  const of = (id: string): Promise<string | undefined> => repo.line(['rev-parse', `${id}^{tree}`, `${id}^`]);
  return one === other || (await of(one)) === (await of(other));
}

const unfit = (code: string, cause: string, pushed?: string): UserError =>
  new UserError(
    {
      code,
      cause,
      consequence: pushed === undefined ? 'Nothing was changed.' : `It was left; ${pushed} is pushed.`,
      remedy: 'give another name with --branch',
    },
    EXIT.refused,
  );

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
