import { crc32 } from 'node:zlib';
import { sha256 } from '../manifests/publish';
import { appendCached, readCached, writeCached } from './cache-folder';
import { engineHash } from './engine';

const FILE = 'results';
/** Before each block: the checksum and the length of what follows. */
const HEAD = /^stageline results 2 ([0-9a-f]{8}) (\d+)\n/;
/** The file holds twice what the last run used, and at least this many bytes. */
const ROOM = 16 * 1024 * 1024;

/**
 * Results of earlier runs, by the hash of all they follow from: `.stageline/cache/results`. A run adds what is new in a
 * block of its own; when there is no room left, the file is replaced by one block with what this run used and, as far as
 * it fits, what others did before. What is damaged, half-written or of another format is not there, and all behind it.
 */
export class Cache {
  private readonly known = new Map<string, Buffer>();
  private readonly used = new Map<string, Buffer | string>();
  private readonly engine: string;
  /** Bytes that the file has; 0 where it has to be replaced. */
  private size = 0;

  /** @param root the repository's root; undefined: nothing is known, and nothing is kept */
  constructor(private readonly root?: string) {
    this.engine = root === undefined ? '' : engineHash();
    const file = root === undefined ? undefined : readCached(root, FILE);
    if (file && readBlocks(file, this.known)) this.size = file.length;
  }

  /**
   * The key of what follows from this data and from this program. The keys of maps count in their order: what comes in
   * another order is done again, to the same end.
   */
  keyOf(data: unknown): string {
    return this.root === undefined ? '' : sha256(`${this.engine}${JSON.stringify(data)}`);
  }

  has(key: string): boolean {
    const data = this.known.get(key);
    if (data) this.used.set(key, data);
    return data !== undefined;
  }

  /** What was put there, as JSON brings it back. */
  get(key: string): unknown {
    return this.has(key) ? JSON.parse(this.used.get(key)!.toString()) : undefined;
  }

  /** @param json what `get` will give, as JSON */
  put(key: string, json = 'true'): void {
    if (this.root === undefined || this.used.has(key) || this.has(key)) return;
    this.used.set(key, json);
  }

  /** Keeps what was put there. */
  save(): void {
    const fresh = [...this.used].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    if (this.root === undefined || fresh.length === 0) return;
    const used = lengthOf(this.used.values());
    const most = Math.max(ROOM, 2 * used);
    if (this.size > 0 && this.size + lengthOf(fresh.map(([, data]) => data)) <= most)
      return appendCached(this.root, FILE, blockOf(fresh));
    const kept: [string, Buffer | string][] = [...this.used];
    let room = most - used;
    for (const entry of this.known) {
      if (this.used.has(entry[0])) continue;
      room -= entry[1].length;
      if (room < 0) break;
      kept.push(entry);
    }
    writeCached(this.root, FILE, blockOf(kept));
  }
}

function lengthOf(data: Iterable<Buffer | string>): number {
  let sum = 0;
  for (const { length } of data) sum += length;
  return sum;
}

const checksum = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');

/** A line that says how long each entry is, then the entries. */
function blockOf(entries: readonly (readonly [string, Buffer | string])[]): Buffer {
  const data = entries.map(([, each]) => (typeof each === 'string' ? Buffer.from(each) : each));
  const index = JSON.stringify(entries.map(([key], i) => [key, data[i]!.length]));
  const rest = Buffer.concat([Buffer.from(`${index}\n`), ...data]);
  return Buffer.concat([Buffer.from(`stageline results 2 ${checksum(rest)} ${rest.length}\n`), rest]);
}

/** Reads block after block; tells whether all of the file is right. */
function readBlocks(file: Buffer, into: Map<string, Buffer>): boolean {
  for (let start = 0; start < file.length;) {
    const head = HEAD.exec(file.toString('latin1', start, start + 64));
    if (!head) return false;
    const rest = file.subarray(start + head[0].length, start + head[0].length + Number(head[2]));
    if (rest.length !== Number(head[2]) || head[1] !== checksum(rest)) return false;
    let at = rest.indexOf('\n') + 1;
    for (const [key, length] of JSON.parse(rest.toString('utf8', 0, at)) as [string, number][])
      into.set(key, rest.subarray(at, (at += length)));
    start += head[0].length + rest.length;
  }
  return true;
}
