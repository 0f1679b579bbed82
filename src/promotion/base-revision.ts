import { isAncestor, mergeBase, requireCommit, resolveCommit } from '../git/read';
import type { Repo } from '../git/repository';
import { currentRef } from '../git/state';
import { diffTrees } from '../git/worktree';
import { EXIT, UserError } from '../model/errors';
import { valueIn } from '../config/yaml-edit';

/** What no stage is rendered from: output, the stages' own files, and what people read. */
const NOT_BASE =
  /^(dist|test|docs|\.stageline|\.ci|\.github|\.gitlab)\/|^environments\/(?!base\.yaml$)|^[^/]*\.md$|^LICENSE$|^CODEOWNERS$|^\.git[^/]*$/;

/** Whether two revisions render alike: the same program, base.yaml and packages. */
export async function sameBase(repo: Repo, one: string, other: string): Promise<boolean> {
  const differences = await diffTrees(repo, await requireCommit(repo, one), await requireCommit(repo, other));
  return differences.every(({ path }) => NOT_BASE.test(path));
}

/**
 * The revision that a stage is pinned to when it takes what a commit has: one that is on the default branch, so that
 * every clone finds it.
 * @throws UserError `base-not-on-default-branch`, exit code 3
 */
export async function baseOf(repo: Repo, revision: string, baseValues: unknown): Promise<string> {
  const branch = await defaultBranch(repo, baseValues);
  if (branch === undefined || (await isAncestor(repo, revision, branch))) return revision;
  const shared = await mergeBase(repo, revision, branch);
  if (shared !== undefined && (await sameBase(repo, shared, revision))) return shared;
  throw notOnDefault(revision);
}

/** @throws UserError `base-not-on-default-branch`, exit code 3 */
export async function requireOnDefault(repo: Repo, revision: string, baseValues: unknown): Promise<void> {
  const branch = await defaultBranch(repo, baseValues);
  if (branch !== undefined && !(await isAncestor(repo, revision, branch))) throw notOnDefault(revision);
}

async function defaultBranch(repo: Repo, baseValues: unknown): Promise<string | undefined> {
  const named = valueIn(baseValues, ['repository', 'revision']);
  const name = typeof named === 'string' && named !== 'HEAD' ? named : undefined;
  const listed = (await repo.run(['remote'])).toString('utf8').split('\n').filter(Boolean);
  // Of several, a fork's may have what nobody else has.
  const remotes = listed.includes('origin') ? ['origin'] : listed;
  const candidates = [
    ...remotes.map((remote) => `refs/remotes/${remote}/${name ?? 'HEAD'}`),
    ...(name === undefined ? [] : [`refs/heads/${name}`]),
  ];
  for (const candidate of candidates) {
    const commit = await resolveCommit(repo, candidate);
    if (commit !== undefined) return commit;
  }
  return name === undefined ? currentRef(repo) : undefined;
}

function notOnDefault(revision: string): UserError {
  return new UserError(
    {
      code: 'base-not-on-default-branch',
      cause: `${revision} is not on the default branch`,
      consequence: 'Other clones, and Argo CD, might never see it. Nothing was changed.',
      remedy: 'merge and push it first, or, to promote, leave the base out (--only image, --only config)',
    },
    EXIT.refused,
  );
}
