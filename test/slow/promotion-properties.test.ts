import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseValues } from '../../src/config/yaml-edit';
import { hold, promote, rollback, setImage, setValues } from '../../src/promotion';
import type { World } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { commitFiles, git, newRepository, removeScratch, writeFiles } from '../git/scratch';
import { bareCopy, cloneOf } from '../git/scratch';
import { ENV, linkPackage, manifests, worldAt, YAML_FILES } from '../promotion/lab';

afterAll(removeScratch);

/** A repository with a line of stages: each names the index of the one it promotes from. */
async function labWithLine(parents: readonly number[]): Promise<{ dir: string; stages: string[] }> {
  const dir = newRepository();
  linkPackage(dir);
  const {
    'environments/dev.yaml': _1,
    'environments/staging.yaml': _2,
    'environments/prod.yaml': _3,
    ...shared
  } = YAML_FILES;
  const stages = ['s0', ...parents.map((_, i) => `s${i + 1}`)];
  const files = parents.map((parent, i) => [
    `environments/s${i + 1}.yaml`,
    `# stage ${i + 1}\npromotesFrom: s${parent}\napps:\n  web:\n    replicas: ${i + 1} # its own\n`,
  ]);
  writeFiles(dir, { ...shared, 'environments/s0.yaml': '# first\napps: {}\n', ...Object.fromEntries(files) });
  await synth({ root: dir, env: ENV });
  commitFiles(dir, {}, 'begin');
  return { dir, stages };
}

const change = fc.oneof(
  fc.record({ app: fc.constantFrom('web', 'shop'), tag: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    key: fc.constantFrom('LOG_LEVEL', 'EXTRA'),
    value: fc.string({ maxLength: 8, unit: 'grapheme-ascii' }),
  }),
  fc.record({ promote: fc.nat(), only: fc.option(fc.constantFrom('image', 'config'), { nil: undefined }) }),
);
type Step = typeof change extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(change, { minLength: 2, maxLength: 6 });
const line = fc
  .array(fc.nat(), { minLength: 1, maxLength: 3 })
  .map((picks) => picks.map((pick, i) => pick % (i + 1)));

async function apply(world: World, stages: readonly string[], step: Step): Promise<void> {
  if ('promote' in step) {
    const to = stages[1 + (step.promote % (stages.length - 1))]!;
    await promote(world, { to, only: step.only as 'image' | 'config' | undefined });
  } else if ('app' in step) {
    const images = new Map([[step.app, `registry.example.com/${step.app}:1.${step.tag}.0`]]);
    await setImage(world, { stage: 's0', images });
  } else await setValues(world, { stage: 's0', values: [[`web.env.${step.key}`, step.value]] });
}

const textOf = (dir: string, stage: string): string =>
  readFileSync(join(dir, `environments/${stage}.yaml`), 'utf8');
const others = (dir: string, stages: readonly string[], but: string) =>
  stages.filter((stage) => stage !== but).map((stage) => manifests(dir, stage));

test('property: promote then rollback restores a stage, promoting twice changes nothing, others never change', async () => {
  await fc.assert(
    fc.asyncProperty(line, history, fc.nat(), async (parents, steps, pick) => {
      const { dir, stages } = await labWithLine(parents);
      const world = worldAt(dir);
      for (const step of steps) await apply(world, stages, step);
      const to = stages[1 + (pick % (stages.length - 1))]!;
      const before = { text: textOf(dir, to), files: manifests(dir, to), others: others(dir, stages, to) };

      const images = await promote(world, { to, only: 'image', dryRun: true });
      expect((images.proposal?.fields ?? []).every(([field]) => field.endsWith('.image'))).toBe(true);

      const { commit } = await promote(world, { to });
      expect(others(dir, stages, to)).toEqual(before.others);
      expect(await promote(world, { to })).toEqual({ pushed: false });
      if (commit === undefined) return;

      const changed = JSON.stringify(manifests(dir, to)) !== JSON.stringify(before.files);
      if (!changed) return;
      await rollback(world, { stage: to });
      expect(manifests(dir, to)).toEqual(before.files);
      expect(others(dir, stages, to)).toEqual(before.others);
      const { hold: why, base, ...rest } = parseValues(textOf(dir, to)) as Record<string, unknown>;
      expect(rest).toEqual(parseValues(before.text));
      expect([typeof why, typeof base]).toEqual(['string', 'string']);
      await hold(world, { stage: to, why: undefined });
      expect(parseValues(textOf(dir, to))).toEqual({ ...rest, base });
      expect(manifests(dir, to)).toEqual(before.files);
      expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
      expect(git(dir, 'status', '--porcelain')).toBe('');
    }),
    { numRuns: Number(process.env['RUNS'] ?? 10), endOnFailure: true },
  );
});

describe('eight clones at once', () => {
  const clonesOf = async (parents: readonly number[]): Promise<{ bare: string; clones: string[] }> => {
    const { dir } = await labWithLine(parents);
    const images = new Map([['web', 'registry.example.com/web:2.0.0']]);
    await setImage(worldAt(dir), { stage: 's0', images });
    const bare = bareCopy(dir);
    const clones = [...'abcdefgh'].map((name) => cloneOf(bare, name));
    clones.forEach(linkPackage);
    return { bare, clones };
  };

  test('promote to different stages: all land, none is lost, every checkout is clean', async () => {
    const { bare, clones } = await clonesOf(Array<number>(8).fill(0));
    const before = Number(git(bare, 'rev-list', '--count', 'main'));
    await Promise.all(clones.map((clone, i) => promote(worldAt(clone), { to: `s${i + 1}`, push: true })));
    expect(Number(git(bare, 'rev-list', '--count', 'main'))).toBe(before + 8);
    expect(git(bare, 'rev-list', '--merges', '--count', 'main')).toBe('0');
    for (let i = 1; i <= 8; i++) expect(git(bare, 'show', `main:dist/s${i}/web.yaml`)).toContain('web:2.0.0');
    for (const clone of clones) expect(git(clone, 'status', '--porcelain')).toBe('');
  });

  test('set different values in the same field: one wins, the others are refused with exit code 3', async () => {
    const { bare, clones } = await clonesOf([0]);
    const before = Number(git(bare, 'rev-list', '--count', 'main'));
    const codes = await Promise.all(
      clones.map((clone, i) =>
        setImage(worldAt(clone), {
          stage: 's1',
          images: new Map([['web', `registry.example.com/web:3.${i}.0`]]),
          push: true,
        }).then(
          () => 0,
          (error: { exitCode: number }) => error.exitCode,
        ),
      ),
    );
    expect(codes.sort()).toEqual([0, 3, 3, 3, 3, 3, 3, 3]);
    expect(Number(git(bare, 'rev-list', '--count', 'main'))).toBe(before + 1);
  });
});
