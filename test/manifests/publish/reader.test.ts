import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DistReader,
  isSettled,
  publish,
  sha256,
  type Hashed,
  type KnownHashes,
} from '../../../src/manifests/publish';
import { settle } from '../../support/settle';
import { newRoot, put, refusal, removeRoots, stage } from './support';

afterAll(removeRoots);

const A = 'dev/a.yaml';
const names = (files: readonly Hashed[]): string[] => files.map(({ path }) => path);

/** A repository whose files have been at rest for a while. */
async function published(): Promise<string> {
  const root = newRoot();
  publish({ root, stages: [stage('dev', { 'a.yaml': 'a: 1', 'b.yaml': 'b: 1' })] });
  await settle(root);
  return root;
}

/** What a command before knew when it was over, and a reader that knows it. */
function knowing(root: string): { readonly known: readonly Hashed[]; readonly next: () => DistReader } {
  const reader = new DistReader(root);
  for (const path of [A, 'dev/b.yaml']) reader.hash(path);
  const known = reader.hashed();
  const find: KnownHashes = (path, { ino, size, mtimeMs, ctimeMs }) => {
    const stamp = [path, ino, size, mtimeMs, ctimeMs].join();
    return known.find((f) => [f.path, f.ino, f.size, f.mtimeMs, f.ctimeMs].join() === stamp)?.hash;
  };
  return { known, next: () => new DistReader(root, find) };
}

test('a file that stays as it was is known without being read', async () => {
  const { known, next } = knowing(await published());
  expect(names(known)).toEqual([A, 'dev/b.yaml']);
  const reader = next();
  expect(known.map(({ path }) => reader.hash(path))).toEqual(known.map(({ hash }) => hash));
  expect(reader.news).toEqual({ files: 0, of: 2 });
  expect(reader.hashed()).toEqual(known);
});

test.each<[string, (path: string) => void]>([
  ['edited, and as long as before', (path) => writeFileSync(path, 'A'.repeat(statSync(path).size))],
  [
    'edited, and of the same time as before',
    (path) => {
      const { size, atime, mtime } = statSync(path);
      writeFileSync(path, 'A'.repeat(size));
      utimesSync(path, atime, mtime);
    },
  ],
  [
    'replaced by one of the same size and time',
    (path) => {
      const { size, atime, mtime } = statSync(path);
      writeFileSync(`${path}.new`, 'A'.repeat(size));
      utimesSync(`${path}.new`, atime, mtime);
      renameSync(`${path}.new`, path);
    },
  ],
])('a file that was %s is read', async (_, change) => {
  const root = await published();
  const { next } = knowing(root);
  const place = join(root, 'dist', A);
  const { size } = statSync(place);
  change(place);
  expect(statSync(place).size).toBe(size);
  expect(next().hash(A)).toBe(sha256('A'.repeat(size)));
  const reader = next();
  reader.hash(A);
  reader.refresh();
  expect(reader.hash(A)).toBe(sha256('A'.repeat(size)));
});

test('a file that is gone, or no file any more, has no hash, whatever is known of it', async () => {
  const root = await published();
  const { next } = knowing(root);
  rmSync(join(root, 'dist', A));
  expect(next().hash(A)).toBeUndefined();
  mkdirSync(join(root, 'dist', A));
  expect(next().hash(A)).toBeUndefined();
});

test('a file that was written a moment ago is not known by its stamp: it may be written again at the same tick', async () => {
  const root = await published();
  put(root, 'dist/dev/b.yaml', 'b: 2');
  const { ctimeMs } = statSync(join(root, 'dist/dev/b.yaml'));
  jest.spyOn(Date, 'now').mockReturnValueOnce(ctimeMs + 10);
  expect(names(knowing(root).known)).toEqual([A]);
  await settle(root);
  expect(names(knowing(root).known)).toEqual([A, 'dev/b.yaml']);
});

test('a file from the future, as after a clock was set back, is not known by its stamp', async () => {
  const root = await published();
  const future = new Date(Date.now() + 3_600_000);
  utimesSync(join(root, 'dist', A), future, future);
  await settle(root);
  expect(names(knowing(root).known)).toEqual(['dev/b.yaml']);
  const { next } = knowing(root);
  jest.spyOn(Date, 'now').mockReturnValueOnce(Date.now() - 3_600_000);
  const reader = next();
  reader.hash('dev/b.yaml');
  expect(reader.news.of).toBe(1);
  expect(reader.hashed()).toEqual([]);
});

test.each([
  ['a tick of 16 ms', { mtimeMs: 5000.25, ctimeMs: 5000.25 }, 5020, false],
  ['longer than any tick', { mtimeMs: 5000.25, ctimeMs: 5000.25 }, 5060, true],
  ['a time that was set back', { mtimeMs: 1000.25, ctimeMs: 5000.25 }, 5020, false],
  ['a time that was set forward', { mtimeMs: 9000.25, ctimeMs: 5000.25 }, 8000, false],
  ['whole seconds, as of FAT', { mtimeMs: 6000, ctimeMs: 6000 }, 7900, false],
  ['whole seconds long ago', { mtimeMs: 6000, ctimeMs: 6000 }, 8600, true],
])('the stamp of a file at rest shows every change: %s', (_, times, moment, settled) => {
  expect(isSettled({ ino: 1, size: 1, ...times }, moment)).toBe(settled);
});

test('a file that goes while it is looked at is told as a problem with a remedy', async () => {
  const root = await published();
  const reader = new DistReader(root);
  expect(reader.hash(A)).toBeDefined();
  rmSync(join(root, 'dist', A));
  expect(refusal(() => reader.read(A))).toMatchObject([
    {
      code: 'write-failed',
      cause: 'cannot use "dist/dev/a.yaml": it is not there any more (ENOENT)',
      remedy: expect.stringContaining('Run it again') as string,
    },
  ]);
});
