import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publish } from '../../../src/manifests/publish';
import { isRoot, NOBODY, testOfRefusal, unprivileged } from '../../support/unprivileged';
import { newRoot, refusal, removeRoots, scratch, stage, tree } from './support';

afterAll(removeRoots);

const before = [stage('dev', { 'a.yaml': 'a: 1', 'gone.yaml': 'g: 1' }), stage('prod', { 'a.yaml': 'a: 1' })];
const after = [stage('dev', { 'a.yaml': 'a: 2', 'new.yaml': 'n: 2' }), stage('prod', { 'a.yaml': 'a: 2' })];

function published(): string {
  const root = newRoot();
  chmodSync(root, 0o755);
  if (isRoot) chownSync(root, NOBODY, NOBODY);
  unprivileged(() => publish({ root, stages: before }));
  return root;
}

testOfRefusal.each([
  ['the repository', '.', '.stageline/lock'],
  ['dist/', 'dist', 'dist/staging'],
  ['a stage', 'dist/prod', 'dist/prod/a.yaml'],
])('where %s cannot be written, dist/ stays as it was', (_, folder, names) => {
  const root = published();
  const old = tree(join(root, 'dist'));
  const path = join(root, folder === '.' ? '.stageline' : folder);
  chmodSync(path, 0o555);
  const stages = [...after, stage('staging', { 'a.yaml': 'a: 1' })];
  const [problem] = unprivileged(() => refusal(() => publish({ root, stages })));
  chmodSync(path, 0o755);
  expect(problem).toMatchObject({
    code: 'write-failed',
    cause: expect.stringMatching(/: permission denied \(EACCES\)$/),
    consequence: 'Nothing was written: dist/ is as it was.',
    remedy: expect.stringMatching(/^Let the user who runs this read and write it/),
  });
  expect(problem?.cause).toContain(`"${names}`);
  expect(tree(join(root, 'dist'))).toEqual(old);
  expect(scratch(root)).toEqual([]);
});

testOfRefusal('a file that cannot be read is named', () => {
  const root = published();
  chmodSync(join(root, 'dist/dev/a.yaml'), 0);
  const [problem] = unprivileged(() => refusal(() => publish({ root, stages: after })));
  expect(problem?.cause).toBe('cannot use "dist/dev/a.yaml": permission denied (EACCES)');
});

const asRoot = isRoot ? testOfRefusal : test.skip;
const needsRoot = isRoot ? '' : ' [skipped: only root can make files of another user]';
asRoot(`what was put in place before a failure is taken back${needsRoot}`, () => {
  const root = published();
  const old = tree(join(root, 'dist'));
  const inode = statSync(join(root, 'dist/dev/a.yaml')).ino;
  // In a sticky folder nobody can replace the files of another user, though they can write there.
  chownSync(join(root, 'dist/prod'), 0, 0);
  chmodSync(join(root, 'dist/prod'), 0o1777);
  chownSync(join(root, 'dist/prod/a.yaml'), 0, 0);
  chmodSync(join(root, 'dist/prod/a.yaml'), 0o644);
  const [problem] = unprivileged(() => refusal(() => publish({ root, stages: after })));
  expect(problem).toMatchObject({
    cause: 'cannot use "dist/prod/a.yaml": not permitted (EPERM)',
    consequence: 'Nothing was written: dist/ is as it was.',
  });
  expect(tree(join(root, 'dist'))).toEqual(old);
  expect(statSync(join(root, 'dist/dev/a.yaml')).ino).toBe(inode);
  expect(scratch(root)).toEqual([]);
});

/** A namespace in which anyone may mount; containers and hardened kernels refuse it. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
const onSmallDisk = canMount ? test : test.skip;
const needsMount = canMount ? '' : ' [skipped: "unshare -rm mount" is not allowed here]';

interface Outcome {
  readonly disk: string;
  readonly problems?: readonly { code: string; cause: string; consequence: string }[];
  readonly isUntouched: boolean;
  readonly isDone: boolean;
  readonly leftovers: readonly string[];
}

function onDisks(...disks: string[]): Outcome[] {
  const mount = join(newRoot(), 'disk');
  mkdirSync(mount);
  const script = join(__dirname, 'small-disk.ts');
  const args = ['-rm', process.execPath, '-r', 'tsx/cjs', script, mount, ...disks];
  const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

onSmallDisk(`a read-only disk is said to be one${needsMount}`, () => {
  const [outcome] = onDisks('ro');
  expect(outcome).toMatchObject({ isUntouched: true, leftovers: [] });
  expect(outcome?.problems).toMatchObject([
    { cause: expect.stringContaining('the disk is read-only (EROFS)') },
  ]);
});

onSmallDisk(`a mount inside dist/ is refused before anything is begun${needsMount}`, () => {
  const [outcome] = onDisks('mounted');
  expect(outcome).toMatchObject({
    isUntouched: true,
    leftovers: [],
    problems: [{ code: 'output-on-other-disk' }],
  });
});

onSmallDisk(`wherever the space or the inodes run out, it is all or nothing${needsMount}`, () => {
  const inodes = Array.from({ length: 40 }, (_, n) => `free-inodes=${n}`);
  const blocks = Array.from({ length: 40 }, (_, n) => `free-blocks=${n}`);
  for (const series of [inodes, blocks]) {
    const outcomes = onDisks(...series);
    for (const { disk, problems, isUntouched, isDone, leftovers } of outcomes) {
      expect({ disk, leftovers, isUntouched, isDone }).toEqual({
        disk,
        leftovers: [],
        isUntouched: problems !== undefined,
        isDone: problems === undefined,
      });
      if (problems)
        expect(problems).toMatchObject([{ cause: expect.stringContaining('no space left on the disk') }]);
    }
    expect(outcomes.filter((outcome) => outcome.isUntouched).length).toBeGreaterThan(5);
    expect(outcomes.filter((outcome) => outcome.isDone).length).toBeGreaterThan(5);
  }
});
