import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDist, publish, recover } from '../../../src/manifests/publish';
import {
  codes,
  interrupt,
  JOURNAL,
  newRoot,
  put,
  removeRoots,
  scratch,
  stage,
  tree,
  writeJournal,
} from './support';

afterAll(removeRoots);

const before = [stage('dev', { 'a.yaml': 'a: 1', 'b.yaml': 'b: 1', 'c.yaml': 'c: 1' })];
const after = [stage('dev', { 'a.yaml': 'a: 2', 'b.yaml': 'b: 2', 'd/new.yaml': 'n: 2' })];

/** A root in which a run was killed after the given number of its steps, and what it was to make of dist/. */
function killed(moved = 0): { root: string; done: Record<string, string> } {
  const [root, other] = [newRoot(), newRoot()];
  publish({ root, stages: before });
  publish({ root: other, stages: after });
  const done = tree(join(other, 'dist'));
  interrupt(root, done, moved);
  return { root, done };
}

const journal = (root: string): string => join(root, JOURNAL);
const readBody = (root: string) => JSON.parse(JSON.parse(readFileSync(journal(root), 'utf8')).body);

test('without leftovers there is nothing to do, and nothing is made', () => {
  const root = newRoot();
  expect(recover(root)).toBeUndefined();
  expect(tree(root)).toEqual({});
});

test.each([0, 1, 2, 3, 4, 5])('a committed run is completed when %i of its 5 steps were done', (moved) => {
  const { root, done } = killed(moved);
  expect(recover(root)).toBe('completed');
  expect(tree(join(root, 'dist'))).toEqual(done);
  expect(scratch(root)).toEqual([]);
  expect(recover(root)).toBeUndefined();
});

test('a run that was only prepared is discarded', () => {
  const { root } = killed();
  const old = tree(join(root, 'dist'));
  renameSync(journal(root), `${journal(root)}.tmp`);
  expect(recover(root)).toBe('discarded');
  expect(tree(join(root, 'dist'))).toEqual(old);
  expect(scratch(root)).toEqual([]);
});

test('publishing and checking recover first, and say so', () => {
  const one = killed(2);
  expect(publish({ root: one.root, stages: after })).toMatchObject({ recovered: 'completed', written: [] });
  const two = killed(2);
  expect(checkDist({ root: two.root, stages: after })).toMatchObject({ recovered: 'completed', clean: true });
  const three = killed(2);
  expect(publish({ root: three.root, stages: before }).recovered).toBe('completed');
  expect(checkDist({ root: three.root, stages: before }).clean).toBe(true);
});

test('files changed since the kill are not overwritten: the journal is given up', () => {
  for (const change of [
    (root: string) => put(root, 'dist/dev/a.yaml', 'kind: Foreign'),
    (root: string) => put(root, 'dist/dev/c.yaml', 'kind: Foreign'),
    (root: string) => put(root, 'dist/dev/d/new.yaml', 'kind: Foreign'),
    (root: string) => rmSync(join(root, 'dist'), { recursive: true }),
    (root: string) => rmSync(join(root, '.stageline/publish/new/0')),
  ]) {
    const { root } = killed();
    change(root);
    const there = tree(root);
    expect(recover(root)).toBe('superseded');
    const kept = Object.entries(there).filter(([path]) => path.startsWith('dist/'));
    expect(tree(root)).toEqual(Object.fromEntries(kept));
  }
});

test('a checkout of the old state after the kill ends in the new state all the same', () => {
  const { root, done } = killed(3);
  rmSync(join(root, 'dist'), { recursive: true });
  const fresh = newRoot();
  publish({ root: fresh, stages: before });
  cpSync(join(fresh, 'dist'), join(root, 'dist'), { recursive: true });
  expect(publish({ root, stages: after }).recovered).toBe('superseded');
  expect(tree(join(root, 'dist'))).toEqual(done);
});

test('a journal cut short at any byte is never followed', () => {
  const { root } = killed();
  const whole = readFileSync(journal(root), 'utf8');
  const there = tree(join(root, 'dist'));
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(journal(root), whole.slice(0, length));
    expect(codes(() => recover(root))).toEqual(['journal-damaged']);
  }
  expect(codes(() => publish({ root, stages: after }))).toEqual(['journal-damaged']);
  expect(codes(() => checkDist({ root, stages: after }))).toEqual(['journal-damaged']);
  expect(tree(join(root, 'dist'))).toEqual(there);
});

test('a journal with one changed character is never followed', () => {
  const { root } = killed();
  const whole = readFileSync(journal(root), 'utf8');
  for (let at = 0; at < whole.length; at += 5) {
    const changed = whole[at] === 'x' ? 'y' : 'x';
    writeFileSync(journal(root), whole.slice(0, at) + changed + whole.slice(at + 1));
    expect(codes(() => recover(root))).toEqual(['journal-damaged']);
  }
});

test.each([
  '../evil.yaml',
  'dev/../../evil.yaml',
  '/tmp/evil.yaml',
  'evil.yaml',
  'dev/evil.sh',
  'dev',
  '',
  'dev/sub/stageline.lock',
  'Dev/a.yaml',
  'dev\\..\\..\\evil.yaml',
  '.git/hooks/a.yaml',
])('a journal forged with its checksum, to write %j, is never followed', (path) => {
  const { root } = killed();
  const body = readBody(root);
  body.steps[0].path = path;
  writeJournal(root, body);
  const there = tree(root);
  expect(codes(() => recover(root))).toEqual(['journal-damaged']);
  expect(tree(root)).toEqual(there);
});

test('other forgeries are not followed either', () => {
  const forge = (
    change: (body: { version: number; steps: Record<string, unknown>[] }, root: string) => void,
  ) => {
    const { root } = killed();
    const body = readBody(root);
    change(body, root);
    writeJournal(root, body);
    return codes(() => recover(root));
  };
  expect(forge((body) => (body.version = 2))).toEqual(['journal-damaged']);
  expect(forge((body) => body.steps.push(body.steps[0]!))).toEqual(['journal-damaged']);
  expect(forge((body) => (body.steps[0]!.after = 'x'))).toEqual(['journal-damaged']);
  expect(forge((body) => (body.steps[0]!.mode = 0o777))).toEqual(['journal-damaged']);
  expect(forge((_, root) => put(root, '.stageline/publish/new/0', 'not what was prepared'))).toEqual([
    'journal-damaged',
  ]);
});

test('a journal is not followed through a symbolic link', () => {
  for (const path of ['dist', 'dist/dev', '.stageline/publish/new', '.stageline/publish']) {
    const { root } = killed();
    renameSync(join(root, path), join(root, 'moved'));
    symlinkSync(join(root, 'moved'), join(root, path));
    expect(codes(() => recover(root))).toEqual(['output-is-symlink']);
  }
  const { root } = killed();
  renameSync(journal(root), join(root, 'moved'));
  symlinkSync(join(root, 'moved'), journal(root));
  expect(codes(() => recover(root))).toEqual(['journal-damaged']);
});

test('the remedy for a damaged journal works', () => {
  const { root, done } = killed(2);
  writeFileSync(journal(root), 'junk');
  expect(codes(() => recover(root))).toEqual(['journal-damaged']);
  rmSync(join(root, '.stageline/publish'), { recursive: true });
  publish({ root, stages: after });
  expect(tree(join(root, 'dist'))).toEqual(done);
});
