import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const FOLDER = join('.stageline', 'cache');
const IGNORE = join('.stageline', '.gitignore');

/** A file of `.stageline/cache`; undefined where it cannot be read. */
export function readCached(root: string, name: string): Buffer | undefined {
  try {
    return readFileSync(join(root, FOLDER, name));
  } catch {
    return undefined;
  }
}

/** When it was written, in milliseconds by the clock of its disk; undefined where it cannot be read. */
export function timeCached(root: string, name: string): number | undefined {
  try {
    return statSync(join(root, FOLDER, name)).mtimeMs;
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file of `.stageline/cache` as a whole, and removes what killed runs left half-written. A disk that refuses
 * is no reason to fail: the next run does again what it cannot find.
 */
export function writeCached(root: string, name: string, data: string | Buffer): void {
  const folder = join(root, FOLDER);
  const scratch = join(folder, `${name}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    // Whoever adds all files to Git does not mean these.
    if (!existsSync(join(root, IGNORE))) writeFileSync(join(root, IGNORE), '*\n');
    for (const left of readdirSync(folder)) if (left.endsWith('.tmp')) rmSync(join(folder, left));
    writeFileSync(scratch, data);
    renameSync(scratch, join(folder, name));
  } catch {
    // As said above.
  }
}

/** Adds to a file of `.stageline/cache`. Whoever reads it must notice what a killed run left half-written. */
export function appendCached(root: string, name: string, data: Buffer): void {
  try {
    appendFileSync(join(root, FOLDER, name), data);
  } catch {
    // As said above.
  }
}
