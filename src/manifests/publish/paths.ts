import type { Problem } from '../../model/errors';
import { setWithin } from '../../model/maps';

/** The file beside a stage's manifests that says what stageline wrote there. */
export const LOCK_FILE = 'stageline.lock';

/** Where the output goes, and where it is prepared: on one file system, so that a rename moves a file. */
export const DIST = 'dist';
export const SCRATCH = '.stageline';

const stagePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const segmentPattern = /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
/** Windows opens a device for these, whatever the extension. */
const devicePattern = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Whether a name may be a folder below dist/: a DNS label that no file system treats specially. */
export function isStageName(name: string): boolean {
  return stagePattern.test(name) && !devicePattern.test(name);
}

/** Whether a path below dist/<stage>/ may be written: forward slashes, plain names, `.yaml` at its end only. */
export function isFilePath(path: string): boolean {
  return known.get(path) ?? setWithin(known, MOST_KNOWN, path, mayBeWritten(path));
}

/** Locks list the same paths over and over. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 20_000;

function mayBeWritten(path: string): boolean {
  const segments = path.split('/');
  const folders = segments.slice(0, -1);
  const plain = segments.every((s) => segmentPattern.test(s) && !s.includes('..') && !devicePattern.test(s));
  return plain && path.endsWith('.yaml') && folders.every((s) => !s.endsWith('.yaml')) && path.length <= 1024;
}

/** Whether a path below dist/ may stand in a journal: a stage's manifest or its lock. */
export function isDistPath(path: string): boolean {
  const slash = path.indexOf('/');
  if (slash < 0 || !isStageName(path.slice(0, slash))) return false;
  const rest = path.slice(slash + 1);
  return rest === LOCK_FILE || isFilePath(rest);
}

/** The folders a path below dist/ lies in, outermost first: `dev/a/b.yaml` → `dev`, `dev/a`. */
export function foldersOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

/** Byte order, the same everywhere. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Finds paths that a file system which ignores case would take for one, folders included. */
export class CaseIndex {
  private readonly seen = new Map<string, string>();
  /** Paths without any capital, until there is one that has: only then can two differ in case. */
  private plain: string[] | undefined = [];

  /** Takes a path in; gives back another one, already in, that differs in case only. */
  add(path: string): string | undefined {
    if (this.plain && path === path.toLowerCase()) {
      this.plain.push(path);
      return undefined;
    }
    for (const each of this.plain ?? []) this.compare(each);
    this.plain = undefined;
    return this.compare(path);
  }

  private compare(path: string): string | undefined {
    for (const part of [...foldersOf(path), path]) {
      const folded = part.toLowerCase();
      const other = this.seen.get(folded);
      if (other !== undefined && other !== part) return other;
      this.seen.set(folded, part);
    }
    return undefined;
  }
}

/** Two paths that differ in case only. */
export function caseProblem(path: string, other: string): Problem {
  return {
    code: 'path-case-collision',
    cause: `"${DIST}/${path}" and "${DIST}/${other}" differ in upper and lower case only`,
    consequence: 'On macOS and Windows one would overwrite the other, so nothing was written.',
    remedy: `Rename one of them, or delete "${DIST}/${other}" if nobody needs it.`,
  };
}
