import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DistReader } from '../../src/manifests/publish';
import { UserError } from '../../src/model/errors';
import { renderOnce } from '../../src/synth/anew';
import { Cache } from '../../src/synth/cache';
import { load } from '../../src/synth/load';
import { synth } from '../../src/synth/synth';
import { unchangedStages } from '../../src/synth/unchanged';
import { writeRepository } from '../bench/repository';

/** The repository of the test that runs: three stages of four apps. */
export let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unchanged-'));
  writeRepository(root, { apps: 4, stages: 3 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

export const run = () => synth({ root, env: {} });
export const path = (file: string): string => join(root, file);
export const read = (file: string): string => readFileSync(path(file), 'utf8');

export function edit(file: string, from: string | RegExp, to: string): void {
  const text = read(file);
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(path(file), edited);
}

/** The stages that the next run leaves alone. */
export function leftAlone(): readonly string[] {
  const cache = new Cache(root);
  const loaded = load(root, { memory: cache });
  return [...unchangedStages(loaded.repository, cache, new DistReader(root), renderOnce(loaded)).keys()];
}

export function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** What the run says and writes is what one says and writes that knows nothing. */
export async function expectAsAnew(): Promise<void> {
  const other = mkdtempSync(join(tmpdir(), 'unchanged-anew-'));
  try {
    cpSync(root, other, { recursive: true });
    rmSync(join(other, '.stageline'), { recursive: true, force: true });
    const said = (at: string, cache: boolean) =>
      synth({ root: at, env: {}, cache }).then(
        ({ text, warnings }) => ({ text, warnings }),
        (error: unknown) => ({ problems: (error as UserError).problems }),
      );
    expect(await said(root, true)).toEqual(await said(other, false));
    expect(filesIn(path('dist'))).toEqual(filesIn(join(other, 'dist')));
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
}
