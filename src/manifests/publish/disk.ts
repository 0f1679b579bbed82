import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../model/errors';
import { errnoOf } from './fs-errors';
import { byText } from './paths';

export type EntryType = 'file' | 'folder' | 'link' | 'special';

/** One thing below a folder, its path relative to that folder, with forward slashes. */
export interface Entry {
  readonly path: string;
  readonly type: EntryType;
}

interface Typed {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function typeOf(entry: Typed): EntryType {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'special';
}

/** What the system says of a path itself; a link is not followed. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What stands at a path; a link is not followed. */
export function typeAt(path: string): EntryType | undefined {
  const stat = statOf(path);
  return stat && typeOf(stat);
}

/** The entries of one folder, sorted; none if there is no such folder. */
export function listFolder(folder: string): Entry[] {
  return sorted(entriesOf(folder));
}

const sorted = (entries: Entry[]): Entry[] => entries.sort((a, b) => byText(a.path, b.path));

function entriesOf(folder: string): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((e) => ({ path: e.name, type: typeOf(e) }));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Everything below a folder, sorted by path; links are named, not followed. */
export function walk(folder: string): Entry[] {
  const found: Entry[] = [];
  const visit = (below: string): void => {
    for (const { path, type } of entriesOf(join(folder, below))) {
      const entry = { path: below === '' ? path : `${below}/${path}`, type };
      found.push(entry);
      if (type === 'folder') visit(entry.path);
    }
  };
  visit('');
  return sorted(found);
}

/** Refuses a symbolic link, or a file where a folder must be: nothing is ever written through it. */
export function requireFolder(root: string, path: string): void {
  const type = typeAt(join(root, path));
  if (type === undefined || type === 'folder') return;
  const what =
    type === 'link' ? 'a symbolic link' : type === 'file' ? 'a file' : 'neither a file nor a folder';
  throw new UserError({
    code: type === 'link' ? 'output-is-symlink' : 'output-is-no-folder',
    cause: `"${path}" is ${what}; stageline writes a folder there`,
    consequence: 'Nothing was written.',
    remedy: `Move "${path}" away, or delete it, then run it again.`,
  });
}
