import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { statOf, walk, type Entry } from './disk';
import { asUserError } from './fs-errors';
import { sha256 } from './hash';
import { DIST } from './paths';
import { isSame, isSettled, type Stamp } from './stamp';

/** A file below dist/ that was read, and what it was when it was. */
export interface Hashed extends Stamp {
  /** Below dist/. */
  readonly path: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
}

/** The hash of a file that was read when it had this stamp, so that it still is what it was; undefined for others. */
export type KnownHashes = (path: string, stamp: Stamp) => string | undefined;

interface Remembered {
  /** Absent: there is no regular file. */
  readonly stamp?: Stamp;
  /** When it was looked at last. */
  round: number;
  content?: Buffer;
  hash?: string;
}

const UNKNOWN = `What ${DIST}/ holds cannot be told, so nothing was written.`;

/**
 * Reads files below dist/, each once. One reader serves one command; give it to `readDist`, `publish` and `checkDist`
 * alike. Until {@link refresh} is called, all see a file as the first did.
 */
export class DistReader {
  private readonly memory = new Map<string, Remembered>();
  private round = 1;
  /** What had not changed for a while by then is known by its stamp from then on. */
  private readonly started = Date.now();
  private gained = 0;

  /** @param known of files that earlier commands have read */
  constructor(
    readonly root: string,
    private readonly known: KnownHashes = () => undefined,
  ) {}

  /**
   * The bytes of `dist/<path>`; undefined if it is no regular file.
   * @throws UserError `write-failed`, here and below, where the system refuses to read, or the file has just gone
   */
  read(path: string): Buffer | undefined {
    const found = this.look(path);
    if (!found) return undefined;
    try {
      return (found.content ??= readFileSync(this.placeOf(path)));
    } catch (error) {
      throw this.refused(error);
    }
  }

  /** Their SHA-256: for most files that is all that has to be known. */
  hash(path: string): string | undefined {
    const found = this.look(path);
    if (!found || found.hash !== undefined) return found?.hash;
    const { content, stamp } = found;
    try {
      found.hash = content ? sha256(content) : hashFile(this.placeOf(path), stamp!.size);
    } catch (error) {
      throw this.refused(error);
    }
    if (isSettled(stamp!, this.started)) this.gained += 1;
    return found.hash;
  }

  /**
   * The bytes of a file that has this SHA-256; undefined where it has not. The bytes are held against it, and not the
   * hash that was found before: somebody may change dist/ meanwhile.
   */
  holding(path: string, hash: string): Buffer | undefined {
    const content = this.read(path);
    return content && sha256(content) === hash ? content : undefined;
  }

  /** Everything below `dist/<folder>` as it is now, as {@link walk} lists it. */
  walk(folder: string): Entry[] {
    try {
      return walk(this.placeOf(folder));
    } catch (error) {
      throw this.refused(error);
    }
  }

  /** From now on a file is read again if it is not as it was. */
  refresh(): void {
    this.round += 1;
  }

  /** How much of what {@link hashed} gives was not known before. */
  get news(): { readonly files: number; readonly of: number } {
    return { files: this.gained, of: this.memory.size };
  }

  /** What it knows of files by their stamps: a change after that must show in them. */
  hashed(): Hashed[] {
    const all: Hashed[] = [];
    for (const [path, { stamp, hash }] of this.memory) {
      if (!stamp || hash === undefined || !isSettled(stamp, this.started)) continue;
      const { ino, size, mtimeMs, ctimeMs } = stamp;
      all.push({ path, hash, ino, size, mtimeMs, ctimeMs });
    }
    return all;
  }

  private look(path: string): Remembered | undefined {
    let found = this.memory.get(path);
    if (found?.round !== this.round) {
      found = this.seen(path, found);
      this.memory.set(path, found);
    }
    return found.stamp && found;
  }

  private seen(path: string, before: Remembered | undefined): Remembered {
    const { round } = this;
    const stamp = this.stampOf(path);
    if (!stamp || !isSettled(stamp, this.started)) return { stamp, round };
    if (!before) return { stamp, round, hash: this.known(path, stamp) };
    if (!before.stamp || !isSame(before.stamp, stamp)) return { stamp, round };
    before.round = round;
    return before;
  }

  private stampOf(path: string): Stamp | undefined {
    try {
      const stat = statOf(this.placeOf(path));
      return stat?.isFile() ? stat : undefined;
    } catch (error) {
      throw this.refused(error);
    }
  }

  private placeOf(path: string): string {
    return `${this.root}/${DIST}/${path}`;
  }

  private refused(error: unknown): unknown {
    return asUserError(error, this.root, UNKNOWN);
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
