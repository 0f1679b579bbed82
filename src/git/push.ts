import { EXIT, UserError } from '../model/errors';
import { isAncestor } from './read';
import { readRef } from './refs';
import type { Repo } from './repository';
import { gitFailed, type RunResult } from './run';

/** A ref on a remote, and where this clone keeps its copy of it. */
export interface RemoteRef {
  readonly remote: string;
  readonly ref: string;
  readonly tracking: string;
}

/** What to do on top of a tip: push a commit, or nothing because it is there already. */
export type Attempt<T> =
  { readonly commit: string; readonly value: T } | { readonly commit?: undefined; readonly value: T };

export interface PushOptions {
  /** How often the remote may have moved, or refused, before this gives up. @default 20 */
  readonly attempts?: number;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The full ref of a remote's default branch; undefined where it has none. */
export async function remoteHead(repo: Repo, remote: string): Promise<string | undefined> {
  const ls = ['ls-remote', '--symref', remote, 'HEAD'];
  const listed = await repo.try(ls);
  if (listed.code !== 0) throw gitFailed(ls, listed);
  return /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(listed.stdout.toString('utf8'))?.[1];
}

/** The tip of a remote's ref, fetched; undefined where the remote has none. */
export async function fetchTip(repo: Repo, target: RemoteRef): Promise<string | undefined> {
  const ls = ['ls-remote', '--exit-code', target.remote, target.ref];
  const listed = await repo.try(ls);
  if (listed.code === 2) return undefined;
  if (listed.code !== 0) throw gitFailed(ls, listed);
  const refspec = `+${target.ref}:${target.tracking}`;
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  let result: RunResult | undefined;
  // Two commands in one clone may want the same lock: the later one tries again.
  for (let tries = 0; tries < 5; tries++) {
    result = await repo.try([...fetch, target.remote, refspec]);
    if (result.code === 0) return readRef(repo, target.tracking);
    await new Promise((resolve) => setTimeout(resolve, 100 * (tries + 1)));
  }
  throw gitFailed([...fetch, target.remote], result!);
}

/**
 * Pushes what `plan` makes of the remote's tip. When the tip has moved meanwhile, fetches and plans again on the new one,
 * after a pause that grows and is random. The remote's ref moves only from the tip that was planned on: nothing of
 * others is ever overwritten.
 * @throws UserError `push-refused` when the remote does not take it, although nobody came between
 */
export async function pushPlanned<T>(
  repo: Repo,
  target: RemoteRef,
  plan: (tip: string | undefined) => Promise<Attempt<T>>,
  options: PushOptions,
): Promise<{ readonly value: T; readonly commit?: string }> {
  const { attempts = 20, random, sleep } = options;
  let refusedOnSameTip = 0;
  let tip = await fetchTip(repo, target);
  for (let attempt = 1; ; attempt++) {
    const { commit, value } = await plan(tip);
    if (commit === undefined || commit === tip) return { value };
    if (tip !== undefined && !(await isAncestor(repo, tip, commit)))
      throw new Error(`planned ${commit}, which does not contain the tip ${tip}`);
    const result = await push(repo, target, tip, commit);
    if (result.code === 0) return { value, commit };
    await sleep(random() * Math.min(3000, 50 * 2 ** attempt));
    const now = await fetchTip(repo, target);
    if (now !== undefined && (now === commit || (await isAncestor(repo, commit, now))))
      return { value, commit };
    refusedOnSameTip = now === tip ? refusedOnSameTip + 1 : 0;
    if (refusedOnSameTip >= 4 || attempt >= attempts) throw refused(target, result, attempt);
    tip = now;
  }
}

function push(repo: Repo, target: RemoteRef, tip: string | undefined, commit: string): Promise<RunResult> {
  const lease = `--force-with-lease=${target.ref}:${tip ?? ''}`;
  const flags = ['--porcelain', '--quiet', '--no-follow-tags', '--recurse-submodules=no', '--no-signed'];
  return repo.try(['push', ...flags, lease, target.remote, `${commit}:${target.ref}`]);
}

function refused(target: RemoteRef, result: RunResult, attempts: number): UserError {
  return new UserError(
    {
      code: 'push-refused',
      cause: `${target.remote} did not take the push to ${target.ref.replace('refs/heads/', '')}, ${attempts} times`,
      consequence: result.stderr || 'Nothing was changed here or there.',
      remedy:
        'where the branch is protected, propose it on another (--branch <name> --push); else try again later',
    },
    EXIT.refused,
  );
}
