import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { EXIT, UserError, type Problem } from '../model/errors';
import type { Repo } from './repository';

/** A branch that another follows: on which remote, under which name, and where this clone keeps its copy. */
export interface Upstream {
  readonly remote: string;
  readonly ref: string;
  readonly tracking: string;
}

/** What a command that commits needs to know of the checkout. */
export interface Checkout {
  /** The branch HEAD is on, as a full ref; `HEAD` where it is on none. */
  readonly ref: string;
  readonly head: string;
}

/** The full ref HEAD is on, or undefined when it is detached. */
export async function currentRef(repo: Repo): Promise<string | undefined> {
  return repo.line(['symbolic-ref', '--quiet', 'HEAD']);
}

const OPERATIONS: readonly (readonly [string, string, string])[] = [
  ['rebase-merge', 'a rebase', 'git rebase --continue or --abort'],
  ['rebase-apply', 'a rebase or git am', 'git rebase --continue or --abort, or git am --abort'],
  ['MERGE_HEAD', 'a merge', 'git merge --continue or --abort'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick', 'git cherry-pick --continue or --abort'],
  ['REVERT_HEAD', 'a revert', 'git revert --continue or --abort'],
  ['BISECT_LOG', 'a bisection', 'git bisect reset'],
];

/** Whether git knows by its configuration, and not by a guess, who commits. */
export async function hasIdentity(repo: Repo): Promise<boolean> {
  const ask = async (who: string): Promise<boolean> =>
    (await repo.try(['-c', 'user.useConfigOnly=true', 'var', who])).code === 0;
  return (await ask('GIT_COMMITTER_IDENT')) && (await ask('GIT_AUTHOR_IDENT'));
}

const NO_IDENTITY: Problem = {
  code: 'no-identity',
  cause: 'git does not know who commits',
  consequence: 'Nothing was changed.',
  remedy: 'git config user.name "…" and git config user.email "…"',
};

/** @throws UserError `no-identity`, exit code 3 */
export async function requireIdentity(repo: Repo): Promise<void> {
  if (!(await hasIdentity(repo))) throw new UserError(NO_IDENTITY, EXIT.refused);
}

/**
 * The branch that `ref` follows.
 * @throws UserError `no-upstream`
 */
export async function requireUpstream(repo: Repo, ref: string): Promise<Upstream> {
  const format = '--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)';
  const [remote, remoteRef, tracking] = (await repo.run(['for-each-ref', format, ref]))
    .toString('utf8')
    .trimEnd()
    .split('\0');
  if (remote && remoteRef && tracking && remote !== '.') return { remote, ref: remoteRef, tracking };
  const branch = ref.replace(/^refs\/heads\//, '');
  throw new UserError(
    {
      code: 'no-upstream',
      cause: `the branch ${branch} follows no branch of a remote`,
      consequence: 'Nothing was committed or pushed.',
      remedy: `git branch --set-upstream-to=origin/${branch} ${branch}, or leave out --push`,
    },
    EXIT.refused,
  );
}

/** Lock files of git that have been there for some time: a killed process leaves them. */
export function staleLocks(repo: Repo, now: number, olderThanMs = 2000): string[] {
  const found: string[] = [];
  const look = (path: string): void => {
    try {
      if (now - statSync(path).mtimeMs >= olderThanMs) found.push(path);
    } catch {
      // Gone in the meantime.
    }
  };
  for (const name of ['index.lock', 'HEAD.lock']) look(join(repo.gitDir, name));
  for (const name of ['packed-refs.lock', 'config.lock', 'shallow.lock']) look(join(repo.commonDir, name));
  const refs = join(repo.commonDir, 'refs');
  if (existsSync(refs))
    for (const name of readdirSync(refs, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.lock')) look(join(refs, name));
  return [...new Set(found)].sort();
}

export interface CheckoutNeeds {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Folders in which a file that git does not know is as bad as a change. */
  readonly inputs: readonly string[];
  /** Whether HEAD may be on no branch, since the commit goes to another one. @default false */
  readonly detached?: boolean;
  /** Takes what keeps a commit from being made, where none is to be made. @default it is refused */
  readonly report?: (problem: Problem) => void;
}

/**
 * The checkout, if it is in a state to commit on: clean, on a branch, no operation half done, with an identity.
 * @throws UserError with everything that is in the way, exit code 3
 */
export async function requireCheckout(repo: Repo, needs: CheckoutNeeds): Promise<Checkout> {
  const problems: Problem[] = [];
  const refuse = (code: string, cause: string, remedy: string): void => {
    problems.push({ code, cause, consequence: 'Nothing was changed.', remedy });
  };
  if (repo.bare)
    refuse('bare-repository', 'this is a bare repository, without a checkout', 'run it in a clone');
  const ref = repo.bare ? undefined : await currentRef(repo);
  const head = await repo.line(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  const operations = OPERATIONS.filter(([file]) => existsSync(join(repo.gitDir, file)));
  for (const [, what, remedy] of operations) refuse('git-in-progress', `${what} is half done`, remedy);
  if (ref === undefined && !needs.detached && !repo.bare && operations.length === 0)
    refuse(
      'detached-head',
      'HEAD is detached: a commit would be on no branch',
      'git switch <branch>, or a new one for this commit: --branch <name>',
    );
  if (head === undefined) refuse('no-commit', 'the branch has no commit yet', 'commit what there is first');
  if (!(await hasIdentity(repo))) problems.push(NO_IDENTITY);
  for (const lock of staleLocks(repo, needs.now))
    refuse(
      'git-locked',
      `${relative(repo.root, lock)} is in the way: another git is at work, or one was killed`,
      `when no git is running here, remove it: rm "${lock}"`,
    );
  if (head !== undefined && !repo.bare) for (const problem of await dirt(repo, needs)) problems.push(problem);
  if (repo.bare || head === undefined || (problems.length > 0 && !needs.report))
    throw new UserError(problems, EXIT.refused);
  for (const problem of problems) needs.report?.(problem);
  return { ref: ref ?? 'HEAD', head };
}

async function dirt(repo: Repo, needs: CheckoutNeeds): Promise<Problem[]> {
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
  const records = (await repo.run(args)).toString('utf8').split('\0').filter(Boolean);
  const inInputs = (path: string): boolean =>
    needs.inputs.some((input) => path === input || path.startsWith(`${input}/`));
  const paths = records
    .filter((record) => !record.startsWith('??') || inInputs(record.slice(3)))
    .map((record) => record.slice(3))
    .sort();
  if (paths.length === 0) return [];
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return [
    {
      code: 'dirty-tree',
      cause: `there are changes that are not committed: ${paths.slice(0, 5).join(', ')}${more}`,
      consequence: 'Nothing was changed: a commit of stageline holds what it did, and nothing else.',
      remedy: 'commit or stash them first',
    },
  ];
}
