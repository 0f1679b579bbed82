import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Our folder in the one that Git has for a checkout, and the journal there. */
export const OWN_FOLDER = 'stageline';
export const JOURNAL = 'journal.json';

/** Whether a command of ours may have been killed while the checkout at this root followed its branch; no git is asked. */
export function mayBeInterrupted(root: string): boolean {
  const git = join(root, '.git');
  const stat = statSync(git, { throwIfNoEntry: false });
  if (!stat) return false;
  // A linked worktree has a file that names the folder.
  const folder = stat.isFile() ? resolve(root, readFileSync(git, 'utf8').replace('gitdir:', '').trim()) : git;
  return existsSync(join(folder, OWN_FOLDER, JOURNAL));
}
