import { readLog, type LogEntry } from '../git/log';
import { readObjects } from '../git/read';
import type { Repo } from '../git/repository';
import { parseLock } from '../manifests/publish';
import { contentHash } from './records';

/** A commit, and when it was made: milliseconds since 1970. */
export interface Committed {
  readonly commit: string;
  readonly time: number;
}

interface Looked {
  readonly head: string;
  readonly stage: string;
  /** The hash of the manifests. */
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How many commits are looked at, of those that changed the stage, and of those before the one that brought it. */
const LOOKED_AT = 200;

/** Which commit brought a stage's manifests as they are; undefined where none tells. */
export async function broughtBy(
  repo: Repo,
  { head, stage, content, now }: Looked,
): Promise<Committed | undefined> {
  const path = `dist/${stage}/stageline.lock`;
  const entries = await readLog(repo, { to: head, paths: [path], limit: LOOKED_AT });
  const texts = await readObjects(
    repo,
    entries.map(({ commit }) => `${commit}:${path}`),
  );
  const isOther = (_: unknown, i: number): boolean => {
    const lock = parseLock(stage, texts[i]?.toString('utf8') ?? '');
    return 'problem' in lock || contentHash(lock) !== content;
  };
  const other = entries.findIndex(isOther);
  const brought = entries.slice(0, other < 0 ? undefined : other).at(-1);
  return brought && { commit: brought.commit, time: await timeOf(repo, brought, now) };
}

/** Anybody's clock may be wrong: no commit is older than one before it, and what is still to come dates no other. */
async function timeOf(repo: Repo, { commit, time }: LogEntry, now: number): Promise<number> {
  const before = await readLog(repo, { to: commit, limit: LOOKED_AT });
  const times = before.map((entry) => entry.time * 1000).filter((one) => one <= now);
  return Math.max(time * 1000, ...times);
}
