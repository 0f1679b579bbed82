import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { diffStages, hold, promote, rollback, setImage, status, type World } from '../../src/promotion';
import { commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, newYamlLab, WEB, worldAt } from './lab';

afterAll(removeScratch);

const ASK: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  promote: (world) => promote(world, { to: 'staging' }),
  'a dry run': (world) => promote(world, { to: 'staging', dryRun: true }),
  hold: (world) => hold(world, { stage: 'staging', why: 'until Monday' }),
  'set-image': (world) => setImage(world, { stage: 'staging', images: WEB('2.0.0') }),
  rollback: (world) => rollback(world, { stage: 'staging' }),
  diff: (world) => diffStages(world, 'dev', 'staging'),
  status,
};

const CONFLICT = '<<<<<<< HEAD\napps: {}\n=======\napps: { web: { replicas: 1 } }\n>>>>>>> other\n';

describe('a file that is no YAML', () => {
  test.each([
    ['staging', CONFLICT, 'merge-conflict'],
    ['staging', CONFLICT.replaceAll('\n', '\r\n'), 'merge-conflict'],
    ['staging', 'promotesFrom: dev\napps: {\n', 'yaml-syntax'],
    ['staging', '- a\n', 'wrong-type'],
    ['staging', '\n', 'empty-file'],
    ['staging', 'a: 1\n---\nb: 1\n', 'several-documents'],
    ['base', CONFLICT, 'merge-conflict'],
  ])('is refused as synth does it, with its place, by every command: %s %#', async (name, text, expected) => {
    const dir = await newYamlLab();
    await change(dir, 'staging', ['apps', 'web', 'image'], WEB('1.0.1').get('web'));
    commitFiles(dir, { [`environments/${name}.yaml`]: text });
    for (const [what, ask] of Object.entries(ASK)) {
      const ended = (await code(ask(worldAt(dir)))) as [number, string];
      expect([what, ended[0], ended[1].split(',')[0]]).toEqual([what, 1, expected]);
    }
    const error = await promote(worldAt(dir), { to: 'staging' }).catch((one: Error) => one.message);
    expect(error).toMatch(new RegExp(`^environments/${name}\\.yaml:\\d+:\\d+: `));
  });

  test('of the stage that is promoted from is no reason to say that there is nothing to do', async () => {
    const dir = await newYamlLab();
    commitFiles(dir, { 'environments/dev.yaml': CONFLICT });
    expect(await code(promote(worldAt(dir), { to: 'staging' }))).toEqual([1, 'merge-conflict']);
    expect(await code(hold(worldAt(dir), { stage: 'staging', why: 'until Monday' }))).toEqual([
      1,
      'merge-conflict',
    ]);
  });

  test('is what a link leads to: it is refused, and nothing behind it is committed', async () => {
    const dir = await newYamlLab();
    renameSync(join(dir, 'environments'), join(dir, 'elsewhere'));
    symlinkSync('elsewhere', join(dir, 'environments'));
    const head = commitFiles(dir, {});
    expect(await code(hold(worldAt(dir), { stage: 'dev', why: 'until Monday' }))).toEqual([
      1,
      'no-environments',
    ]);
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(head);
  });

  test('is one of other line ends just as little: they stay, and so does a byte order mark', async () => {
    const dir = await newYamlLab();
    const file = 'environments/dev.yaml';
    commitFiles(dir, { '.gitattributes': '' });
    commitFiles(dir, { [file]: '\ufeffapps:\r\n  web:\r\n    replicas: 1 # one\r\n' });
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('2.0.0') });
    expect(readFileSync(join(dir, file), 'utf8')).toBe(
      '\ufeffapps:\r\n  web:\r\n    replicas: 1 # one\r\n    image: registry.example.com/web:2.0.0\r\n',
    );
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });
});
