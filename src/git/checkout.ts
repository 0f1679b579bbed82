import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dropOwnLock, installIndex, prepareIndex, refreshIndex } from './index-file';
import {
  beginJournal,
  busy,
  endJournal,
  journalTime,
  ownerLives,
  readJournal,
  type Journal,
} from './journal';
import { isAncestor } from './read';
import { readRef, swapRef } from './refs';
import type { Repo } from './repository';
import { currentRef } from './state';
import { diffTrees, followFiles } from './worktree';

export interface Move {
  /** Full ref. */
  readonly ref: string;
  /** Where it has to stand; undefined: it must not exist. */
  readonly from: string | undefined;
  readonly to: string;
  /** For the reflog. */
  readonly reason: string;
}

export type MoveResult =
  { readonly moved: false } | { readonly moved: true; /** Files left as they were. */ left: string[] };

/**
 * Moves a branch by compare-and-swap, and when it is checked out here, index and files after it. Killed at any moment,
 * either the ref has not moved, or `repairCheckout` completes the rest.
 */
export async function moveBranch(
  repo: Repo,
  move: Move,
  step: (name: string) => void = () => undefined,
): Promise<MoveResult> {
  const { ref, from, to, reason } = move;
  if (from === undefined || repo.bare || (await currentRef(repo)) !== ref)
    return (await swapRef(repo, ref, from, to, reason)) ? { moved: true, left: [] } : { moved: false };
  beginJournal(repo, { ref, from, to });
  step('journalled');
  let swapped = false;
  try {
    swapped = await swapRef(repo, ref, from, to, reason);
  } finally {
    if (!swapped) endJournal(repo);
  }
  if (!swapped) return { moved: false };
  step('moved');
  return { moved: true, left: await follow(repo, from, to, step) };
}

async function follow(
  repo: Repo,
  from: string,
  to: string,
  step: (name: string) => void = () => undefined,
): Promise<string[]> {
  const differences = await diffTrees(repo, from, to);
  for (let tries = 0; ; tries++) {
    const prepared = await prepareIndex(repo, from, to);
    if (prepared === undefined) {
      endJournal(repo);
      return differences.map((difference) => difference.path);
    }
    step('prepared');
    const left = await followFiles(repo, from, differences, prepared.path);
    step('files');
    await refreshIndex(repo, prepared);
    if (!(await installIndex(repo, prepared)) && tries < 5) continue;
    step('index');
    endJournal(repo);
    return left;
  }
}

/**
 * Completes or forgets a move that was interrupted. Every command that writes calls it first.
 * @returns the files that were left as they are because somebody changed them; undefined when there was nothing to do
 * @throws UserError `checkout-busy` when the process that moves is still at work
 */
export async function repairCheckout(repo: Repo): Promise<string[] | undefined> {
  const journal = readJournal(repo);
  if (journal === undefined) return undefined;
  if (ownerLives(journal)) {
    if (journal.pid === process.pid) return undefined;
    throw busy(repo, journal.pid);
  }
  dropOwnLock(repo);
  await dropRefLocks(repo, journal);
  const tip = await readRef(repo, journal.ref);
  const done = tip !== undefined && (tip === journal.to || (await isAncestor(repo, journal.to, tip)));
  if (done && (await currentRef(repo)) === journal.ref && tip === journal.to)
    return follow(repo, journal.from, journal.to);
  endJournal(repo);
  return done ? [] : undefined;
}

/**
 * A git that was killed while it moved our ref leaves the ref's lock, which holds our new commit, and HEAD's, which is
 * empty. A ref's lock is held for milliseconds, so one that stays, and was made just after the journal, is ours.
 */
async function dropRefLocks(repo: Repo, journal: Journal): Promise<void> {
  const begun = journalTime(repo);
  const candidates = [join(repo.commonDir, `${journal.ref}.lock`), join(repo.gitDir, 'HEAD.lock')];
  const ours = (path: string): boolean => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat || stat.mtimeMs < begun - 1000 || stat.mtimeMs > begun + 30_000) return false;
    const content = readFileSync(path, 'utf8').trim();
    return content === '' || content === journal.to;
  };
  if (!candidates.some(ours)) return;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const path of candidates) if (ours(path)) rmSync(path, { force: true });
}
