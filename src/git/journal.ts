import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT, UserError } from '../model/errors';
import { ownFolder } from './commit';
import { JOURNAL } from './interrupted';
import type { Repo } from './repository';

const journalSchema = z.object({
  pid: z.int(),
  /** When the process started, so that a later one with the same number is not taken for it. */
  started: z.string(),
  ref: z.string(),
  from: z.string(),
  to: z.string(),
});
/** A move of a branch that has begun: written before the ref moves, removed when the checkout has followed. */
export type Journal = z.output<typeof journalSchema>;

const journalPath = (repo: Repo): string => join(ownFolder(repo), JOURNAL);

/**
 * Writes the journal, whole or not at all; it is the lock of this checkout at the same time.
 * @throws UserError `checkout-busy` when another one is at work
 */
export function beginJournal(repo: Repo, move: Pick<Journal, 'ref' | 'from' | 'to'>): void {
  const journal: Journal = { pid: process.pid, started: startOf(process.pid) ?? '', ...move };
  const scratch = join(ownFolder(repo), `journal-${process.pid}`);
  writeFileSync(scratch, JSON.stringify(journal), { flush: true });
  try {
    linkSync(scratch, journalPath(repo));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw busy(repo, readJournal(repo)?.pid);
    throw error;
  } finally {
    rmSync(scratch, { force: true });
  }
}

export function endJournal(repo: Repo): void {
  rmSync(journalPath(repo), { force: true });
}

/** The journal that stands, of a process at work or of one that was killed. */
export function readJournal(repo: Repo): Journal | undefined {
  try {
    return journalSchema.parse(JSON.parse(readFileSync(journalPath(repo), 'utf8')));
  } catch {
    return undefined;
  }
}

/** When the journal was written, milliseconds since 1970. */
export function journalTime(repo: Repo): number {
  return statSync(journalPath(repo)).mtimeMs;
}

export function ownerLives(journal: Journal): boolean {
  try {
    process.kill(journal.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = startOf(journal.pid);
  return started === undefined || started === journal.started;
}

// Field 22 of /proc/<pid>/stat; the name before it may hold spaces and brackets.
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'gone' : fields[19];
  } catch {
    return undefined;
  }
}

export function busy(repo: Repo, pid: number | undefined): UserError {
  return new UserError(
    {
      code: 'checkout-busy',
      cause: `another stageline${pid === undefined ? '' : ` (process ${pid})`} is changing this checkout`,
      consequence: 'Nothing was changed.',
      remedy:
        pid === undefined
          ? `wait for it to end, then try again; when none is running here, remove what one left: rm "${journalPath(repo)}"`
          : 'wait for it to end, then try again',
    },
    EXIT.refused,
  );
}
