import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../model/errors';
import { errnoOf } from './fs-errors';
import { sha256 } from './hash';
import { byText, DIST } from './paths';

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

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
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
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.map((e) => ({ path: e.name, type: typeOf(e) })).sort((a, b) => byText(a.path, b.path));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Everything below a folder, sorted by path; links are named, not followed. */
export function walk(folder: string): Entry[] {
  const found: Entry[] = [];
  const visit = (below: string): void => {
    for (const { path, type } of listFolder(join(folder, below))) {
      const entry = { path: below === '' ? path : `${below}/${path}`, type };
      found.push(entry);
      if (type === 'folder') visit(entry.path);
    }
  };
  visit('');
  return found.sort((a, b) => byText(a.path, b.path));
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

interface Remembered {
  readonly signature: string;
  readonly size: number;
  content?: Buffer;
  hash?: string;
}

/**
 * Reads files below dist/, each once. One reader serves one command; give it to `readDist`, `publish` and `checkDist`
 * alike. Until {@link refresh} is called, all see a file as the first did.
 */
export class DistReader {
  private readonly memory = new Map<string, Remembered>();
  private seen = new Set<string>();

  constructor(readonly root: string) {}

  /** The bytes of `dist/<path>`; undefined if it is no regular file. */
  read(path: string): Buffer | undefined {
    const found = this.look(path);
    return found && (found.content ??= readFileSync(join(this.root, DIST, path)));
  }

  /** Their SHA-256: for most files that is all that has to be known. */
  hash(path: string): string | undefined {
    const found = this.look(path);
    if (!found) return undefined;
    const { content, size } = found;
    return (found.hash ??= content ? sha256(content) : hashFile(join(this.root, DIST, path), size));
  }

  /**
   * The bytes of a file that has this SHA-256; undefined where it has not. The bytes are held against it, and not the
   * hash that was found before: somebody may change dist/ meanwhile.
   */
  holding(path: string, hash: string): Buffer | undefined {
    const content = this.read(path);
    return content && sha256(content) === hash ? content : undefined;
  }

  /** From now on a file is read again if its inode, size or times are not as they were. */
  refresh(): void {
    this.seen = new Set();
  }

  private look(path: string): Remembered | undefined {
    if (this.seen.has(path)) return this.memory.get(path);
    this.seen.add(path);
    const full = join(this.root, DIST, path);
    const stat = statOf(full);
    if (!stat?.isFile()) {
      this.memory.delete(path);
      return undefined;
    }
    const signature = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
    const known = this.memory.get(path);
    if (known?.signature === signature) return known;
    const found = { signature, size: Number(stat.size) };
    this.memory.set(path, found);
    return found;
  }
}

/** Files are hashed in here, one after the other. */
let room = Buffer.alloc(64 * 1024);

function hashFile(path: string, size: number): string {
  if (room.length <= size) room = Buffer.alloc(2 * size);
  const fd = openSync(path, 'r');
  try {
    let end = 0;
    for (let read = 1; read > 0 && end < room.length; end += read) read = readSync(fd, room, { offset: end });
    // It fills the room only where it has grown meanwhile.
    return sha256(end < room.length ? room.subarray(0, end) : readFileSync(path));
  } finally {
    closeSync(fd);
  }
}
