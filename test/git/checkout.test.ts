import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildCommit, commitMessage } from '../../src/git/commit';
import { moveBranch, repairCheckout } from '../../src/git/checkout';
import { openRepository, type Repo } from '../../src/git/repository';
import { CLEAN_ENV, commitFiles, git, newRepository, removeScratch, scratchFolder } from './scratch';

afterAll(removeScratch);

const FILES = {
  'dist/prod/a.yaml': 'a: 1\n',
  'dist/prod/gone/b.yaml': 'b: 1\n',
  'environments/prod.yaml': '#\n',
};
const CHANGES = new Map<string, string | null>([
  ['dist/prod/a.yaml', 'a: 2\n'],
  ['dist/prod/gone/b.yaml', null],
  ['dist/prod/gone', 'a file where a folder was\n'],
  ['dist/prod/new/ü "n".yaml', 'n: 1\n'],
]);

async function scene(): Promise<{ dir: string; repo: Repo; from: string; to: string }> {
  const dir = newRepository();
  const from = commitFiles(dir, FILES);
  const repo = (await openRepository(dir, CLEAN_ENV))!;
  const to = (await buildCommit(repo, { parents: [from], changes: CHANGES, subject: 'move' }))!;
  return { dir, repo, from, to };
}
const REF = 'refs/heads/main';
const status = (dir: string): string => git(dir, 'status', '--porcelain', '-uall');

describe('a commit built outside the checkout', () => {
  test('touches no file, no index and no ref', async () => {
    const { dir, from, to } = await scene();
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(from);
    expect(status(dir)).toBe('');
    expect(git(dir, 'rev-parse', `${to}^`)).toBe(from);
    expect(git(dir, 'show', `${to}:dist/prod/new/ü "n".yaml`)).toBe('n: 1');
    expect(readdirSync(join(dir, '.git/stageline'))).toEqual([]);
  });

  test('keeps the mode of the files it changes', async () => {
    const dir = newRepository();
    writeFileSync(join(dir, 'run.sh'), '1');
    chmodSync(join(dir, 'run.sh'), 0o755);
    const from = commitFiles(dir, {});
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    const to = await buildCommit(repo, {
      parents: [from],
      changes: new Map([['run.sh', '2']]),
      subject: 's',
    });
    expect(git(dir, 'ls-tree', to!)).toMatch(/^100755/);
  });

  test('is none when nothing changes', async () => {
    const { repo, from } = await scene();
    const changes = new Map([['dist/prod/a.yaml', 'a: 1\n']]);
    expect(await buildCommit(repo, { parents: [from], changes, subject: 'same' })).toBeUndefined();
  });

  test('has its trailers where git finds them, one line each', async () => {
    const dir = newRepository();
    const message = commitMessage({
      subject: 'promote: frontend\nto prod',
      body: 'Why.',
      trailers: [
        ['Promoted-From', 'staging'],
        ['Skip', 'hot\nfix: yes'],
      ],
    });
    git(dir, 'commit', '-q', '--allow-empty', '-m', message);
    expect(git(dir, 'log', '-1', '--format=%(trailers:only,unfold)')).toBe(
      'Promoted-From: staging\nSkip: hot fix: yes',
    );
  });
});

describe('moving the branch that is checked out', () => {
  test('takes index and files along', async () => {
    const { dir, repo, from, to } = await scene();
    expect(await moveBranch(repo, { ref: REF, from, to, reason: 'test' })).toEqual({ moved: true, left: [] });
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(to);
    expect(status(dir)).toBe('');
    expect(readFileSync(join(dir, 'dist/prod/new/ü "n".yaml'), 'utf8')).toBe('n: 1\n');
    expect(git(dir, 'reflog', '-1', '--format=%gs')).toBe('stageline: test');
    expect(readdirSync(join(dir, '.git/stageline'))).toEqual([]);
  });

  test('does nothing when the branch has moved meanwhile', async () => {
    const { dir, repo, from, to } = await scene();
    const other = commitFiles(dir, { other: '1' });
    expect(await moveBranch(repo, { ref: REF, from, to, reason: 'test' })).toEqual({ moved: false });
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(other);
    expect(status(dir)).toBe('');
  });

  test('leaves a file alone that somebody edits at that moment, and says which', async () => {
    const { dir, repo, from, to } = await scene();
    writeFileSync(join(dir, 'dist/prod/a.yaml'), 'mine\n');
    writeFileSync(join(dir, 'notes.txt'), 'mine too\n');
    git(dir, 'add', 'notes.txt');
    expect(await moveBranch(repo, { ref: REF, from, to, reason: 'test' })).toEqual({
      moved: true,
      left: ['dist/prod/a.yaml'],
    });
    expect(readFileSync(join(dir, 'dist/prod/a.yaml'), 'utf8')).toBe('mine\n');
    expect(status(dir).split('\n')).toEqual(
      [' M dist/prod/a.yaml', 'A  notes.txt'].map((l) => l.trim() && l),
    );
  });

  test('writes nothing through a link that leads out of the checkout', async () => {
    const dir = newRepository();
    const outside = scratchFolder();
    mkdirSync(join(dir, 'dist'));
    symlinkSync(outside, join(dir, 'dist/prod'));
    const from = commitFiles(dir, {});
    git(dir, 'rm', '-q', '--cached', 'dist/prod');
    git(dir, 'commit', '-q', '-m', 'untrack');
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    const head = git(dir, 'rev-parse', 'HEAD');
    const changes = new Map([['dist/prod/x.yaml', 'x\n']]);
    const to = (await buildCommit(repo, { parents: [head], changes, subject: 's' }))!;
    await moveBranch(repo, { ref: REF, from: head, to, reason: 'test' });
    expect(readdirSync(outside)).toEqual([]);
    expect(from).not.toBe(head);
  });

  test('another branch moves without the checkout', async () => {
    const { dir, repo, from, to } = await scene();
    await moveBranch(repo, { ref: 'refs/heads/other', from: undefined, to, reason: 'test' });
    expect(git(dir, 'rev-parse', 'other')).toBe(to);
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(from);
    expect(status(dir)).toBe('');
    expect(
      await moveBranch(repo, { ref: 'refs/heads/other', from: undefined, to: from, reason: 't' }),
    ).toEqual({
      moved: false,
    });
  });

  test("the files are as the user's checkout wants them, line ends included", async () => {
    const { dir, repo, from, to } = await scene();
    git(dir, 'config', 'core.autocrlf', 'true');
    writeFileSync(join(dir, 'dist/prod/a.yaml'), 'a: 1\r\n');
    await moveBranch(repo, { ref: REF, from, to, reason: 'test' });
    expect(readFileSync(join(dir, 'dist/prod/a.yaml'), 'utf8')).toBe('a: 2\r\n');
    expect(git(dir, 'diff', 'HEAD', '--stat')).toBe('');
  });

  test('waits for a lock of git and then says how to remove it; the next command follows', async () => {
    const { dir, repo, from, to } = await scene();
    writeFileSync(join(dir, '.git/index.lock'), '');
    await expect(moveBranch(repo, { ref: REF, from, to, reason: 'test' })).rejects.toThrow('git-locked');
    expect(readFileSync(join(dir, '.git/index.lock'), 'utf8')).toBe('');
  });
});

describe('killed while the branch moves', () => {
  const child = (dir: string, from: string, to: string, step: string): void => {
    const script = join(__dirname, 'move-child.ts');
    const args = ['--require', 'tsx/cjs', script, dir, REF, from, to, step];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(result.signal).toBe('SIGKILL');
  };

  test.each(['journalled', 'moved', 'prepared', 'files', 'index'])(
    'at the step "%s", the next command leaves all as it was or all as it should be',
    async (step) => {
      const { dir, repo, from, to } = await scene();
      child(dir, from, to, step);
      await repairCheckout(repo);
      const tip = git(dir, 'rev-parse', 'HEAD');
      expect(tip).toBe(step === 'journalled' ? from : to);
      expect(status(dir)).toBe('');
      expect(existsSync(join(dir, '.git/stageline/journal.json'))).toBe(false);
      expect(await repairCheckout(repo)).toBeUndefined();
    },
  );

  test('locks that the killed one left are known as its own and removed', async () => {
    const { dir, repo, from, to } = await scene();
    child(dir, from, to, 'journalled');
    writeFileSync(join(dir, '.git/refs/heads/main.lock'), `${to}\n`);
    writeFileSync(join(dir, '.git/HEAD.lock'), '');
    await repairCheckout(repo);
    expect(await moveBranch(repo, { ref: REF, from, to, reason: 'again' })).toMatchObject({ moved: true });
    expect(status(dir)).toBe('');
  });

  test('what somebody edited between the kill and the repair is kept', async () => {
    const { dir, repo, from, to } = await scene();
    child(dir, from, to, 'moved');
    writeFileSync(join(dir, 'dist/prod/a.yaml'), 'mine\n');
    expect(await repairCheckout(repo)).toEqual(['dist/prod/a.yaml']);
    expect(status(dir)).toBe(' M dist/prod/a.yaml');
  });
});
