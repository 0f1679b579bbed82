import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files by their path below a folder. */
export type Files = Readonly<Record<string, Buffer>>;

/** What stageline keeps for itself. */
export const KEPT = '.stageline';

/** The files below a folder whose path begins so, in order. */
export function filesBelow(root: string, isWanted: (path: string) => boolean): Files {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(isWanted)
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path))]));
}

export function writeTo(root: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Makes a folder hold these files of dist/ and no others. */
export function putDist(root: string, files: Files): void {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) writeTo(root, path, content);
}
