import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { scanObject } from '../secrets/objects';
import { isAllAllowed } from '../secrets/suspects';
import { appendCached, readCached, writeCached } from './cache-folder';
import { engineHash } from './engine';

const FILE = 'results';
/** Before each block: the checksum and the length of what follows. */
const HEAD = /^stageline results 4 ([0-9a-f]{8}) (\d+)\n/;
/** When the file is replaced it holds twice what the last run used, and at least this many bytes. */
const ROOM = 16 * 1024 * 1024;
/** So many times as large it may become before it is replaced again. */
const GROWTH = 1.5;

/**
 * Results of earlier runs, by the hash of all they follow from: `.stageline/cache/results`. A run adds what is new in a
 * block of its own; when there is no room left, the file is replaced by one block with what this run used and, as far as
 * it fits, what others did before. What is damaged, half-written or of another format is not there, and all behind it.
 */
export class Cache {
  private readonly file: Buffer = Buffer.alloc(0);
  /** The entries of the file, by their keys. */
  private readonly known = new Map<string, Place>();
  /** Where each of them begins in the file, and where it ends: by numbers, since there are thousands. */
  private readonly bounds: number[] = [];
  private readonly used = new Map<string, Place | string>();
  private readonly engine: string;
  /** Whether the file is right to its end, so that more can be added. */
  private readonly whole: boolean = false;

  /** @param root the repository's root; undefined: nothing is known, and nothing is kept */
  constructor(private readonly root?: string) {
    this.engine = root === undefined ? '' : engineHash();
    const file = root === undefined ? undefined : readCached(root, FILE);
    if (!file) return;
    this.file = file;
    this.whole = readBlocks(file, this.known, this.bounds);
  }

  /**
   * The key of what follows from this data and from this program. The keys of maps count in their order: what comes in
   * another order is done again, to the same end.
   */
  keyOf(data: unknown): string {
    return this.root === undefined
      ? ''
      : hash('sha256', `${this.engine}${JSON.stringify(data)}`, 'base64url');
  }

  /** Whether nothing is known of earlier runs. */
  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  has(key: string): boolean {
    const place = this.known.get(key);
    if (place !== undefined) this.used.set(key, place);
    return place !== undefined;
  }

  /** What was put there, as JSON brings it back. */
  get(key: string): unknown {
    const place = this.has(key) ? this.known.get(key)! : undefined;
    return place === undefined ? undefined : JSON.parse(this.bytesAt(place).toString());
  }

  /** What follows from this data and from this program, as JSON brings it back: made where it is not known. */
  of<T>(data: unknown, make: () => T): T {
    const key = this.keyOf(data);
    const known = this.get(key) as T | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.put(key, JSON.stringify(made));
    return made;
  }

  /** @param json what `get` will give, as JSON */
  put(key: string, json = 'true'): void {
    if (this.root === undefined || this.used.has(key) || this.has(key)) return;
    this.used.set(key, json);
  }

  /** What in it looks like a credential: such a thing is not put there. */
  credentialsIn(value: object): readonly string[] {
    return scanObject(value as Readonly<Record<string, unknown>>).map(({ detection }) => detection.secret);
  }

  /** Whether anything in it does. */
  holdsCredential(value: object): boolean {
    return this.credentialsIn(value).length > 0;
  }

  readonly isAllAllowed = isAllAllowed;

  /** Keeps what was put there. */
  save(): void {
    const fresh = [...this.used].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    if (this.root === undefined || fresh.length === 0) return;
    const used = this.lengthOf(this.used.values());
    const most = Math.max(ROOM, 2 * used);
    if (this.whole && this.file.length + this.lengthOf(fresh.map(([, json]) => json)) <= GROWTH * most)
      return appendCached(this.root, FILE, blockOf(fresh.map(([key, json]) => [key, Buffer.from(json)])));
    const others: [string, Place][] = [];
    let room = most - used;
    // What came last is the first to be kept, and stays last.
    for (const entry of [...this.known].reverse()) {
      if (this.used.has(entry[0])) continue;
      room -= this.lengthOf([entry[1]]);
      if (room < 0) break;
      others.push(entry);
    }
    const kept = [...others.reverse(), ...this.used];
    const bytes = (each: Place | string): Buffer =>
      typeof each === 'string' ? Buffer.from(each) : this.bytesAt(each);
    writeCached(this.root, FILE, blockOf(kept.map(([key, each]) => [key, bytes(each)])));
  }

  private bytesAt(place: Place): Buffer {
    return this.file.subarray(this.bounds[place], this.bounds[place + 1]);
  }

  private lengthOf(entries: Iterable<Place | string>): number {
    let sum = 0;
    for (const each of entries)
      sum += typeof each === 'string' ? each.length : this.bounds[each + 1]! - this.bounds[each]!;
    return sum;
  }
}

/** The place of an entry's begin among the bounds; its end follows. */
type Place = number;

const checksum = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');

/** A line with the keys, none of which has a comma, and how long each entry is; then the entries. */
function blockOf(entries: readonly (readonly [string, Buffer])[]): Buffer {
  const index = JSON.stringify([entries.map(([key]) => key).join(), entries.map(([, { length }]) => length)]);
  const rest = Buffer.concat([Buffer.from(`${index}\n`), ...entries.map(([, data]) => data)]);
  return Buffer.concat([Buffer.from(`stageline results 4 ${checksum(rest)} ${rest.length}\n`), rest]);
}

/** Reads block after block; tells whether all of the file is right. */
function readBlocks(file: Buffer, into: Map<string, Place>, bounds: number[]): boolean {
  for (let start = 0; start < file.length;) {
    const head = HEAD.exec(file.toString('latin1', start, start + 64));
    if (!head) return false;
    const [first, end] = [start + head[0].length, start + head[0].length + Number(head[2])];
    if (end > file.length || head[1] !== checksum(file.subarray(first, end))) return false;
    let at = file.indexOf('\n', first) + 1;
    const [keys, lengths] = JSON.parse(file.toString('utf8', first, at)) as [string, number[]];
    const all = keys.split(',');
    for (let i = 0; i < all.length; i++) {
      into.set(all[i]!, bounds.length);
      bounds.push(at, (at += lengths[i]!));
    }
    start = end;
  }
  return true;
}
