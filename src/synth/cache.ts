import { crc32 } from 'node:zlib';
import { sha256 } from '../manifests/publish';
import { readCached, writeCached } from './cache-folder';
import { engineHash } from './engine';

const FILE = 'results';
/** The first line, with the checksum of all that follows. */
const HEAD = /^stageline results 1 ([0-9a-f]{8})\n/;
/** Beside what the last run used, as much again of what earlier ones did, and at least this many bytes. */
const ROOM = 16 * 1024 * 1024;

/**
 * Results of earlier runs, by the hash of all they follow from: `.stageline/cache/results`, one file that is replaced as
 * a whole. What is damaged, half-written or of another format counts as empty. Those used last stand first, and go last
 * when room runs out.
 */
export class Cache {
  private readonly known: ReadonlyMap<string, Buffer>;
  private readonly used = new Map<string, Buffer | string>();
  private readonly engine: string;
  private grown = false;

  /** @param root the repository's root; undefined: nothing is known, and nothing is kept */
  constructor(private readonly root?: string) {
    this.known = root === undefined ? new Map() : parse(readCached(root, FILE));
    this.engine = root === undefined ? '' : engineHash();
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
    if (this.root === undefined || this.used.has(key)) return;
    this.used.set(key, json);
    this.grown = true;
  }

  /** Keeps what was put there. */
  save(): void {
    if (this.root !== undefined && this.grown) writeCached(this.root, FILE, this.pack());
  }

  private pack(): Buffer {
    const kept = [...this.used].map(([key, data]): [string, Buffer] => {
      return [key, typeof data === 'string' ? Buffer.from(data) : data];
    });
    let room = Math.max(
      ROOM,
      kept.reduce((sum, [, { length }]) => sum + length, 0),
    );
    for (const entry of this.known) {
      if (this.used.has(entry[0])) continue;
      room -= entry[1].length;
      if (room < 0) break;
      kept.push(entry);
    }
    const index = JSON.stringify(kept.map(([key, { length }]) => [key, length]));
    const rest = Buffer.concat([Buffer.from(`${index}\n`), ...kept.map(([, data]) => data)]);
    return Buffer.concat([Buffer.from(`stageline results 1 ${checksum(rest)}\n`), rest]);
  }
}

const checksum = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');

function parse(file: Buffer | undefined): Map<string, Buffer> {
  const head = HEAD.exec(file?.toString('latin1', 0, 64) ?? '');
  if (!file || !head) return new Map();
  const rest = file.subarray(head[0].length);
  if (head[1] !== checksum(rest)) return new Map();
  const end = rest.indexOf('\n');
  let at = end + 1;
  const index = JSON.parse(rest.toString('utf8', 0, end)) as [string, number][];
  return new Map(index.map(([key, length]) => [key, rest.subarray(at, (at += length))]));
}
