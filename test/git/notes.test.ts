import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appendNote, fetchNotes, pushNotes, readNotes } from '../../src/git/notes';
import { NOTES_REF } from '../../src/git/notes-ref';
import { openRepository, type Repo } from '../../src/git/repository';
import { bareCopy, CLEAN_ENV, cloneOf, commitFiles, git, newRepository, removeScratch } from './scratch';

afterAll(removeScratch);

const open = async (dir: string): Promise<Repo> => (await openRepository(dir, CLEAN_ENV))!;
const PUSH = { random: () => 0, sleep: () => Promise.resolve() };

/** Points the notes at something that is none; afterwards the remedy has to work. */
const DAMAGES: Readonly<Record<string, (dir: string) => void>> = {
  'at the files of a branch': (dir) => git(dir, 'update-ref', NOTES_REF, 'HEAD'),
  'at a tree': (dir) => git(dir, 'update-ref', NOTES_REF, git(dir, 'rev-parse', 'HEAD^{tree}')),
  'at a file': (dir) => git(dir, 'update-ref', NOTES_REF, git(dir, 'rev-parse', 'HEAD:a')),
  'at a tag': (dir) => {
    git(dir, 'tag', '-a', '-m', 'x', 'x');
    git(dir, 'update-ref', NOTES_REF, git(dir, 'rev-parse', 'x'));
  },
  'at what is not there': (dir) => writeRef(dir, `${'1'.repeat(40)}\n`),
  nowhere: (dir) => writeRef(dir, ''),
  'at garbage': (dir) => writeRef(dir, 'garbage\n'),
  'at a note whose text is lost': (dir) => {
    const tree = `100644 blob ${'1'.repeat(40)}\t${git(dir, 'rev-parse', 'HEAD')}\n`;
    mkdirSync(join(dir, 'scratch'));
    writeFileSync(join(dir, 'scratch/tree'), tree);
    const oid = git(dir, '-c', 'alias.x=!git mktree --missing < scratch/tree', 'x');
    git(dir, 'update-ref', NOTES_REF, git(dir, 'commit-tree', '-m', 'x', oid));
  },
};

function writeRef(dir: string, text: string): void {
  const file = join(dir, '.git', NOTES_REF);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('notes that lead', () => {
  test.each(Object.entries(DAMAGES))(
    '%s are refused, by name, and the remedy mends them',
    async (_, damage) => {
      const origin = newRepository();
      const commit = commitFiles(origin, { a: '1' });
      await appendNote(await open(origin), commit, '{"n":1}');
      const bare = bareCopy(origin);
      git(origin, 'push', '-q', bare, NOTES_REF);
      const dir = cloneOf(bare, 'clone');
      damage(dir);
      const repo = await open(dir);
      const asked = [
        () => readNotes(repo),
        () => appendNote(repo, commit, '{"n":2}'),
        () => fetchNotes(repo, 'origin'),
        () => pushNotes(repo, 'origin', PUSH),
      ];
      for (const ask of asked)
        await expect(ask()).rejects.toMatchObject({ exitCode: 1, problems: [{ code: 'notes-damaged' }] });
      const message = await readNotes(repo).catch((error: Error) => error.message);
      const remedy = /→ (.*), and fetch what others have: (git fetch .*)$/m.exec(String(message))!;
      for (const command of remedy.slice(1)) git(dir, '-c', `alias.x=!${command}`, 'x');
      expect([...(await readNotes(repo))]).toEqual([[commit, ['{"n":1}']]]);
    },
  );

  test('astray on the remote are refused, and what is recorded here stays', async () => {
    const origin = newRepository();
    const commit = commitFiles(origin, { a: '1' });
    const bare = bareCopy(origin);
    git(bare, 'update-ref', NOTES_REF, 'main');
    const repo = await open(cloneOf(bare, 'clone'));
    await expect(fetchNotes(repo, 'origin')).rejects.toThrow(/of origin holds no notes \[notes-damaged\]/);
    await appendNote(repo, commit, '{"n":1}');
    await expect(pushNotes(repo, 'origin', PUSH)).rejects.toThrow('notes-damaged');
    expect([...(await readNotes(repo))]).toEqual([[commit, ['{"n":1}']]]);
    expect(git(bare, 'rev-parse', NOTES_REF)).toBe(commit);
  });
});

test('what is no record in a note, and what is no note beside it, is kept and passed over', async () => {
  const dir = newRepository();
  const commit = commitFiles(dir, { a: '1' });
  writeFileSync(join(dir, 'note'), Buffer.concat([Buffer.from([0xff, 0, 0x0a]), Buffer.alloc(1 << 20, 'x')]));
  git(dir, 'notes', '--ref=stageline', 'add', '-F', 'note', commit);
  git(dir, 'notes', '--ref=stageline', 'add', '-m', 'of another', git(dir, 'rev-parse', 'HEAD^{tree}'));
  const repo = await open(dir);
  expect(await appendNote(repo, commit, '{"n":1}')).toBe(true);
  expect((await readNotes(repo)).get(commit)).toContain('{"n":1}');
  expect(git(dir, 'notes', '--ref=stageline', 'list').split('\n')).toHaveLength(2);
});

test('a note larger than anybody writes is refused', async () => {
  const dir = newRepository();
  const commit = commitFiles(dir, { a: '1' });
  writeFileSync(join(dir, 'note'), Buffer.alloc(17 << 20, 'x'));
  git(dir, 'notes', '--ref=stageline', 'add', '-F', 'note', commit);
  await expect(readNotes(await open(dir))).rejects.toThrow(
    /has a note of 17 MiB, on [0-9a-f]{40} \[notes-damaged\]/,
  );
});
