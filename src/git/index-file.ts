import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UserError } from '../model/errors';
import { ownFolder } from './commit';
import type { Repo } from './repository';

const indexPath = (repo: Repo): string => join(repo.gitDir, 'index');
const lockPath = (repo: Repo): string => join(repo.gitDir, 'index.lock');
const preparedPath = (repo: Repo): string => join(ownFolder(repo), 'index');

export interface PreparedIndex {
  readonly path: string;
  /** The index it was made from, to see whether git wrote another meanwhile. */
  readonly before: Buffer | undefined;
}

/**
 * An index beside the real one that has moved from one commit to the other, keeping what else is staged. Undefined when
 * something staged is in the way.
 */
export async function prepareIndex(repo: Repo, from: string, to: string): Promise<PreparedIndex | undefined> {
  const path = preparedPath(repo);
  rmSync(path, { force: true });
  rmSync(`${path}.lock`, { force: true });
  const before = existsSync(indexPath(repo)) ? readFileSync(indexPath(repo)) : undefined;
  if (before) copyFileSync(indexPath(repo), path);
  const moved = await repo.try(['read-tree', '-m', '-i', from, to], { extra: { GIT_INDEX_FILE: path } });
  return moved.code === 0 ? { path, before } : undefined;
}

/** Lets git look at the files, so that the next `git status` need not read them. */
export async function refreshIndex(repo: Repo, prepared: PreparedIndex): Promise<void> {
  await repo.try(['update-index', '-q', '--refresh'], { extra: { GIT_INDEX_FILE: prepared.path } });
}

/** Puts the prepared index in place under git's own lock. False when the real one changed since: prepare again. */
export async function installIndex(repo: Repo, prepared: PreparedIndex): Promise<boolean> {
  await takeLock(repo, prepared.path);
  try {
    const now = existsSync(indexPath(repo)) ? readFileSync(indexPath(repo)) : undefined;
    const same = now === undefined ? prepared.before === undefined : prepared.before?.equals(now) === true;
    if (!same) return false;
    renameSync(lockPath(repo), indexPath(repo));
    return true;
  } finally {
    dropOwnLock(repo);
    rmSync(prepared.path, { force: true });
  }
}

/** Removes an index.lock that we made and left: it is the same file as our prepared index. */
export function dropOwnLock(repo: Repo): void {
  const [lock, prepared] = [lockPath(repo), preparedPath(repo)].map((path) =>
    statSync(path, { throwIfNoEntry: false, bigint: true }),
  );
  if (lock && prepared && lock.ino === prepared.ino && lock.dev === prepared.dev) rmSync(lockPath(repo));
}

async function takeLock(repo: Repo, prepared: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      linkSync(prepared, lockPath(repo));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (tries >= 40) throw locked(repo);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function locked(repo: Repo): UserError {
  return new UserError(
    {
      code: 'git-locked',
      cause: 'index.lock is in the way: another git is at work, or one was killed',
      consequence: 'The commit is made; the files of the checkout follow with the next command.',
      remedy: `when no git is running here, remove it: rm "${lockPath(repo)}"`,
    },
    EXIT.refused,
  );
}
