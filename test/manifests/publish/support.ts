import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError, type Problem } from '../../../src/model/errors';
import { markerLine } from '../../../src/manifests/marker';
import { sha256, type PublishStage } from '../../../src/manifests/publish';

const made: string[] = [];

/** A repository's root, empty; removed by `removeRoots`. */
export function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'stageline-publish-'));
  made.push(root);
  return root;
}

export function removeRoots(): void {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
}

/** A file as stageline would render it. */
export function manifest(body: string): string {
  return `${markerLine('environments/test.yaml')}\n${body}\n`;
}

/** A stage with the given files; each text is put behind the marker. */
export function stage(name: string, files: Readonly<Record<string, string>>): PublishStage {
  return {
    name,
    inputs: sha256(JSON.stringify(files)),
    base: null,
    files: Object.entries(files).map(([path, body]) => ({ path, text: manifest(body) })),
  };
}

/** Every file below a folder, by path, with its text. */
export function tree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      if (statSync(join(folder, path)).isDirectory()) visit(path);
      else found[path] = readFileSync(join(folder, path), 'utf8');
    }
  };
  visit('');
  return found;
}

/** Everything below .stageline/: empty, once a run is over. */
export function scratch(root: string): string[] {
  return readdirSync(join(root, '.stageline'), { recursive: true }).map(String).sort();
}

export function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** The problems that a step is refused with. */
export function refusal(step: () => unknown): readonly Problem[] {
  try {
    step();
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  throw new Error('it was not refused');
}

export const codes = (step: () => unknown): string[] => refusal(step).map((problem) => problem.code);

export const JOURNAL = '.stageline/publish/journal.json';

/** Writes a journal as publishing does, with its checksum. */
export function writeJournal(root: string, value: unknown): void {
  const body = JSON.stringify(value);
  put(root, JOURNAL, JSON.stringify({ sum: sha256(body), body }));
}

/**
 * Leaves a root as a run leaves it that was to turn dist/ into the given tree, and was killed after its journal had
 * been committed and the first `moved` of its steps carried out.
 */
export function interrupt(root: string, done: Readonly<Record<string, string>>, moved: number): void {
  const old = tree(join(root, 'dist'));
  const isLock = (path: string): number => Number(path.endsWith('.lock'));
  const paths = [...new Set([...Object.keys(done), ...Object.keys(old)])]
    .filter((path) => old[path] !== done[path])
    .sort((a, b) => isLock(a) - isLock(b) || (a < b ? -1 : 1));
  const hash = (text: string | undefined): string | null => (text === undefined ? null : sha256(text));
  mkdirSync(join(root, '.stageline/publish/old'), { recursive: true });
  paths.forEach((path, n) => {
    if (done[path] !== undefined) put(root, `.stageline/publish/new/${n}`, done[path]);
    if (n >= moved) return;
    mkdirSync(join(root, 'dist', path, '..'), { recursive: true });
    if (done[path] === undefined) rmSync(join(root, 'dist', path));
    else renameSync(join(root, `.stageline/publish/new/${n}`), join(root, 'dist', path));
  });
  const steps = paths.map((path) => ({ path, before: hash(old[path]), after: hash(done[path]) }));
  writeJournal(root, { version: 1, steps });
}
