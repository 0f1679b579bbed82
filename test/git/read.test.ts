import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, type Repo } from '../../src/git/repository';
import { countCommits, isAncestor, mergeBase, readFiles, readObjects, readTree } from '../../src/git/read';
import { requireCommit, resolveCommit } from '../../src/git/read';
import { gitEnvironment } from '../../src/git/run';
import { isRoot, NOBODY } from '../support/unprivileged';
import {
  bareCopy,
  CLEAN_ENV,
  cloneOf,
  commitFiles,
  git,
  newRepository,
  removeScratch,
  scratchFolder,
} from './scratch';

afterAll(removeScratch);
const open = async (dir: string): Promise<Repo> => (await openRepository(dir, CLEAN_ENV))!;

describe('opening a repository', () => {
  test('finds the root from a folder below it', async () => {
    const dir = newRepository();
    mkdirSync(join(dir, 'a/b'), { recursive: true });
    expect((await open(join(dir, 'a/b'))).root).toBe(dir);
  });

  test('a folder outside any repository is undefined, as an unpacked archive is', async () => {
    expect(await openRepository(scratchFolder(), CLEAN_ENV)).toBeUndefined();
  });

  test('a bare repository has its folder as root', async () => {
    const bare = bareCopy(newRepositoryWithCommit());
    expect(await open(bare)).toMatchObject({ bare: true, root: bare, gitDir: bare });
  });

  test('a linked work tree has its own git folder and shares the common one', async () => {
    const dir = newRepositoryWithCommit();
    const linked = join(scratchFolder(), 'linked');
    git(dir, 'worktree', 'add', '-q', linked, '-b', 'side');
    const repo = await open(linked);
    expect(repo).toMatchObject({ root: linked, commonDir: join(dir, '.git') });
    expect(repo.gitDir).not.toBe(repo.commonDir);
  });

  test('a repository that git refuses to open is an error and not an archive', async () => {
    const dir = scratchFolder();
    commitFiles(newRepository(dir), { a: '1' });
    git(dir, 'config', 'core.repositoryformatversion', '99');
    await expect(openRepository(dir, CLEAN_ENV)).rejects.toThrow('git-refuses');
  });

  // Only root can give it away.
  (isRoot ? test : test.skip)(
    'of another owner is told of with the command that Git has for it',
    async () => {
      const dir = newRepositoryWithCommit();
      for (const each of [dir, join(dir, '.git')]) chownSync(each, NOBODY, NOBODY);
      await expect(openRepository(dir, CLEAN_ENV)).rejects.toThrow(
        /git-refuses[^]* {4}git config --global --add safe\.directory \//,
      );
    },
  );

  test('variables that a hook sets do not lead git astray', async () => {
    const [dir, other] = [newRepositoryWithCommit(), newRepositoryWithCommit()];
    const env = { ...CLEAN_ENV, GIT_DIR: join(other, '.git'), GIT_INDEX_FILE: '/nowhere', GIT_PREFIX: 'x/' };
    expect((await openRepository(dir, env))!.root).toBe(dir);
  });

  test('who commits and how to connect is kept from the environment', () => {
    const env = gitEnvironment({ GIT_AUTHOR_NAME: 'A', GIT_SSH_COMMAND: 'ssh -v', GIT_DIR: 'x', LANG: 'de' });
    expect(env).toMatchObject({ GIT_AUTHOR_NAME: 'A', GIT_SSH_COMMAND: 'ssh -v', LC_ALL: 'C' });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['GIT_DIR']));
    expect(env['LANG']).toBeUndefined();
  });

  test('no git on PATH is said in one sentence', async () => {
    await expect(openRepository(scratchFolder(), { PATH: scratchFolder() })).rejects.toThrow('git-missing');
  });
});

function newRepositoryWithCommit(): string {
  const dir = newRepository();
  commitFiles(dir, { 'README.md': 'hello\n' });
  return dir;
}

describe('reading a revision', () => {
  test('gives every text below a prefix, whatever its name', async () => {
    const dir = newRepository();
    const files = {
      'dist/dev/a.yaml': 'a: 1\n',
      'dist/dev/ü "x".yaml': 'ü\n',
      'dist/dev/tab\tnl\n.yaml': '',
    };
    commitFiles(dir, { ...files, 'distant/no.yaml': 'no', 'dist/-x': 'dash', 'dist/[a]*': 'glob' });
    const repo = await open(dir);
    expect(Object.fromEntries(await readTree(repo, 'HEAD', 'dist/dev/'))).toEqual(files);
    expect([...(await readTree(repo, 'HEAD', 'dist')).keys()]).toHaveLength(5);
    expect([...(await readTree(repo, 'HEAD', 'dist/[a]*')).keys()]).toEqual(['dist/[a]*']);
    expect([...(await readTree(repo, 'HEAD')).keys()]).toContain('distant/no.yaml');
    expect((await readTree(repo, 'HEAD', 'absent')).size).toBe(0);
  });

  test('gives bytes and modes, links included', async () => {
    const dir = newRepository();
    symlinkSync('b.bin', join(dir, 'link'));
    commitFiles(dir, { 'b.bin': Buffer.from([0, 255, 10, 13]) });
    const files = await readFiles(await open(dir), 'HEAD', []);
    expect(files.get('b.bin')!.data).toEqual(Buffer.from([0, 255, 10, 13]));
    expect(files.get('link')!.mode).toBe('120000');
    expect([...(await readTree(await open(dir), 'HEAD')).keys()]).toEqual(['b.bin']);
  });

  test('reads many objects in one go and tells which are missing', async () => {
    const dir = newRepository();
    commitFiles(dir, { a: 'one', b: '' });
    const objects = await readObjects(await open(dir), ['HEAD:a', 'HEAD:nope', 'HEAD:b', 'x\ny', 'HEAD:a']);
    expect(objects.map((object) => object?.toString())).toEqual(['one', undefined, '', undefined, 'one']);
  });

  test('a revision that could be taken for an option is no revision', async () => {
    const repo = await open(newRepositoryWithCommit());
    expect(await resolveCommit(repo, '--all')).toBeUndefined();
    expect(await resolveCommit(repo, 'HEAD \n')).toBeUndefined();
    await expect(requireCommit(repo, '--output=/tmp/x')).rejects.toThrow('revision-missing');
  });

  test('a revision that is not in a shallow clone comes with the command that fetches it, which works', async () => {
    const dir = newRepository();
    const first = commitFiles(dir, { a: '1' });
    commitFiles(dir, { a: '2' });
    const clone = cloneOf(`file://${bareCopy(dir)}`, 'shallow', '--depth=1');
    const repo = await open(clone);
    const error = await requireCommit(repo, first).catch((e: Error) => e.message);
    const command = /git fetch --no-tags --depth=1 origin [0-9a-f]{40}/.exec(String(error))![0];
    git(clone, ...command.split(' ').slice(1));
    expect(await requireCommit(repo, first)).toBe(first);
  });

  test('ancestry, merge base and number of commits', async () => {
    const dir = newRepository();
    const first = commitFiles(dir, { a: '1', b: '1' });
    const second = commitFiles(dir, { a: '2' });
    git(dir, 'checkout', '-q', '-b', 'side', first);
    const side = commitFiles(dir, { b: '2' });
    const repo = await open(dir);
    expect(await isAncestor(repo, first, side)).toBe(true);
    expect(await isAncestor(repo, second, side)).toBe(false);
    expect(await mergeBase(repo, second, side)).toBe(first);
    expect(await countCommits(repo, first, 'side')).toBe(1);
    expect(await countCommits(repo, first, 'side', ['a'])).toBe(0);
    await expect(isAncestor(repo, 'f'.repeat(40), side)).rejects.toThrow('revision-missing');
  });
});
