import { writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommit } from '../../src/git/commit';
import { appendNote, fetchNotes, pushNotes, readNotes } from '../../src/git/notes';
import { pushPlanned, type PushOptions, type RemoteRef } from '../../src/git/push';
import { readTree } from '../../src/git/read';
import { openRepository, type Repo } from '../../src/git/repository';
import { bareCopy, CLEAN_ENV, cloneOf, commitFiles, git, newRepository, removeScratch } from './scratch';

afterAll(removeScratch);

const MAIN: RemoteRef = { remote: 'origin', ref: 'refs/heads/main', tracking: 'refs/remotes/origin/main' };
const OPTIONS: PushOptions = {
  random: Math.random,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
const open = async (dir: string): Promise<Repo> => (await openRepository(dir, CLEAN_ENV))!;

function remote(): string {
  const dir = newRepository();
  commitFiles(dir, { 'environments/base.yaml': 'a: 1\n' });
  return bareCopy(dir);
}

const set = (repo: Repo, path: string, content: string) => async (tip: string | undefined) => {
  const changes = new Map([[path, content]]);
  const commit = await buildCommit(repo, { parents: [tip!], changes, subject: `set ${path}` });
  return { commit, value: path };
};

describe('pushing', () => {
  test('eight clones push at once: every commit lands, one after the other', async () => {
    const bare = remote();
    const clones = await Promise.all([...'abcdefgh'].map((name) => open(cloneOf(bare, name))));
    await Promise.all(
      clones.map((repo, i) => pushPlanned(repo, MAIN, set(repo, `stage-${i}`, `${i}\n`), OPTIONS)),
    );
    const tree = await readTree(await open(bare), 'main');
    expect([...tree.keys()]).toEqual(expect.arrayContaining([...'01234567'].map((i) => `stage-${i}`)));
    expect(git(bare, 'rev-list', '--count', 'main')).toBe('9');
    expect(git(bare, 'rev-list', '--merges', '--count', 'main')).toBe('0');
  });

  test('what is there already is no push', async () => {
    const repo = await open(cloneOf(remote(), 'a'));
    const pushed = await pushPlanned(repo, MAIN, set(repo, 'x', '1'), OPTIONS);
    expect(pushed.commit).toMatch(/^[0-9a-f]{40}$/);
    expect((await pushPlanned(repo, MAIN, set(repo, 'x', '1'), OPTIONS)).commit).toBeUndefined();
  });

  test('a remote that refuses is given up on after a few attempts, with its own words', async () => {
    const bare = remote();
    const hook = join(bare, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "main is protected" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const repo = await open(cloneOf(bare, 'a'));
    let pauses = 0;
    const sleep = (): Promise<void> => Promise.resolve(void pauses++);
    await expect(pushPlanned(repo, MAIN, set(repo, 'x', '1'), { random: () => 0, sleep })).rejects.toThrow(
      /push-refused[^]*main is protected/,
    );
    expect(pauses).toBeLessThan(10);
    expect(git(bare, 'rev-list', '--count', 'main')).toBe('1');
  });

  test('a branch that another clone created meanwhile is never overwritten', async () => {
    const bare = remote();
    const [one, two] = await Promise.all(['a', 'b'].map((name) => open(cloneOf(bare, name))));
    const target = { remote: 'origin', ref: 'refs/heads/pr', tracking: 'refs/remotes/origin/pr' };
    const from = (repo: Repo, content: string) => async (tip: string | undefined) =>
      set(repo, 'pr.txt', content)(tip ?? git(repo.root, 'rev-parse', 'origin/main'));
    await Promise.all([
      pushPlanned(one!, target, from(one!, 'one'), OPTIONS),
      pushPlanned(two!, target, from(two!, 'two'), OPTIONS),
    ]);
    expect(git(bare, 'rev-list', '--count', 'pr')).toBe('3');
  });
});

describe('records in Git notes', () => {
  test('a line is added once, and read back with the others', async () => {
    const dir = newRepository();
    const [first, second] = [commitFiles(dir, { a: '1' }), commitFiles(dir, { a: '2' })];
    const repo = await open(dir);
    expect(await appendNote(repo, first, '{"n":2}')).toBe(true);
    expect(await appendNote(repo, first, '{"n":1}')).toBe(true);
    expect(await appendNote(repo, first, '{"n":2}')).toBe(false);
    expect(await appendNote(repo, second, '{"n":3}')).toBe(true);
    expect([...(await readNotes(repo))]).toEqual(
      expect.arrayContaining([
        [first, ['{"n":1}', '{"n":2}']],
        [second, ['{"n":3}']],
      ]),
    );
    expect(git(dir, 'notes', '--ref=stageline', 'show', first)).toBe('{"n":1}\n{"n":2}');
  });

  test('notes that git itself wrote are read and added to, however it spreads them over folders', async () => {
    const dir = newRepository();
    const commits = [...Array(12).keys()].map((i) => commitFiles(dir, { a: String(i) }));
    for (const commit of commits) git(dir, 'notes', '--ref=stageline', 'add', '-m', '{"by":"git"}', commit);
    const repo = await open(dir);
    expect(await appendNote(repo, commits[3]!, '{"by":"us"}')).toBe(true);
    expect((await readNotes(repo)).get(commits[3]!)).toEqual(['{"by":"git"}', '{"by":"us"}']);
    expect(git(dir, 'notes', '--ref=stageline', 'list').split('\n')).toHaveLength(12);
    expect(git(dir, 'notes', '--ref=stageline', 'show', commits[3]!)).toContain('us');
  });

  test('many at once in one clone lose nothing', async () => {
    const dir = newRepository();
    const commit = commitFiles(dir, { a: '1' });
    const repo = await open(dir);
    await Promise.all([...'abcdef'].map((n) => appendNote(repo, commit, `{"n":"${n}"}`)));
    expect((await readNotes(repo)).get(commit)).toHaveLength(6);
  });

  test('what several clones recorded is merged, whoever pushes first', async () => {
    const bare = remote();
    const clones = await Promise.all([...'abcd'].map((name) => open(cloneOf(bare, name))));
    const commit = git(bare, 'rev-parse', 'main');
    await Promise.all(
      clones.map(async (repo, i) => {
        await appendNote(repo, commit, `{"by":${i}}`);
        await appendNote(repo, commit, '{"by":"all"}');
        await pushNotes(repo, 'origin', OPTIONS);
      }),
    );
    const fresh = await open(cloneOf(bare, 'fresh'));
    await fetchNotes(fresh, 'origin');
    const lines = (await readNotes(fresh)).get(commit)!;
    expect(lines).toEqual(['{"by":"all"}', ...[0, 1, 2, 3].map((i) => `{"by":${i}}`)]);
    await fetchNotes(clones[0]!, 'origin');
    expect((await readNotes(clones[0]!)).get(commit)).toEqual(lines);
  });

  test('a remote without records is no error', async () => {
    const repo = await open(cloneOf(remote(), 'a'));
    await fetchNotes(repo, 'origin');
    await pushNotes(repo, 'origin', OPTIONS);
    expect((await readNotes(repo)).size).toBe(0);
  });
});
