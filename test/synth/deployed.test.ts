import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const LOCK = 'dist/dev/stageline.lock';
const REMOVED = [
  'remove StatefulSet podinfo-dev/database-primary',
  'remove PersistentVolumeClaim podinfo-dev/database-primary',
];

const losses: [string, () => void][] = [
  ['missing', () => repository.remove(LOCK)],
  ['no JSON', () => repository.write(LOCK, repository.read(LOCK).slice(0, 100))],
  ['in conflict', () => repository.write(LOCK, `<<<<<<< HEAD\n${repository.read(LOCK)}`)],
];

test.each(losses)('where a lock is %s, its stage is guarded by the files beside it', async (_, lose) => {
  lose();
  repository.write('environments/dev.yaml', 'apps:\n  database: null\n');
  const { code, stderr } = await repository.run('synth');
  expect(code).toBe(3);
  for (const change of REMOVED) expect(stderr).toContain(change);
  const lines = [...stderr.matchAll(/^ +- (.+)$/gm)].map(([, line]) => `  - ${line}`);
  repository.write(
    'environments/dev.yaml',
    `allowDestructive:\n${lines.join('\n')}\napps:\n  database: null\n`,
  );
  const done = await repository.run('synth');
  expect(done.code).toBe(0);
  expect(done.stdout).toContain(
    'dist/dev/database.yaml is of stageline, but no lock lists it, and was left as it is',
  );
});

test.each(losses)('where a lock is %s, and nothing else has changed, it is written anew', async (_, lose) => {
  const lock = repository.read(LOCK);
  lose();
  const { code, stdout } = await repository.run('synth');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^dev +\d+ objects {2}\+0 ~0 -0$/m);
  expect(repository.read(LOCK)).toBe(lock);
});

test('a file in conflict beside a lock in conflict is warned of, and written anew', async () => {
  const before = repository.read('dist/dev/database.yaml');
  for (const path of [LOCK, 'dist/dev/database.yaml'])
    repository.write(path, `<<<<<<< HEAD\n${repository.read(path)}=======\n>>>>>>> theirs\n`);
  const { code, stderr } = await repository.run('synth');
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/warning: dist\/dev\/database\.yaml:\d+:\d+: .*\[dist-unreadable\]/),
  ]);
  expect(stderr).toContain('[lock-damaged]');
  expect(repository.read('dist/dev/database.yaml')).toBe(before);
  expect(await repository.run('synth', '--check')).toMatchObject({ code: 0, stderr: '' });
});

test('what others put into a stage without a lock is not taken for what it deployed', async () => {
  repository.remove(LOCK);
  repository.write('dist/dev/mine.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: mine }\n');
  const { code, stdout } = await repository.run('synth');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^dev +\d+ objects {2}\+0 ~0 -0$/m);
});

test('the removal of a stage without a lock is refused as long as Argo CD is told to deploy it', async () => {
  repository.remove('dist/staging/stageline.lock');
  repository.edit('environments/prod.yaml', 'promotesFrom: staging', 'promotesFrom: dev');
  repository.remove('environments/staging.yaml');
  const refused = await repository.run('synth');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('remove stage staging')]);
  repository.edit(
    'environments/base.yaml',
    'cluster: local\n',
    'cluster: local\nallowDestructive:\n  - remove stage staging\n',
  );
  expect((await repository.run('synth')).code).toBe(0);
  repository.edit('environments/base.yaml', 'allowDestructive:\n  - remove stage staging\n', '');
  const { code, stdout } = await repository.run('synth');
  expect(code).toBe(0);
  expect(stdout).toContain('dist/staging/ is not ours, and was left as it is');
  expect(stdout).not.toMatch(/^staging/m);
});
