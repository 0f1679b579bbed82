import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const NOBODY = 65534;
export const isRoot = process.getuid?.() === 0;

/** Runs a step without root's right to ignore permissions; for anyone else they count anyway. */
export function unprivileged<T>(step: () => T): T {
  if (!isRoot) return step();
  process.seteuid!(NOBODY);
  try {
    return step();
  } finally {
    process.seteuid!(0);
  }
}

/** The same, for a step that takes longer. */
export async function unprivilegedly<T>(step: () => Promise<T>): Promise<T> {
  if (isRoot) process.seteuid!(NOBODY);
  return step().finally(() => isRoot && process.seteuid!(0));
}

/**
 * A test of who is refused a file. Where the checkout, or the folder of temporary files, lies in a folder of root's own,
 * nobody can be let in, and it is skipped.
 */
export const testOfRefusal = mayEnter() ? test : test.skip;

function mayEnter(): boolean {
  try {
    unprivileged(() => [readFileSync(join(__dirname, '../../package.json')), statSync(`${tmpdir()}/.`)]);
    return true;
  } catch {
    return false;
  }
}
