import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/model/errors';
import { diffStages, promote, rollback, setImage } from '../../src/promotion';
import { carryOut } from '../../src/promotion/operation';
import { synth } from '../../src/synth/synth';
import { commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, edit, ENV, newYamlLab, stageline, WEB, worldAt } from './lab';

afterAll(removeScratch);

const DB = {
  kind: 'stateful',
  image: 'registry.example.com/db:1.0.0',
  ports: { db: { containerPort: 5432 } },
  resources: { requests: { cpu: '50m', memory: '32Mi' }, limits: { memory: '64Mi' } },
};
const GONE = (stage: string): string[] => [`remove StatefulSet lab-${stage}/db`, 'remove 4 of 13 objects'];

/** Prod is pinned to a base that had a database; the stages before it have none any more. */
async function withoutDatabase(): Promise<string> {
  const dir = await newYamlLab();
  await change(dir, 'base', ['apps', 'db'], DB);
  await promote(worldAt(dir), { to: 'prod', only: 'base' });
  edit(dir, 'base', ['apps', 'db'], undefined);
  for (const stage of ['dev', 'staging']) edit(dir, stage, ['allowDestructive'], GONE(stage));
  await synth({ root: dir, env: ENV });
  for (const stage of ['dev', 'staging']) edit(dir, stage, ['allowDestructive'], undefined);
  await synth({ root: dir, env: ENV });
  commitFiles(dir, {}, 'no database');
  return dir;
}

describe('what a guard refuses', () => {
  test('is shown by diff, and by a dry run, with 3; the refusal is told after it', async () => {
    const dir = await withoutDatabase();
    const before = git(dir, 'rev-parse', 'HEAD');
    const diff = await stageline(dir, 'diff', 'staging', 'prod');
    expect(diff).toMatchObject({ code: 0, stdout: expect.stringContaining('  - StatefulSet lab-prod/db') });
    expect(diff.stderr).toMatch(
      /^environments\/prod\.yaml:2:1: Stage prod: remove StatefulSet lab-prod\/db \[/,
    );
    const dryRun = await stageline(dir, 'promote', '--to', 'prod', '--dry-run');
    expect(dryRun).toMatchObject({ code: 3, stdout: expect.stringContaining('  - StatefulSet lab-prod/db') });
    expect(dryRun.stderr).toMatch(/\[destructive-change\](.|\n)*allowDestructive:(.|\n)*nothing was written/);
    const json = await stageline(dir, 'promote', '--to', 'prod', '--dry-run', '--output', 'json');
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      3,
      {
        summary: { stage: 'prod' },
        refused: [{ code: 'destructive-change' }, { code: 'destructive-change' }],
      },
    ]);
    expect(await code(promote(worldAt(dir), { to: 'prod' }))).toEqual([
      3,
      'destructive-change,destructive-change',
    ]);
    expect([git(dir, 'rev-parse', 'HEAD'), git(dir, 'status', '--porcelain')]).toEqual([before, '']);
    // Acknowledged, it is nothing to refuse.
    await change(dir, 'prod', ['allowDestructive'], GONE('prod'));
    expect((await diffStages(worldAt(dir), 'staging', 'prod')).refused).toEqual([]);
    expect((await promote(worldAt(dir), { to: 'prod', dryRun: true })).refused).toEqual([]);
  });

  test('is told at once with the gates that are closed, and neither hides the plan', async () => {
    const dir = await withoutDatabase();
    await change(dir, 'prod', ['gates'], { soak: '24h' });
    await change(dir, 'prod', ['hold'], 'until Monday');
    const { refused, preview } = await promote(worldAt(dir), { to: 'prod', dryRun: true });
    expect(refused!.map((problem) => problem.code)).toEqual([
      ...['gate-closed', 'gate-closed'],
      ...['destructive-change', 'destructive-change'],
    ]);
    expect(preview!.summary!.removed).toContain('StatefulSet lab-prod/db');
    expect(await code(promote(worldAt(dir), { to: 'prod' }))).toEqual([3, 'gate-closed,gate-closed']);
  });

  test('of a rollback is shown by its dry run', async () => {
    const dir = await newYamlLab();
    await change(dir, 'base', ['apps', 'db'], DB);
    const outcome = await rollback(worldAt(dir), { stage: 'dev', dryRun: true });
    expect(outcome.refused!.map(({ cause }) => cause)).toEqual(
      GONE('dev').map((change) => `Stage dev: ${change}`),
    );
    expect(outcome.preview!.summary!.removed).toContain('StatefulSet lab-dev/db');
    expect(await code(rollback(worldAt(dir), { stage: 'dev' }))).toEqual([
      3,
      'destructive-change,destructive-change',
    ]);
  });

  test('of a direct edit is shown by its dry run', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], {});
    const edited = { stage: 'prod', images: WEB('2.0.0') };
    const { refused, preview } = await setImage(worldAt(dir), { ...edited, dryRun: true });
    expect(refused).toMatchObject([{ code: 'gate-closed', cause: expect.stringContaining('direct edit') }]);
    expect(preview!.summary!.images).toHaveLength(1);
    expect(await code(setImage(worldAt(dir), edited))).toEqual([3, 'gate-closed']);
  });
});

test('what is found wrong while another command moves the branch is not told: it was looked at half', async () => {
  const dir = await newYamlLab();
  const wrong = (meanwhile: () => void): Promise<unknown> =>
    code(
      carryOut(worldAt(dir), () => {
        meanwhile();
        throw new UserError({ code: 'wrong', cause: 'half' });
      }),
    );
  expect(await wrong(() => undefined)).toEqual([1, 'wrong']);
  expect(await wrong(() => void commitFiles(dir, { 'README.md': 'x\n' }))).toEqual([3, 'branch-moved']);
});

describe('diff', () => {
  test('says how to ask for the past where a revision stands in place of a stage', async () => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    for (const args of [
      ['dev', 'HEAD~1'],
      ['HEAD~1', 'dev'],
    ]) {
      const { code: ended, stderr } = await stageline(dir, 'diff', ...args);
      expect([ended, stderr]).toEqual([
        1,
        expect.stringMatching(/no stage "HEAD~1".*\n.*→ stageline diff dev --against HEAD~1\n/),
      ]);
    }
    expect((await stageline(dir, 'diff', 'dev', 'stagin')).stderr).toContain('"staging"');
    expect(readFileSync(join(dir, 'environments/dev.yaml'), 'utf8')).toContain('1.1.0');
  });
});
