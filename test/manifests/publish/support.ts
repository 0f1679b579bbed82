import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
