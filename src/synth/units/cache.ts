import { crc32 } from 'node:zlib';
import type { RenderedApp } from '../../constructs';
import type { Proven } from '../../model/rendered';
import { sha256 } from '../../manifests/publish';
import { readCached, writeCached } from '../cache-folder';
import { engineHash } from './engine';
import type { Unit } from './input';

const FILE = 'units';
/** The first line, with the checksum of all that follows. */
const HEAD = /^stageline units 1 ([0-9a-f]{8})\n/;
/** Beside what the last run used, as much again of what earlier ones did, and at least this many bytes. */
const ROOM = 16 * 1024 * 1024;

type Facts = Omit<Proven, 'text'>;
interface Entry extends Facts {
  /** What was rendered, as JSON; empty for what is only noted. */
  readonly data: Buffer;
}

/**
 * Units that were rendered before, by the hash of what they were rendered from: `.stageline/cache/units`, one file that
 * is replaced as a whole. What is damaged, half-written or of another format counts as empty. Those used last stand
 * first; the last to have been used are the first to go when room runs out.
 */
export class UnitCache {
  private readonly entries: Map<string, Entry>;
  private readonly used = new Map<string, Entry>();
  private grown = false;

  private readonly engine: string;

  /** @param root the repository's root; undefined: nothing is known, and nothing is kept */
  constructor(private readonly root: string | undefined) {
    this.entries = root === undefined ? new Map() : parse(readCached(root, FILE));
    this.engine = root === undefined ? '' : engineHash();
  }

  /**
   * The key of what follows from this data and from this program. The keys of maps count in their order: what comes in
   * another order is done again, to the same end.
   */
  keyOf(data: unknown): string {
    return this.root === undefined ? '' : sha256(`${this.engine}${JSON.stringify(data)}`);
  }

  get(key: string): Unit | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.used.set(key, entry);
    const { data, hash, size } = entry;
    return { ...(JSON.parse(data.toString()) as RenderedApp), proven: { hash, size } };
  }

  add(key: string, { proven: { hash, size }, ...app }: Unit): void {
    if (this.root === undefined) return;
    this.used.set(key, { hash, size, data: Buffer.from(JSON.stringify(app)) });
    this.grown = true;
  }

  /** Whether this was noted by an earlier run. */
  knows(key: string): boolean {
    const entry = this.entries.get(key);
    if (entry) this.used.set(key, entry);
    return entry !== undefined;
  }

  /** Keeps nothing but that it is so. */
  note(key: string): void {
    if (this.root === undefined || this.used.has(key)) return;
    this.used.set(key, { hash: '', size: 0, data: Buffer.alloc(0) });
    this.grown = true;
  }

  /** Keeps what was added. */
  save(): void {
    if (this.root !== undefined && this.grown) writeCached(this.root, FILE, this.pack());
  }

  private pack(): Buffer {
    const kept = [...this.used];
    const bytes = (entries: readonly [string, Entry][]): number =>
      entries.reduce((sum, [, { data }]) => sum + data.length, 0);
    let room = Math.max(bytes(kept), ROOM);
    for (const [key, entry] of this.entries) {
      if (this.used.has(key)) continue;
      room -= entry.data.length;
      if (room < 0) break;
      kept.push([key, entry]);
    }
    const index = kept.map(([key, { hash, size, data }]) => [key, hash, size, data.length]);
    const rest = Buffer.concat([
      Buffer.from(`${JSON.stringify(index)}\n`),
      ...kept.map(([, { data }]) => data),
    ]);
    return Buffer.concat([Buffer.from(`stageline units 1 ${checksum(rest)}\n`), rest]);
  }
}

const checksum = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');

function parse(file: Buffer | undefined): Map<string, Entry> {
  const head = HEAD.exec(file?.toString('latin1', 0, 64) ?? '');
  if (!file || !head) return new Map();
  const rest = file.subarray(head[0].length);
  if (head[1] !== checksum(rest)) return new Map();
  const end = rest.indexOf('\n');
  let at = end + 1;
  const index = JSON.parse(rest.toString('utf8', 0, end)) as [string, string, number, number][];
  return new Map(
    index.map(([key, hash, size, length]) => {
      at += length;
      return [key, { hash, size, data: rest.subarray(at - length, at) }];
    }),
  );
}
