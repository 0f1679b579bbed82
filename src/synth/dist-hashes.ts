import { crc32 } from 'node:zlib';
import { DistReader, isSettled, type KnownHashes } from '../manifests/publish';
import { readCached, timeCached, writeCached } from './cache-folder';

const FILE = 'hashes';
/** Columns of one length: thousands of files are read in 2 ms that way. */
interface Columns {
  readonly paths: readonly string[];
  readonly hashes: readonly string[];
  /** Four numbers a file. */
  readonly stamps: readonly number[];
}

/**
 * A reader of dist/ that knows the hashes of files which earlier commands have read, as long as nobody touched them:
 * `.stageline/cache/hashes`, which is to dist/ what Git's index is to a working tree. A hash counts while inode, size and
 * times are what they were, and if the file was at rest when it was read: by our clock, else it is not kept, and by the
 * clock of the disk, which the time of `hashes` is of, else it is not believed. In a copy of a folder it tells of the
 * files of the other one; what is damaged, or of another version, is not there. With `deep`, every file is read.
 */
export function openDist(
  root: string,
  { cache, deep }: { readonly cache?: boolean; readonly deep?: boolean },
): DistReader {
  return new DistReader(root, cache === false || deep ? undefined : knownHashes(root));
}

/** Keeps what a reader has hashed for the next command, where that took time. */
export function keepHashes(reader: DistReader): void {
  const { files, of } = reader.news;
  // To write down what is known of thousands takes some 3 ms, and so it does to hash a hundred.
  if (files === 0 || files < Math.min(100, of / 10)) return;
  const all = reader.hashed();
  const columns: Columns = {
    paths: all.map(({ path }) => path),
    hashes: all.map(({ hash }) => hash),
    stamps: all.flatMap(({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs]),
  };
  const json = JSON.stringify(columns);
  writeCached(reader.root, FILE, `${headOf(Buffer.from(json))}\n${json}`);
}

function knownHashes(root: string): KnownHashes | undefined {
  // Before it is read: where another one is put in its place meanwhile, that is later.
  const written = timeCached(root, FILE);
  const columns = written === undefined ? undefined : columnsOf(readCached(root, FILE));
  if (!columns) return undefined;
  const { paths, hashes, stamps } = columns;
  const places = new Map<string, number>();
  for (let i = 0; i < paths.length; i++) places.set(paths[i]!, i);
  // Where a clock was set back, a file may be changed once more at the very time that it has.
  const moment = Math.min(written!, Date.now());
  return (path, stamp) => {
    const i = places.get(path) ?? -1;
    const at = 4 * i;
    const isSame =
      stamps[at] === stamp.ino &&
      stamps[at + 1] === stamp.size &&
      stamps[at + 2] === stamp.mtimeMs &&
      stamps[at + 3] === stamp.ctimeMs;
    return isSame && isSettled(stamp, moment) ? hashes[i] : undefined;
  };
}

function columnsOf(file: Buffer | undefined): Columns | undefined {
  if (!file) return undefined;
  const end = file.indexOf('\n');
  const rest = file.subarray(end + 1);
  return file.toString('latin1', 0, end) === headOf(rest)
    ? (JSON.parse(rest.toString()) as Columns)
    : undefined;
}

/** The first line: what the rest is, and its checksum. */
const headOf = (rest: Buffer): string => `stageline hashes 1 ${crc32(rest).toString(16)}`;
