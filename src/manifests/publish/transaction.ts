import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../model/errors';
import { listFolder, requireFolder, typeAt } from './disk';
import { errnoOf, withFsErrors } from './fs-errors';
import { sha256 } from './hash';
import { dropJournal, writeJournal, WORK, type Step } from './journal';
import { DIST, foldersOf, SCRATCH } from './paths';

/** A file below dist/ to write (`text`) or to delete (null). */
export interface Change extends Step {
  readonly text: string | null;
}

const UNTOUCHED = `Nothing was written: ${DIST}/ is as it was.`;
const UNFINISHED = `Some files in ${DIST}/ are new, some old, each whole. The next run completes what was begun.`;

/**
 * Carries out all changes, or none: everything is written to the scratch folder, then journalled, then moved into place
 * file by file. A failure on the way is undone; a kill is mended by `recover`. No file is forced to the disk, as Git
 * forces none of a checkout: what a power cut leaves torn differs from its hash, and the next run writes it again.
 * Changes are carried out in the order given.
 */
export function commit(root: string, changes: readonly Change[]): void {
  const steps = changes.map(({ text: _, ...step }): Step => step);
  try {
    withFsErrors(root, UNTOUCHED, () => {
      requireOneDisk(root, steps);
      prepare(root, changes);
      writeJournal(root, steps);
    });
  } catch (error) {
    dropQuietly(root);
    throw error;
  }
  const undo: (() => void)[] = [];
  try {
    steps.forEach((step, n) => carryOut(root, step, n, undo));
  } catch (error) {
    undoAll(root, undo);
    throw withFsErrors(root, UNTOUCHED, () => {
      throw error;
    });
  }
  withFsErrors(root, 'Every file is in place; the next run tidies up.', () => dropJournal(root));
}

/** Carries out what is left of a committed journal. A failure leaves the journal for the next run. */
export function complete(root: string, steps: readonly Step[], isDone: (step: Step) => boolean): void {
  withFsErrors(root, UNFINISHED, () => {
    steps.forEach((step, n) => {
      if (!isDone(step)) carryOut(root, step, n, []);
    });
    dropJournal(root);
  });
}

/** A file can be moved only within one disk: found out before anything is begun. */
function requireOneDisk(root: string, steps: readonly Step[]): void {
  const disk = (path: string): number | undefined =>
    lstatSync(join(root, path), { throwIfNoEntry: false })?.dev;
  const here = disk(SCRATCH);
  const folders = new Set([DIST, ...steps.flatMap(({ path }) => foldersOf(path)).map((f) => `${DIST}/${f}`)]);
  for (const folder of folders) {
    if ((disk(folder) ?? here) === here) continue;
    throw new UserError({
      code: 'output-on-other-disk',
      cause: `"${folder}" and "${SCRATCH}" are on different file systems`,
      consequence: `A file cannot be put in place in one move. ${UNTOUCHED}`,
      remedy: `Undo the mount that parts them, so that "${folder}" and "${SCRATCH}" are on one disk.`,
    });
  }
}

function prepare(root: string, changes: readonly Change[]): void {
  rmSync(join(root, WORK), { recursive: true, force: true });
  for (const folder of ['new', 'old']) mkdirSync(join(root, WORK, folder), { recursive: true });
  changes.forEach(({ path, before, text }, n) => {
    if (text !== null) writeFileSync(join(root, WORK, 'new', String(n)), text, { flag: 'wx' });
    if (before !== null) keepCopy(join(root, DIST, path), join(root, WORK, 'old', String(n)));
  });
}

/** A second name costs nothing; disks without hard links, and files of others, get a real copy. */
function keepCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function carryOut(root: string, step: Step, n: number, undo: (() => void)[]): void {
  const target = join(root, DIST, step.path);
  const restore = (): void => renameSync(join(root, WORK, 'old', String(n)), target);
  if (step.after === null) {
    rmSync(target);
    undo.push(restore);
    removeEmptyFolders(root, step.path, undo);
    return;
  }
  makeFolders(root, step.path, undo);
  renameSync(join(root, WORK, 'new', String(n)), target);
  undo.push(step.before === null ? () => rmSync(target) : restore);
}

function makeFolders(root: string, path: string, undo: (() => void)[]): void {
  for (const folder of [DIST, ...foldersOf(path).map((f) => `${DIST}/${f}`)]) {
    requireFolder(root, folder);
    if (typeAt(join(root, folder)) !== undefined) continue;
    mkdirSync(join(root, folder));
    undo.push(() => rmdirSync(join(root, folder)));
  }
}

function removeEmptyFolders(root: string, path: string, undo: (() => void)[]): void {
  for (const folder of foldersOf(path).reverse()) {
    const full = join(root, DIST, folder);
    const type = typeAt(full);
    if (type === undefined) continue;
    if (type !== 'folder' || listFolder(full).length > 0) return;
    rmdirSync(full);
    undo.push(() => mkdirSync(full));
  }
}

function undoAll(root: string, undo: (() => void)[]): void {
  withFsErrors(root, UNFINISHED, () => {
    for (const step of undo.reverse()) step();
    dropJournal(root);
  });
}

/** Nothing was committed: what cannot be removed now is removed by the next run. */
function dropQuietly(root: string): void {
  try {
    dropJournal(root);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** The SHA-256 of what is prepared for step n; undefined: nothing is. */
export function preparedHash(root: string, n: number): string | undefined {
  const path = join(root, WORK, 'new', String(n));
  return typeAt(path) === 'file' ? sha256(readFileSync(path)) : undefined;
}
