import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { sha256, type DistReader } from '../../src/manifests/publish';
import { keepHashes, openDist } from '../../src/synth/dist-hashes';
import { synth, type SynthOptions } from '../../src/synth/synth';
import { writeRepository } from '../bench/repository';
import { settle } from '../support/settle';

const FILE = '.stageline/cache/hashes';
const ONE = 'stage-0/app-0001.yaml';
let place: string;
let root: string;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'dist-hashes-'));
  root = join(place, 'repository');
  writeRepository(root, { apps: 6, stages: 2 });
  await run();
  await settle(root);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const run = (options: Partial<SynthOptions> = {}) => synth({ root, env: {}, threads: 0, ...options });
const dist = (path: string): string => join(root, 'dist', path);

/** How many of the files below dist/ a reader had to read, of those that it was asked for. */
function readBy(reader: DistReader): number {
  for (const stage of ['stage-0', 'stage-1'])
    for (let i = 0; i < 6; i++) reader.hash(`${stage}/app-000${i}.yaml`);
  return reader.news.files;
}

/** What a run that finds nothing to do leaves: hashes of all that it read. */
async function kept(): Promise<void> {
  await run();
  expect(readBy(openDist(root, {}))).toBe(0);
}

/** Changes a file, but neither its size nor its times of content. */
function editSilently(path: string): void {
  const { size, atime, mtime } = statSync(path);
  writeFileSync(path, readFileSync(path, 'utf8').replace('app-0001', 'app-1001'));
  utimesSync(path, atime, mtime);
  expect(statSync(path)).toMatchObject({ size, mtime });
}

/** Has what is kept tell of a file as it is now what it told of it before, and be written at that time. */
function forge(path: string, written: number): void {
  const [, json] = readFileSync(join(root, FILE), 'utf8').split('\n') as [string, string];
  const columns = JSON.parse(json) as { paths: string[]; stamps: number[] };
  const { ino, size, mtimeMs, ctimeMs } = statSync(dist(path));
  columns.stamps.splice(4 * columns.paths.indexOf(path), 4, ino, size, mtimeMs, ctimeMs);
  const forged = JSON.stringify(columns);
  writeFileSync(join(root, FILE), `stageline hashes 1 ${crc32(forged).toString(16)}\n${forged}`);
  utimesSync(join(root, FILE), written / 1000, written / 1000);
}

test('what was merely written is not known, and what was read is, by each command after', async () => {
  expect(existsSync(join(root, FILE))).toBe(false);
  expect(readBy(openDist(root, {}))).toBe(12);
  await kept();
  expect(readBy(openDist(root, { deep: true }))).toBe(12);
  expect(readBy(openDist(root, { cache: false }))).toBe(12);
});

test('an edit that keeps size and time is seen by --check, and mended by the next run', async () => {
  await kept();
  editSilently(dist(ONE));
  const check = await run({ check: true });
  expect(check).toMatchObject({ different: true, files: [{ path: ONE, state: 'edited' }] });
  expect(check).toEqual(await run({ check: true, cache: false }));
  await run();
  expect(await run({ check: true, cache: false })).toMatchObject({ different: false });
});

test('a file that may have been edited at the very tick when the hashes were written is read', async () => {
  await kept();
  editSilently(dist(ONE));
  const { ctimeMs } = statSync(dist(ONE));
  // Were the file at rest by then, nobody could tell: so this is what the hashes say of it.
  forge(ONE, ctimeMs + 60_000);
  jest.spyOn(Date, 'now').mockReturnValue(ctimeMs + 60_000);
  const was = openDist(root, {}).hash(ONE);
  expect(was).not.toBe(sha256(readFileSync(dist(ONE))));
  for (const written of [ctimeMs + 10, ctimeMs, ctimeMs - 10]) {
    forge(ONE, written);
    expect(openDist(root, {}).hash(ONE)).toBe(sha256(readFileSync(dist(ONE))));
  }
  // The same where the clock has been set back since.
  forge(ONE, ctimeMs + 60_000);
  jest.spyOn(Date, 'now').mockReturnValue(ctimeMs - 60_000);
  expect(openDist(root, {}).hash(ONE)).toBe(sha256(readFileSync(dist(ONE))));
  jest.restoreAllMocks();
});

test.each<[string, (file: Buffer) => Buffer | string]>([
  ['cut short', (file) => file.subarray(0, file.length / 2)],
  ['without its last byte', (file) => file.subarray(0, -1)],
  ['empty', () => ''],
  ['of another version', (file) => file.toString().replace('hashes 1', 'hashes 2')],
  ['with another digit', (file) => file.toString().replace(/"hashes":\["./, '"hashes":["x')],
  ['something else', () => '{}\n'],
])('hashes that are %s are not there', async (_, damage) => {
  await kept();
  const file = readFileSync(join(root, FILE));
  writeFileSync(join(root, FILE), damage(file));
  expect(readBy(openDist(root, {}))).toBe(12);
  await run();
  expect(readFileSync(join(root, FILE))).toEqual(file);
});

test('in a copy of a folder they count for nothing', async () => {
  await kept();
  cpSync(root, join(place, 'copy'), { recursive: true, preserveTimestamps: true });
  await settle(place);
  expect(readBy(openDist(join(place, 'copy'), {}))).toBe(12);
});

test('in a folder that was moved they count as before', async () => {
  await kept();
  renameSync(root, join(place, 'moved'));
  expect(readBy(openDist(join(place, 'moved'), {}))).toBe(0);
});

test('they are written only when it pays', async () => {
  await kept();
  const { mtimeMs } = statSync(join(root, FILE));
  await run();
  const reader = openDist(root, {});
  readBy(reader);
  keepHashes(reader);
  expect(statSync(join(root, FILE)).mtimeMs).toBe(mtimeMs);
});

test('where nothing can be kept, every run reads all', async () => {
  rmSync(join(root, '.stageline/cache'), { recursive: true });
  writeFileSync(join(root, '.stageline/cache'), 'no folder');
  await run();
  expect(readBy(openDist(root, {}))).toBe(12);
  expect(await run({ check: true })).toMatchObject({ different: false });
});

test('neither --check nor --no-cache writes them', async () => {
  await run({ check: true });
  await run({ dryRun: true });
  await run({ cache: false });
  expect(existsSync(join(root, FILE))).toBe(false);
});

test('two runs at once leave hashes that are right', async () => {
  mkdirSync(join(root, '.stageline/cache'), { recursive: true });
  const bin = join(__dirname, '../../bin/stageline.js');
  for (let i = 0; i < 3; i++) {
    rmSync(join(root, FILE), { force: true });
    const runs = [1, 2].map(() => spawn(process.execPath, [bin, 'synth'], { cwd: root, stdio: 'ignore' }));
    const codes = await Promise.all(runs.map((child) => once(child, 'exit')));
    expect(codes).toEqual([
      [0, null],
      [0, null],
    ]);
    const reader = openDist(root, {});
    expect(readBy(reader)).toBe(0);
    for (const { path, hash } of reader.hashed()) expect(hash).toBe(sha256(readFileSync(dist(path))));
  }
});
