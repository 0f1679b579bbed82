import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDist, lockHash, publish, readLock, sha256 } from '../../../src/manifests/publish';
import { codes, manifest, newRoot, put, refusal, removeRoots, scratch, stage, tree } from './support';

afterAll(removeRoots);

const dev = stage('dev', { 'backend.yaml': 'b: 1', 'frontend.yaml': 'f: 1' });
const prod = stage('prod', { 'frontend.yaml': 'f: 1' });

/** What changes when a file is written, or put in place anew. */
function traceOf(root: string, file: string): unknown {
  const { ino, mtimeNs, ctimeNs } = statSync(join(root, 'dist/dev', file), { bigint: true });
  return { ino, mtimeNs, ctimeNs };
}

test('what it writes is what was given, with a lock beside it', () => {
  const root = newRoot();
  const result = publish({ root, stages: [dev, { ...prod, base: 'a'.repeat(40) }] });
  expect(tree(join(root, 'dist'))).toEqual({
    'dev/backend.yaml': manifest('b: 1'),
    'dev/frontend.yaml': manifest('f: 1'),
    'dev/stageline.lock': expect.any(String),
    'prod/frontend.yaml': manifest('f: 1'),
    'prod/stageline.lock': `{
  "version": 1,
  "base": "${'a'.repeat(40)}",
  "inputs": "${prod.inputs}",
  "files": {
    "frontend.yaml": "${sha256(manifest('f: 1'))}"
  }
}
`,
  });
  expect(result.written).toHaveLength(5);
  expect(result.files.every((file) => file.state === 'missing')).toBe(true);
  expect(scratch(root)).toEqual([]);
});

test('the order of the input does not show in the output', () => {
  const [one, two] = [newRoot(), newRoot()];
  publish({ root: one, stages: [dev, prod] });
  publish({ root: two, stages: [prod, { ...dev, files: [...dev.files].reverse() }] });
  expect(tree(join(two, 'dist'))).toEqual(tree(join(one, 'dist')));
});

test('a second run touches nothing', () => {
  const root = newRoot();
  publish({ root, stages: [dev] });
  const before = traceOf(root, 'frontend.yaml');
  expect(publish({ root, stages: [dev] })).toEqual({
    files: [],
    written: [],
    removed: [],
    unchanged: 2,
    locks: new Map([['dev', lockHash(root, 'dev')]]),
  });
  expect(traceOf(root, 'frontend.yaml')).toEqual(before);
});

test('only the file that changed is touched, and the lock', () => {
  const root = newRoot();
  publish({ root, stages: [dev] });
  const before = traceOf(root, 'backend.yaml');
  const changed = stage('dev', { 'backend.yaml': 'b: 1', 'frontend.yaml': 'f: 2' });
  const result = publish({ root, stages: [changed] });
  expect(result.written).toEqual(['dev/frontend.yaml', 'dev/stageline.lock']);
  expect(readFileSync(join(root, 'dist/dev/frontend.yaml'), 'utf8')).toBe(manifest('f: 2'));
  expect(traceOf(root, 'backend.yaml')).toEqual(before);
});

test('an app that disappears takes its file and its folder with it', () => {
  const root = newRoot();
  publish({ root, stages: [stage('dev', { 'a.yaml': 'a: 1', 'crds/b.yaml': 'b: 1' })] });
  const result = publish({ root, stages: [stage('dev', { 'a.yaml': 'a: 1' })] });
  expect(result.removed).toEqual(['dev/crds/b.yaml']);
  expect(Object.keys(tree(join(root, 'dist')))).toEqual(['dev/a.yaml', 'dev/stageline.lock']);
  expect(() => statSync(join(root, 'dist/dev/crds'))).toThrow('ENOENT');
});

test('a stage that disappears takes its folder with it, but not one that is kept', () => {
  const root = newRoot();
  publish({ root, stages: [dev, prod] });
  publish({ root, stages: [], keep: new Map([['prod', undefined]]) });
  expect(Object.keys(tree(join(root, 'dist')))).toEqual(['prod/frontend.yaml', 'prod/stageline.lock']);
  expect(() => statSync(join(root, 'dist/dev'))).toThrow('ENOENT');
});

test('files of others are named and kept, in stages, beside them and in stages that disappear', () => {
  const root = newRoot();
  publish({ root, stages: [dev, prod] });
  put(root, 'dist/README.md', 'ours?');
  put(root, 'dist/notes/todo.txt', 'x');
  put(root, 'dist/dev/constructor', 'x');
  put(root, 'dist/dev/lost.yaml', manifest('no lock knows me'));
  put(root, 'dist/prod/mine.yaml', 'kind: Mine');
  const result = publish({ root, stages: [dev] });
  expect(result.files).toEqual([
    { path: 'README.md', state: 'foreign' },
    { path: 'dev/constructor', state: 'foreign' },
    { path: 'dev/lost.yaml', state: 'unlisted' },
    { path: 'notes/', state: 'foreign' },
    { path: 'prod/frontend.yaml', state: 'left-over' },
    { path: 'prod/mine.yaml', state: 'foreign' },
    { path: 'prod/stageline.lock', state: 'left-over' },
  ]);
  expect(Object.keys(tree(join(root, 'dist')))).toEqual([
    'README.md',
    'dev/backend.yaml',
    'dev/constructor',
    'dev/frontend.yaml',
    'dev/lost.yaml',
    'dev/stageline.lock',
    'notes/todo.txt',
    'prod/mine.yaml',
  ]);
});

test('a file of ours that lost its marker belongs to whoever took it, and is not removed', () => {
  const root = newRoot();
  publish({ root, stages: [dev] });
  put(root, 'dist/dev/backend.yaml', 'kind: TakenOver');
  const result = publish({ root, stages: [stage('dev', { 'frontend.yaml': 'f: 1' })] });
  expect(result.files).toContainEqual({ path: 'dev/backend.yaml', state: 'foreign' });
  expect(readFileSync(join(root, 'dist/dev/backend.yaml'), 'utf8')).toBe('kind: TakenOver');
});

test('foreign files where ours must go are refused, all at once, before anything is written', () => {
  const root = newRoot();
  put(root, 'dist/dev/frontend.yaml', 'kind: Foreign');
  mkdirSync(join(root, 'dist/dev/backend.yaml'));
  const problems = refusal(() => publish({ root, stages: [dev, prod] }));
  expect(problems.map((p) => p.cause)).toEqual([
    '"dist/dev/backend.yaml" is no file, and stageline writes a file there',
    '"dist/dev/frontend.yaml" was not written by stageline: it has no marker, and no lock knows it',
  ]);
  expect(tree(join(root, 'dist'))).toEqual({ 'dev/frontend.yaml': 'kind: Foreign' });
  expect(scratch(root)).toEqual([]);
});

test('hand edits, emptied files and lost locks are repaired', () => {
  const root = newRoot();
  publish({ root, stages: [dev, prod] });
  const good = tree(join(root, 'dist'));
  put(root, 'dist/dev/frontend.yaml', 'edited: true');
  put(root, 'dist/dev/backend.yaml', '');
  put(root, 'dist/prod/frontend.yaml', `<<<<<<< HEAD\n${manifest('f: 7')}`);
  put(root, 'dist/prod/stageline.lock', '<<<<<<< HEAD\n{\n');
  expect(publish({ root, stages: [dev, prod] }).files).toEqual([
    { path: 'dev/backend.yaml', state: 'edited' },
    { path: 'dev/frontend.yaml', state: 'edited' },
    { path: 'prod/frontend.yaml', state: 'stale' },
    { path: 'prod/stageline.lock', state: 'stale' },
  ]);
  expect(tree(join(root, 'dist'))).toEqual(good);
  rmSync(join(root, 'dist/prod/stageline.lock'));
  publish({ root, stages: [dev, prod] });
  expect(tree(join(root, 'dist'))).toEqual(good);
});

test('a check tells what publishing would do, and does not do it', () => {
  const root = newRoot();
  publish({
    root,
    stages: [stage('dev', { 'a.yaml': '1', 'b.yaml': '1', 'c.yaml': '1', 'd.yaml': '1', 'e.yaml': '1' })],
  });
  put(root, 'dist/dev/b.yaml', manifest('edited'));
  put(root, 'dist/dev/c.yaml', manifest('1').replaceAll('\n', '\r\n'));
  rmSync(join(root, 'dist/dev/e.yaml'));
  const before = tree(root);
  const next = stage('dev', { 'a.yaml': '2', 'b.yaml': '1', 'c.yaml': '1', 'e.yaml': '1' });
  const result = checkDist({ root, stages: [next] });
  const { locks, ...rest } = result;
  expect([...locks.keys()]).toEqual(['dev']);
  expect(rest).toEqual({
    clean: false,
    unchanged: 0,
    files: [
      { path: 'dev/a.yaml', state: 'stale' },
      { path: 'dev/b.yaml', state: 'edited' },
      { path: 'dev/c.yaml', state: 'line-endings' },
      { path: 'dev/d.yaml', state: 'left-over' },
      { path: 'dev/e.yaml', state: 'missing' },
      { path: 'dev/stageline.lock', state: 'stale' },
    ],
  });
  const dry = publish({ root, stages: [next], dryRun: true });
  expect(dry.written).toEqual(['dev/a.yaml', 'dev/b.yaml', 'dev/c.yaml', 'dev/e.yaml', 'dev/stageline.lock']);
  expect(dry.removed).toEqual(['dev/d.yaml']);
  expect(tree(root)).toEqual(before);

  publish({ root, stages: [next] });
  expect(locks.get('dev')).toBe(lockHash(root, 'dev'));
  expect(checkDist({ root, stages: [next] })).toMatchObject({ clean: true, unchanged: 4, files: [] });
});

test('a check of a repository that was never published makes no folder', () => {
  const root = newRoot();
  expect(checkDist({ root, stages: [dev] }).clean).toBe(false);
  expect(tree(root)).toEqual({});
  expect(() => statSync(join(root, '.stageline'))).toThrow('ENOENT');
});

test.each([
  'dist',
  'dist/dev',
  'dist/dev/frontend.yaml',
  'dist/dev/stageline.lock',
  'dist/dev/other',
  '.stageline',
])('a symbolic link at %s is refused, and nothing is written through it', (path) => {
  const root = newRoot();
  const outside = newRoot();
  const isFile = path.includes('.yaml') || path.includes('.lock');
  if (isFile) put(outside, 'target', manifest('outside'));
  mkdirSync(join(root, path, '..'), { recursive: true });
  symlinkSync(isFile ? join(outside, 'target') : outside, join(root, path));
  const before = tree(outside);
  expect(codes(() => publish({ root, stages: [dev] }))).toEqual(['output-is-symlink']);
  expect(tree(outside)).toEqual(before);
});

test('a kept stage that is a symbolic link is refused too', () => {
  const root = newRoot();
  mkdirSync(join(root, 'dist'));
  symlinkSync(newRoot(), join(root, 'dist/prod'));
  expect(codes(() => publish({ root, stages: [dev], keep: new Map([['prod', undefined]]) }))).toEqual([
    'output-is-symlink',
  ]);
});

test.each(['dist', 'dist/dev', '.stageline'])('a file at %s is refused', (path) => {
  const root = newRoot();
  put(root, path, 'a file');
  expect(codes(() => publish({ root, stages: [dev] }))).toEqual(['output-is-no-folder']);
  expect(tree(root)).toEqual({ [path]: 'a file' });
});

test.each([
  '../evil.yaml',
  '/etc/evil.yaml',
  'a/../b.yaml',
  'a//b.yaml',
  './a.yaml',
  'a\\b.yaml',
  'a b.yaml',
  'a.yml',
  'a.json',
  '.hidden.yaml',
  'con.yaml',
  'a.yaml/b.yaml',
  'é.yaml',
  'a\n.yaml',
  'a..yaml',
  '',
  'stageline.lock',
  `${'a'.repeat(300)}.yaml`,
])('a file called %j is refused', (path) => {
  const root = newRoot();
  const odd = { ...dev, files: [{ path, text: manifest('x') }] };
  expect(codes(() => publish({ root, stages: [odd] }))).toEqual(['output-name']);
  expect(tree(root)).toEqual({});
});

test.each(['..', '.', '', 'Dev', 'a/b', 'nul', '-a', 'a'.repeat(64)])(
  'a stage called %j is refused',
  (name) => {
    expect(codes(() => publish({ root: newRoot(), stages: [{ ...dev, name }] }))).toContain('output-name');
  },
);

test('paths that differ in case only are refused, in the input and against what is there', () => {
  const root = newRoot();
  const twice = stage('dev', { 'a/x.yaml': '1', 'A/y.yaml': '1', 'B.yaml': '1', 'b.yaml': '1' });
  expect(codes(() => publish({ root, stages: [twice] }))).toEqual([
    'path-case-collision',
    'path-case-collision',
  ]);
  put(root, 'dist/dev/Frontend.yaml', 'kind: Foreign');
  put(root, 'dist/PROD/x', 'x');
  expect(codes(() => publish({ root, stages: [dev, prod] }))).toEqual([
    'path-case-collision',
    'path-case-collision',
  ]);
});

test('a file or a stage given twice is refused', () => {
  const twice = { ...dev, files: [...dev.files, dev.files[0]!] };
  expect(codes(() => publish({ root: newRoot(), stages: [twice] }))).toEqual(['output-duplicate']);
  expect(
    codes(() => publish({ root: newRoot(), stages: [dev], keep: new Map([['dev', undefined]]) })),
  ).toEqual(['output-duplicate']);
});

test('a lock of a newer stageline is never overwritten, nor its stage removed', () => {
  const root = newRoot();
  publish({ root, stages: [dev] });
  writeFileSync(join(root, 'dist/dev/stageline.lock'), '{"version": 2, "files": []}');
  const before = tree(root);
  expect(codes(() => publish({ root, stages: [dev] }))).toEqual(['lock-version']);
  expect(codes(() => publish({ root, stages: [] }))).toEqual(['lock-version']);
  expect(tree(root)).toEqual(before);
  expect(codes(() => readLock(root, 'dev'))).toEqual(['lock-version']);
});

test('argocd is a stage like the others', () => {
  const root = newRoot();
  publish({ root, stages: [stage('argocd', { 'dev.yaml': 'kind: Application' })] });
  expect(Object.keys(tree(join(root, 'dist')))).toEqual(['argocd/dev.yaml', 'argocd/stageline.lock']);
});

test('what a power cut left cut short, empty or under the old lock is written again', () => {
  const root = newRoot();
  publish({ root, stages: [dev] });
  const newer = stage('dev', { 'backend.yaml': 'b: 2', 'frontend.yaml': 'f: 2', 'third.yaml': 't: 2' });
  const file = (name: string): string => join(root, 'dist/dev', name);
  const lock = readFileSync(file('stageline.lock'), 'utf8');
  // As if the moves had reached the disk, and not all of what was moved.
  publish({ root, stages: [newer] });
  writeFileSync(file('backend.yaml'), manifest('b: 2').slice(0, -3));
  writeFileSync(file('third.yaml'), '');
  for (const torn of [lock, lock.slice(0, 40), '']) {
    writeFileSync(file('stageline.lock'), torn);
    const other = newRoot();
    publish({ root, stages: [newer] });
    publish({ root: other, stages: [newer] });
    expect(tree(join(root, 'dist'))).toEqual(tree(join(other, 'dist')));
  }
});
