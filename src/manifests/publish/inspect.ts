import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type Problem } from '../../model/errors';
import { hasMarker } from '../marker';
import type { PublishFile, PublishOptions, PublishStage } from './arguments';
import { listFolder, requireFolder, type Entry } from './disk';
import { sha256 } from './hash';
import { changedMeanwhile, linkProblem, occupied } from './inspect-problems';
import { byText, CaseIndex, caseProblem, DIST, LOCK_FILE } from './paths';
import { DistReader } from './reader';
import { lockHash } from './read';
import { formatLock, isFault, parseLock, type StageLock } from './stage-lock';
import type { Change } from './transaction';

/**
 * How a path below dist/ differs from what it should be:
 * - `missing`: to be written, and not there;
 * - `stale`: as stageline wrote it, but the input has changed since;
 * - `edited`: changed by hand since stageline wrote it;
 * - `line-endings`: as it should be, but for CRLF line endings;
 * - `left-over`: ours by marker and lock, and of no use any more: publishing removes it;
 * - `unlisted`: begins with the marker, but no lock knows it: kept;
 * - `foreign`: somebody else's: kept.
 */
export type FileState =
  'missing' | 'stale' | 'edited' | 'line-endings' | 'left-over' | 'unlisted' | 'foreign';

export interface DistFile {
  /** Path below dist/; that of a folder ends in a slash. */
  readonly path: string;
  readonly state: FileState;
}

/** What is below dist/ compared with what should be. */
export interface Inspection {
  /** All that differs, sorted by path. */
  readonly files: readonly DistFile[];
  /** What to do about it, in this order. */
  readonly changes: readonly Change[];
  /** Files that are as they should be; stages that are kept do not count. */
  readonly unchanged: number;
  /** SHA-256 of the lock that each stage is to have; stages that are kept do not count. */
  readonly locks: ReadonlyMap<string, string>;
}

/**
 * Reads dist/ and tells what must change in it; writes nothing.
 * @throws UserError for everything that makes publishing impossible, all of it at once
 */
export function inspect(root: string, options: PublishOptions, reader = new DistReader(root)): Inspection {
  reader.refresh();
  requireFolder(root, DIST);
  const found: Found = { files: [], changes: [], locks: [], hashes: new Map(), problems: [], unchanged: 0 };
  const top = listFolder(join(root, DIST));
  const wanted = new Map(options.stages.map((stage) => [stage.name, stage]));
  const kept = options.keep ?? new Map<string, string | undefined>();
  const cases = new CaseIndex();
  for (const name of [...wanted.keys(), ...kept.keys()]) cases.add(name);
  for (const { path, type } of top) {
    const other = cases.add(path);
    if (other !== undefined) found.problems.push(caseProblem(other, path));
    else if (kept.has(path)) requireFolder(root, `${DIST}/${path}`);
    else if (!wanted.has(path)) inspectUnknown(root, { path, type }, reader, found);
  }
  for (const [name, lock] of kept)
    if (lock !== undefined && lockHash(root, name) !== lock) found.problems.push(changedMeanwhile(name));
  for (const [name, lock] of options.seen ?? [])
    if (reader.hash(`${name}/${LOCK_FILE}`) !== lock) found.problems.push(changedMeanwhile(name));
  for (const stage of wanted.values()) inspectStage(root, stage, stage.name, reader, found);
  if (found.problems.length > 0) throw new UserError(found.problems);
  const files = found.files.sort((a, b) => byText(a.path, b.path));
  const { changes, locks, hashes, unchanged } = found;
  return { files, changes: [...changes, ...locks], unchanged, locks: hashes };
}

interface Found {
  readonly files: DistFile[];
  readonly changes: Change[];
  /** Changes of locks come last: until then a lock tells which files are not as it says. */
  readonly locks: Change[];
  /** Of the locks, by stage. */
  readonly hashes: Map<string, string>;
  readonly problems: Problem[];
  unchanged: number;
}

/** Something in dist/ that is no stage any more, if it ever was: ours only if a lock says so. */
function inspectUnknown(root: string, entry: Entry, reader: DistReader, found: Found): void {
  const text = entry.type === 'folder' ? reader.read(`${entry.path}/${LOCK_FILE}`)?.toString() : undefined;
  const lock = text === undefined ? undefined : parseLock(entry.path, text);
  if (lock && isFault(lock) && lock.newer) found.problems.push(lock.problem);
  else if (lock && !isFault(lock)) inspectStage(root, undefined, entry.path, reader, found);
  else found.files.push({ path: entry.type === 'folder' ? `${entry.path}/` : entry.path, state: 'foreign' });
}

function inspectStage(
  root: string,
  stage: PublishStage | undefined,
  name: string,
  reader: DistReader,
  found: Found,
): void {
  const folder = `${DIST}/${name}`;
  requireFolder(root, folder);
  const entries = reader.walk(name);
  const oldText = reader.read(`${name}/${LOCK_FILE}`)?.toString();
  const old = oldText === undefined ? undefined : parseLock(name, oldText);
  if (old && isFault(old) && old.newer) found.problems.push(old.problem);
  const listed = old && !isFault(old) ? old.files : {};
  const view: View = { root, name, reader, listed, found, there: new Map(entries.map((e) => [e.path, e])) };

  const cases = new CaseIndex();
  for (const { path } of stage?.files ?? []) cases.add(path);
  for (const { path, type } of entries) {
    const other = cases.add(path);
    if (other !== undefined) found.problems.push(caseProblem(`${name}/${other}`, `${name}/${path}`));
    if (type === 'link') found.problems.push(linkProblem(`${folder}/${path}`));
  }
  const hashes: Record<string, string> = {};
  for (const file of stage?.files ?? []) hashes[file.path] = inspectWanted(view, file);
  for (const entry of entries) {
    if (entry.type !== 'folder' && entry.path !== LOCK_FILE && !Object.hasOwn(hashes, entry.path))
      inspectOther(view, entry);
  }
  const lock = stage ? formatLock({ base: stage.base, inputs: stage.inputs, files: hashes }) : null;
  inspectLock(view, oldText, lock);
}

interface View {
  readonly root: string;
  readonly name: string;
  readonly reader: DistReader;
  readonly listed: StageLock['files'];
  readonly there: ReadonlyMap<string, Entry>;
  readonly found: Found;
}

/** A file that should be there; gives the hash of what it should hold. */
function inspectWanted(view: View, file: PublishFile): string {
  const { name, reader, listed, there, found } = view;
  const { path } = file;
  const full = `${name}/${path}`;
  const hash = file.hash ?? sha256(file.text);
  const type = there.get(path)?.type;
  const before = type === 'file' ? reader.hash(full) : undefined;
  if (before === hash) {
    found.unchanged += 1;
    return hash;
  }
  const content = type === 'file' ? reader.read(full) : undefined;
  const { text } = file;
  if (type === undefined) {
    found.files.push({ path: full, state: 'missing' });
    found.changes.push({ path: full, before: null, after: hash, text });
  } else if (
    content &&
    (Object.hasOwn(listed, path) || content.length === 0 || hasMarker(content.toString()))
  ) {
    found.files.push({ path: full, state: stateOf(content, before!, text, listed[path]) });
    found.changes.push({ path: full, before: before!, after: hash, text });
  } else if (type !== 'link') {
    found.problems.push(occupied(full, type));
  }
  return hash;
}

function stateOf(content: Buffer, hash: string, wanted: string, locked: string | undefined): FileState {
  if (hash === locked) return 'stale';
  const unix = toUnix(content.toString());
  if (unix === wanted) return 'line-endings';
  return locked === undefined || sha256(unix) === locked ? 'stale' : 'edited';
}

/** A file that should not be there: removed if it is ours by lock and marker. */
function inspectOther({ root, name, reader, listed, found }: View, { path, type }: Entry): void {
  const full = `${name}/${path}`;
  const isOurs = type === 'file' && hasMarker(headOf(join(root, DIST, full)));
  if (isOurs && Object.hasOwn(listed, path)) {
    const content = reader.read(full);
    found.files.push({ path: full, state: 'left-over' });
    if (content) found.changes.push({ path: full, before: sha256(content), after: null, text: null });
  } else if (type !== 'link') {
    found.files.push({ path: full, state: isOurs ? 'unlisted' : 'foreign' });
  }
}

function inspectLock(
  { name, reader, there, found }: View,
  old: string | undefined,
  text: string | null,
): void {
  const path = `${name}/${LOCK_FILE}`;
  const entry = there.get(LOCK_FILE);
  const after = text === null ? null : sha256(text);
  if (after !== null) found.hashes.set(name, after);
  if (old === text || (old === undefined && text === null)) return;
  if (entry && entry.type !== 'file') {
    if (entry.type !== 'link') found.problems.push(occupied(path, entry.type));
    return;
  }
  const content = reader.read(path);
  const state = !content
    ? 'missing'
    : text === null
      ? 'left-over'
      : toUnix(old!) === text
        ? 'line-endings'
        : 'stale';
  found.files.push({ path, state });
  const before = content ? sha256(content) : null;
  found.locks.push({ path, before, after, text });
}

function toUnix(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/** Enough of a file to see the marker; what is not ours may be large. */
function headOf(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(512);
    return head.toString('utf8', 0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}
