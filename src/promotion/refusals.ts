import { remoteOf } from '../git/read';
import type { Repo } from '../git/repository';
import type { Upstream } from '../git/state';
import { fsProblem } from '../manifests/publish';
import { EXIT, UserError } from '../model/errors';
import { suggest } from '../model/nearest';

export const unpushed = (): UserError =>
  new UserError(
    {
      code: 'unpushed-commits',
      cause: 'this branch has commits that are not on the remote',
      consequence: 'They would be pushed along, or lost. Nothing was changed.',
      remedy: 'push or drop them first (git push, or git pull --rebase and then git push)',
    },
    EXIT.refused,
  );

export const movedMeanwhile = (ref: string): UserError =>
  new UserError(
    {
      code: 'branch-moved',
      cause: `${ref} was moved by somebody else in the meantime`,
      consequence: 'Nothing was changed.',
      remedy: 'try again',
    },
    EXIT.refused,
  );

export const taken = (branch: string): UserError =>
  new UserError(
    {
      code: 'branch-exists',
      cause: `the remote has a branch ${branch} already, with other commits`,
      consequence: 'Nothing was pushed; nothing of others is ever overwritten.',
      remedy: 'give another name with --branch',
    },
    EXIT.refused,
  );

export const noTip = (upstream: Upstream): UserError =>
  new UserError(
    {
      code: 'no-upstream',
      cause: `${upstream.remote} has no ${upstream.ref}`,
      consequence: 'Nothing was committed or pushed.',
      remedy: 'push the branch first',
    },
    EXIT.refused,
  );

/** @throws UserError `unknown-app` for each that the stage has not */
export function refuseUnknownApps(stage: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((app) => !known.includes(app));
  if (unknown.length === 0) return;
  throw new UserError(
    unknown.map((app) => ({
      code: 'unknown-app',
      cause: `stage ${stage} has no app ${JSON.stringify(app)}`,
      remedy: suggest(app, known, known.length === 0 ? 'It has none.' : `apps are: ${known.join(', ')}`),
    })),
  );
}

/** What is asked for lies where the history of a shallow clone does not reach. */
export async function historyMissing(repo: Repo, what: string): Promise<UserError> {
  return new UserError(
    {
      code: 'history-missing',
      cause: `${what} not in this shallow clone`,
      consequence: 'Nothing was changed.',
      remedy: `git fetch --unshallow ${(await remoteOf(repo)) ?? ''}`.trim(),
    },
    EXIT.refused,
  );
}

/** Runs a step; what the system refuses in it is told as what a person can mend. Everything else passes through. */
export async function withFsProblems<T>(root: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const problem = fsProblem(
      error,
      root,
      'All is as it was, or it is done and the next command finishes it.',
    );
    throw problem ? new UserError(problem) : error;
  }
}
