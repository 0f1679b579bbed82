import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { checkArguments, type PublishOptions } from './arguments';
import { requireFolder } from './disk';
import { withFsErrors } from './fs-errors';
import { inspect, type DistFile } from './inspect';
import { DIST, SCRATCH } from './paths';
import { withProcessLock } from './process-lock';
import { PATIENCE, recover, recoverLocked, type Recovery } from './recover';
import { commit } from './transaction';

export interface PublishResult {
  /** What differed, sorted by path: all but `foreign` and `unlisted` files is now as it should be. */
  readonly files: readonly DistFile[];
  /** Paths below dist/ that were written; with `dryRun`, that would be. */
  readonly written: readonly string[];
  /** Paths below dist/ that were removed; with `dryRun`, that would be. */
  readonly removed: readonly string[];
  /** How many files of the published stages were as they should be. */
  readonly unchanged: number;
  /** SHA-256 of the lock of each published stage. */
  readonly locks: ReadonlyMap<string, string>;
  /** What became of an interrupted run before this one. */
  readonly recovered?: Recovery;
}

export interface CheckResult {
  /** Whether publishing would change nothing. Files that it keeps do not count. */
  readonly clean: boolean;
  /** What differs, sorted by path. */
  readonly files: readonly DistFile[];
  /** How many files of the given stages are as they should be. */
  readonly unchanged: number;
  /** SHA-256 of the lock that each given stage should have. */
  readonly locks: ReadonlyMap<string, string>;
  /** What became of an interrupted run before this one. */
  readonly recovered?: Recovery;
}

const UNTOUCHED = `Nothing was written: ${DIST}/ is as it was.`;

/**
 * Brings dist/ to what the stages say, and is the only one that writes there. All of it or, when something fails,
 * nothing; after a kill every file is whole and the next run ends what was begun. Only files that differ are touched;
 * only files of ours are removed, and folders only when they are empty.
 * @throws UserError for names that cannot be written, foreign files and links in the way, another run that writes,
 * a damaged journal, a lock of a newer stageline, and a disk that refuses
 */
export function publish(options: PublishOptions): PublishResult {
  checkArguments(options);
  const root = realpathSync(options.root);
  const waitMs = options.waitMs ?? PATIENCE;
  if (options.dryRun) {
    const { changes, ...rest } = examine(root, options, waitMs);
    return { ...rest, ...split(changes) };
  }
  return withFsErrors(root, UNTOUCHED, () => {
    requireFolder(root, SCRATCH);
    mkdirSync(join(root, SCRATCH), { recursive: true });
    return withProcessLock(root, waitMs, () => {
      const recovered = recoverLocked(root);
      const { changes, ...rest } = inspect(root, options, options.reader);
      if (changes.length > 0) commit(root, changes);
      return { ...rest, ...split(changes), ...(recovered && { recovered }) };
    });
  });
}

/**
 * Tells how dist/ differs from what the stages say. Writes nothing, except that it ends an interrupted run.
 * @throws UserError for everything that would make publishing impossible
 */
export function checkDist(options: PublishOptions): CheckResult {
  checkArguments(options);
  const { changes, ...rest } = examine(realpathSync(options.root), options, options.waitMs ?? PATIENCE);
  return { clean: changes.length === 0, ...rest };
}

function examine(root: string, options: PublishOptions, waitMs: number) {
  const recovered = recover(root, waitMs);
  const inspection = withFsErrors(root, UNTOUCHED, () => inspect(root, options, options.reader));
  return { ...inspection, ...(recovered && { recovered }) };
}

function split(changes: readonly { path: string; text: string | null }[]) {
  const paths = (removed: boolean): string[] =>
    changes
      .filter(({ text }) => (text === null) === removed)
      .map(({ path }) => path)
      .sort();
  return { written: paths(false), removed: paths(true) };
}
