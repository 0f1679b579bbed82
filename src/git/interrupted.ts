import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the journal of a checkout is, in the folder that Git has for it. */
export const JOURNAL = join('stageline', 'journal.json');

/** Whether a command of ours may have been killed while the checkout at this root followed its branch; no git is asked. */
export function mayBeInterrupted(root: string): boolean {
  const git = join(root, '.git');
  const stat = statSync(git, { throwIfNoEntry: false });
  if (!stat) return false;
  // A linked worktree has a file that names the folder.
  const folder = stat.isFile() ? resolve(root, readFileSync(git, 'utf8').replace('gitdir:', '').trim()) : git;
  return existsSync(join(folder, JOURNAL));
}
