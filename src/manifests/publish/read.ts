import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../model/errors';
import { hasMarker } from '../marker';
import { requireFolder, typeAt } from './disk';
import { sha256 } from './hash';
import { byText, DIST, isFilePath, LOCK_FILE } from './paths';
import { DistReader } from './reader';
import { isFault, lockPath, orThrow, parseLock, type StageLock } from './stage-lock';

/**
 * The lock of a stage; undefined if the stage was never published.
 * @throws UserError `lock-damaged`, `lock-version`
 */
export function readLock(
  root: string,
  stage: string,
  reader = new DistReader(realpathSync(root)),
): StageLock | undefined {
  requireFolder(reader.root, DIST);
  requireFolder(reader.root, `${DIST}/${stage}`);
  const text = reader.read(`${stage}/${LOCK_FILE}`)?.toString();
  return text === undefined ? undefined : orThrow(parseLock(stage, text));
}

/**
 * What a stage deploys now: the text of each file that its lock lists, by its path below dist/<stage>/, sorted.
 * Line endings are LF, whatever the checkout made of them. Files that are not there are left out; without a lock, or
 * with a damaged one, nothing is known.
 */
export function readDist(
  root: string,
  stage: string,
  reader = new DistReader(realpathSync(root)),
): ReadonlyMap<string, string> {
  const paths = [...listedFiles(root, stage, reader).keys()];
  return new Map(paths.map((path) => [path, textOf(reader.read(`${stage}/${path}`)!)]));
}

/** The files that {@link readDist} reads, by their paths: the SHA-256 of each as it is. */
export function listedFiles(
  root: string,
  stage: string,
  reader = new DistReader(realpathSync(root)),
): ReadonlyMap<string, string> {
  requireFolder(reader.root, DIST);
  requireFolder(reader.root, `${DIST}/${stage}`);
  const text = reader.read(`${stage}/${LOCK_FILE}`)?.toString();
  const lock = text === undefined ? undefined : parseLock(stage, text);
  const paths = lock && !isFault(lock) ? Object.keys(lock.files).sort(byText) : [];
  const found = new Map<string, string>();
  for (const path of paths) {
    const hash = reader.hash(`${stage}/${path}`);
    if (hash !== undefined) found.set(path, hash);
  }
  return found;
}

/**
 * The files of a stage whose lock is gone, or damaged, by their paths: what begins with the marker, whoever put it there,
 * and the SHA-256 of each.
 */
export function markedFiles(stage: string, reader: DistReader): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, type } of reader.walk(stage)) {
    const full = `${stage}/${path}`;
    const isOurs = type === 'file' && isFilePath(path) && hasMarker(reader.read(full)?.toString() ?? '');
    if (isOurs) found.set(path, reader.hash(full)!);
  }
  return found;
}

/** SHA-256 of the lock of a stage, as it is now; undefined if there is no such file. */
export function lockHash(root: string, stage: string): string | undefined {
  return new DistReader(root).hash(`${stage}/${LOCK_FILE}`);
}

/** The text of a file below dist/, with LF line endings. */
export const textOf = (content: Buffer): string => content.toString().replaceAll('\r\n', '\n');

/**
 * Compares a stage's files with its lock, without Git and without rendering: what a pinned stage is held to.
 * Every file that was changed, is missing, or lies there besides is a problem.
 */
export function verifyLock(
  root: string,
  stage: string,
  reader = new DistReader(realpathSync(root)),
): Problem[] {
  const folder = `${DIST}/${stage}`;
  requireFolder(reader.root, DIST);
  requireFolder(reader.root, folder);
  const text = reader.read(`${stage}/${LOCK_FILE}`)?.toString();
  if (text === undefined) {
    const what = typeAt(join(reader.root, folder)) === undefined ? folder : lockPath(stage);
    return [problem('lock-missing', stage, LOCK_FILE, `"${what}" is missing`, RESTORE(lockPath(stage)))];
  }
  const lock = parseLock(stage, text);
  if (isFault(lock)) return [lock.problem];
  const entries = reader.walk(stage);
  const there = new Set(entries.filter(({ type }) => type !== 'folder').map(({ path }) => path));
  const missing = Object.keys(lock.files).filter((path) => !there.has(path));
  return [
    ...missing.map((path) =>
      problem('dist-missing', stage, path, 'is missing', RESTORE(`${folder}/${path}`)),
    ),
    ...entries.flatMap(({ path, type }): Problem[] => {
      if (type === 'folder' || path === LOCK_FILE) return [];
      const locked = Object.hasOwn(lock.files, path) ? lock.files[path] : undefined;
      if (locked !== undefined) return compare(stage, path, locked, reader);
      const remedy = `Move "${folder}/${path}" away, or delete it.`;
      return [problem('dist-extra', stage, path, 'is not in the lock: stageline did not write it', remedy)];
    }),
  ];
}

const RESTORE = (path: string): string => `Restore it with "git checkout -- ${path}".`;

function compare(stage: string, path: string, locked: string, reader: DistReader): Problem[] {
  const full = `${DIST}/${stage}/${path}`;
  if (reader.hash(`${stage}/${path}`) === locked) return [];
  const content = reader.read(`${stage}/${path}`);
  if (!content) return [problem('dist-edited', stage, path, 'is no regular file', RESTORE(full))];
  const unix = content.toString().replaceAll('\r\n', '\n');
  if (sha256(unix) !== locked)
    return [problem('dist-edited', stage, path, 'was edited by hand', RESTORE(full))];
  const remedy =
    'Add the line "dist/** text eol=lf" to .gitattributes, then run "git add --renormalize dist" and check out anew.';
  const cause = 'has CRLF line endings, and is otherwise as stageline wrote it';
  return [problem('dist-line-endings', stage, path, cause, remedy)];
}

function problem(code: string, stage: string, path: string, says: string, remedy: string): Problem {
  const cause = code === 'lock-missing' ? says : `"${DIST}/${stage}/${path}" ${says}`;
  const consequence = `Stage "${stage}" does not deploy what was rendered and reviewed for it.`;
  return { code, cause, consequence, remedy, at: { file: `${DIST}/${stage}/${path}` } };
}
