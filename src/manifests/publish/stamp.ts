import type { Stats } from 'node:fs';

/**
 * What tells a file from every other one, and from itself after a change, without reading it; Git's index goes by the
 * same. The inode tells a file that was put in place by a rename; the time of the last change of the inode cannot be set
 * back, as that of the content can. In milliseconds, with fractions of some 240 ns.
 */
export type Stamp = Pick<Stats, 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

/** The clock of a disk ticks every 4 to 16 ms, or every one to two seconds, where there are whole seconds only. */
const TICK = 50;
const COARSE_TICK = 2500;

/**
 * Whether any change at this moment or later must show in the stamp: a file that was changed a moment before may be
 * changed again at the same tick of the clock. Git calls such files racy, see https://git-scm.com/docs/racy-git.
 *
 * @param moment in milliseconds since 1970
 */
export function isSettled({ mtimeMs, ctimeMs }: Stamp, moment: number): boolean {
  const coarse = mtimeMs % 1000 === 0 || ctimeMs % 1000 === 0;
  return Math.max(mtimeMs, ctimeMs) + (coarse ? COARSE_TICK : TICK) < moment;
}

export function isSame(a: Stamp, b: Stamp): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
