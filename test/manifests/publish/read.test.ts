import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  DistReader,
  formatLock,
  publish,
  readDist,
  readLock,
  verifyLock,
} from '../../../src/manifests/publish';
import { settle } from '../../support/settle';
import { codes, manifest, newRoot, put, removeRoots, stage } from './support';

afterAll(removeRoots);

const dev = stage('dev', { 'a.yaml': 'a: 1', 'b.yaml': 'b: 1', 'crds/c.yaml': 'c: 1' });

function published(): string {
  const root = newRoot();
  publish({ root, stages: [dev] });
  return root;
}

test('what was published verifies, and reads back as it was given', () => {
  const root = published();
  expect(verifyLock(root, 'dev')).toEqual([]);
  expect(readLock(root, 'dev')).toMatchObject({ version: 1, base: null, inputs: dev.inputs });
  expect([...readDist(root, 'dev')]).toEqual(dev.files.map(({ path, text }) => [path, text]));
});

test('a stage that was never published has no lock, no files, and does not verify', () => {
  const root = newRoot();
  expect(readLock(root, 'dev')).toBeUndefined();
  expect([...readDist(root, 'dev')]).toEqual([]);
  expect(verifyLock(root, 'dev')).toMatchObject([{ code: 'lock-missing', cause: '"dist/dev" is missing' }]);
});

test('every file that was edited, is missing, or lies there besides is a problem with a remedy', () => {
  const root = published();
  put(root, 'dist/dev/a.yaml', manifest('a: 2'));
  rmSync(join(root, 'dist/dev/crds/c.yaml'));
  put(root, 'dist/dev/toString', 'x');
  expect(verifyLock(root, 'dev')).toMatchObject([
    {
      code: 'dist-missing',
      cause: '"dist/dev/crds/c.yaml" is missing',
      remedy: 'Restore it with "git checkout -- dist/dev/crds/c.yaml".',
    },
    {
      code: 'dist-edited',
      cause: '"dist/dev/a.yaml" was edited by hand',
      at: { file: 'dist/dev/a.yaml' },
    },
    { code: 'dist-extra', remedy: 'Move "dist/dev/toString" away, or delete it.' },
  ]);
  expect([...readDist(root, 'dev').keys()]).toEqual(['a.yaml', 'b.yaml']);
});

test('a folder in the place of a file is no file, however empty', () => {
  const root = published();
  rmSync(join(root, 'dist/dev/a.yaml'));
  mkdirSync(join(root, 'dist/dev/a.yaml'));
  expect(verifyLock(root, 'dev')).toMatchObject([
    { code: 'dist-missing', cause: '"dist/dev/a.yaml" is missing' },
  ]);
});

test('a checkout with CRLF is told apart from an edit', () => {
  const root = published();
  put(root, 'dist/dev/a.yaml', manifest('a: 1').replaceAll('\n', '\r\n'));
  put(root, 'dist/dev/b.yaml', manifest('b: 2').replaceAll('\n', '\r\n'));
  const [first, second] = verifyLock(root, 'dev');
  expect(first).toMatchObject({ code: 'dist-line-endings', at: { file: 'dist/dev/a.yaml' } });
  expect(first?.remedy).toContain('dist/** text eol=lf');
  expect(second).toMatchObject({ code: 'dist-edited', at: { file: 'dist/dev/b.yaml' } });
  expect(readDist(root, 'dev').get('a.yaml')).toBe(manifest('a: 1'));
});

test('a lock checked out with CRLF is read like any other', () => {
  const root = published();
  const lock = new DistReader(root).read('dev/stageline.lock')!.toString();
  put(root, 'dist/dev/stageline.lock', `\ufeff${lock.replaceAll('\n', '\r\n')}`);
  expect(verifyLock(root, 'dev')).toEqual([]);
});

test('a symbolic link in the place of a file does not verify, and is not followed', () => {
  const root = published();
  put(root, 'elsewhere', manifest('a: 1'));
  rmSync(join(root, 'dist/dev/a.yaml'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'dist/dev/a.yaml'));
  expect(verifyLock(root, 'dev')).toMatchObject([{ code: 'dist-edited' }]);
  expect(readDist(root, 'dev').has('a.yaml')).toBe(false);
});

test('a stage that is a symbolic link is refused', () => {
  const root = newRoot();
  mkdirSync(join(root, 'dist'));
  symlinkSync(newRoot(), join(root, 'dist/dev'));
  for (const read of [readLock, readDist, verifyLock]) {
    expect(codes(() => read(root, 'dev'))).toEqual(['output-is-symlink']);
  }
});

const inputs = 'a'.repeat(64);
test.each([
  ['', 'is no JSON'],
  ['{"version": 1', 'is no JSON'],
  ['<<<<<<< HEAD\n{}\n=======\n', 'holds a merge conflict'],
  ['[]', 'is damaged at "(top)"'],
  ['{}', 'is damaged at "version"'],
  [JSON.stringify({ version: 1, base: null, inputs: 'x', files: {} }), 'is damaged at "inputs"'],
  [JSON.stringify({ version: 1, base: 'main', inputs, files: {} }), 'is damaged at "base"'],
  [
    JSON.stringify({ version: 1, base: null, inputs, files: { '../a.yaml': inputs } }),
    'is damaged at "files.',
  ],
  [JSON.stringify({ version: 1, base: null, inputs, files: {}, more: 1 }), 'is damaged at "(top)"'],
  [JSON.stringify({ version: 1, base: null, inputs }), 'is damaged at "files"'],
  [JSON.stringify({ version: 1, base: null, inputs, files: null }), 'is damaged at "files"'],
  [JSON.stringify({ version: 1, base: null, inputs, files: [inputs] }), 'is damaged at "files"'],
  [
    JSON.stringify({ version: 1, base: null, inputs, files: { 'a.yaml': inputs, 'b.yaml': 1 } }),
    'is damaged at "files.b.yaml": must be a SHA-256',
  ],
  [
    `{"version": 1, "base": null, "inputs": "${inputs}", "files": {"__proto__": "${inputs}"}}`,
    'is damaged at "files.__proto__": must be a path below the stage',
  ],
])('a lock that reads %j is damaged, and says how', (text, says) => {
  const root = newRoot();
  put(root, 'dist/dev/stageline.lock', text);
  const [problem] = verifyLock(root, 'dev');
  expect(problem).toMatchObject({ code: 'lock-damaged', at: { file: 'dist/dev/stageline.lock' } });
  expect(problem?.cause).toContain(says);
  expect(codes(() => readLock(root, 'dev'))).toEqual(['lock-damaged']);
});

test.each([[[]], [['a.yaml']], [['b.yaml', 'a.yaml', 'crds/c.yaml', 'B.yaml', '1.yaml']]])(
  'a lock is JSON, a line a file, sorted: %j',
  (paths) => {
    const [base, files] = [null, Object.fromEntries(paths.map((path) => [path, inputs]))];
    const sorted = Object.fromEntries([...paths].sort().map((path) => [path, inputs]));
    const json = JSON.stringify({ version: 1, base, inputs, files: sorted }, null, 2);
    expect(formatLock({ base, inputs, files })).toBe(`${json}\n`);
  },
);

test('a lock of another version says to upgrade', () => {
  const root = newRoot();
  put(root, 'dist/dev/stageline.lock', '{"version": 2}');
  expect(verifyLock(root, 'dev')).toMatchObject([
    { code: 'lock-version', remedy: 'Upgrade with "npm update stageline".' },
  ]);
});

test('one reader sees a file as it was, until it is told to look again: then only what changed is read', async () => {
  const root = published();
  await settle(root);
  const reader = new DistReader(root);
  const first = reader.read('dev/a.yaml');
  reader.refresh();
  expect(reader.read('dev/a.yaml')).toBe(first);
  put(root, 'dist/dev/a.yaml', manifest('a: 2'));
  expect(reader.read('dev/a.yaml')).toBe(first);
  reader.refresh();
  expect(reader.read('dev/a.yaml')?.toString()).toBe(manifest('a: 2'));
  rmSync(join(root, 'dist/dev/a.yaml'));
  reader.refresh();
  expect([reader.read('dev/a.yaml'), reader.hash('dev/a.yaml')]).toEqual([undefined, undefined]);
});
