import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/git/repository';
import { eachCommit, readLog, trailer } from '../../src/git/log';
import { requireCheckout, requireUpstream } from '../../src/git/state';
import { bareCopy, CLEAN_ENV, cloneOf, commitFiles, git, newRepository, removeScratch } from './scratch';
import { writeFiles } from './scratch';

afterAll(removeScratch);

const NEEDS = { now: Date.now() + 24 * 3_600_000, inputs: ['environments'] };
async function refusals(dir: string): Promise<string[]> {
  const repo = (await openRepository(dir, CLEAN_ENV))!;
  const error = await requireCheckout(repo, NEEDS).catch((e: { problems?: { code: string }[] }) => e);
  return ((error as { problems?: { code: string }[] }).problems ?? []).map((problem) => problem.code);
}
function repository(): string {
  const dir = newRepository();
  commitFiles(dir, { 'environments/dev.yaml': 'a: 1\n', 'b.txt': '1' });
  return dir;
}

describe('a checkout to commit on', () => {
  test('is clean, on a branch, with an identity', async () => {
    const dir = repository();
    writeFiles(dir, { 'scratch.txt': 'not an input' });
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    expect(await requireCheckout(repo, NEEDS)).toEqual({
      ref: 'refs/heads/main',
      head: git(dir, 'rev-parse', 'HEAD'),
    });
  });

  test('is not one with changes, staged or not, or with unknown inputs', async () => {
    const changes: Record<string, string>[] = [{ 'b.txt': '2' }, { 'environments/new.yaml': '' }];
    for (const change of changes) {
      const dir = repository();
      writeFiles(dir, change);
      expect(await refusals(dir)).toEqual(['dirty-tree']);
      git(dir, 'add', '-A');
      expect(await refusals(dir)).toEqual(['dirty-tree']);
    }
  });

  test('is not one on a detached HEAD', async () => {
    const dir = repository();
    git(dir, 'checkout', '-q', '--detach');
    expect(await refusals(dir)).toEqual(['detached-head']);
  });

  test.each([['merge'], ['rebase'], ['cherry-pick']])(
    'is not one in the middle of a %s',
    async (operation) => {
      const dir = repository();
      git(dir, 'checkout', '-q', '-b', 'side');
      commitFiles(dir, { 'b.txt': 'side' });
      git(dir, 'checkout', '-q', 'main');
      commitFiles(dir, { 'b.txt': 'main' });
      expect(() => git(dir, operation, 'side')).toThrow();
      expect(await refusals(dir)).toContain('git-in-progress');
    },
  );

  test('is not one without an identity, even where git would guess one', async () => {
    const dir = repository();
    git(dir, 'config', '--unset', 'user.email');
    expect(await refusals(dir)).toEqual(['no-identity']);
  });

  test('is not one under a lock that a killed git left, and the message has the command', async () => {
    const dir = repository();
    writeFileSync(join(dir, '.git/index.lock'), '');
    writeFileSync(join(dir, '.git/refs/heads/x.lock'), '');
    const old = new Date(Date.now() - 10_000);
    utimesSync(join(dir, '.git/index.lock'), old, old);
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    await expect(requireCheckout(repo, NEEDS)).rejects.toThrow(`rm "${join(dir, '.git/index.lock')}"`);
    expect(await refusals(dir)).toEqual(['git-locked', 'git-locked']);
  });

  test('is not a bare repository, nor one without a commit; everything is said at once', async () => {
    expect(await refusals(bareCopy(repository()))).toContain('bare-repository');
    const empty = newRepository();
    git(empty, 'config', '--unset', 'user.name');
    expect(await refusals(empty)).toEqual(['no-commit', 'no-identity']);
  });
});

describe('the upstream of a branch', () => {
  test('is the remote, the ref there, and the copy here', async () => {
    const repo = (await openRepository(cloneOf(bareCopy(repository()), 'one'), CLEAN_ENV))!;
    expect(await requireUpstream(repo, 'refs/heads/main')).toEqual({
      remote: 'origin',
      ref: 'refs/heads/main',
      tracking: 'refs/remotes/origin/main',
    });
  });

  test('is missed with the command that sets it', async () => {
    const repo = (await openRepository(repository(), CLEAN_ENV))!;
    await expect(requireUpstream(repo, 'refs/heads/main')).rejects.toThrow('--set-upstream-to=origin/main');
  });
});

describe('history', () => {
  test('comes newest first, with trailers, whatever stands in the message', async () => {
    const dir = repository();
    git(dir, 'config', 'i18n.logOutputEncoding', 'ISO-8859-1');
    const odd = 'ü "q" \x01\x1f|\n\nbody: not a trailer\n\nPromoted-From: staging\nSource-Commit: a\n b';
    commitFiles(dir, { 'environments/dev.yaml': 'a: 2\n' }, odd);
    commitFiles(dir, { 'b.txt': '3' }, 'later');
    const repo = (await openRepository(dir, CLEAN_ENV))!;
    const log = await readLog(repo, { paths: ['environments'] });
    expect(log).toHaveLength(2);
    expect(log[0]).toMatchObject({ author: 'Ada', email: 'ada@example.com', subject: 'ü "q" \x01\x1f|' });
    expect(trailer(log[0]!, 'promoted-from')).toBe('staging');
    expect(trailer(log[0]!, 'Source-Commit')).toBe('a b');
    expect((await readLog(repo, { limit: 1 }))[0]!.subject).toBe('later');
    expect(await readLog(repo, { from: 'HEAD' })).toEqual([]);
  });

  test('is read a commit at a time, and an error of the reader comes through', async () => {
    const repo = (await openRepository(repository(), CLEAN_ENV))!;
    const stop = (): never => {
      throw new Error('enough');
    };
    await expect(eachCommit(repo, {}, stop)).rejects.toThrow('enough');
  });
});
