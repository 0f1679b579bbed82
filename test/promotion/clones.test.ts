import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseValues, valueIn } from '../../src/config/yaml-edit';
import { diffStages, history, hold, promote, rollback, setImage, status } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { bareCopy, cloneOf, commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, ENV, linkPackage, manifests, newYamlLab, recolor, WEB, worldAt } from './lab';

afterAll(removeScratch);

describe('a base', () => {
  test('that is not on the default branch is refused; the same program on it is taken instead', async () => {
    const dir = await newYamlLab();
    const clone = cloneOf(bareCopy(dir), 'clone');
    linkPackage(clone);
    git(clone, 'switch', '-q', '-c', 'feature');
    // A commit that changes no program: what is on the default branch renders alike.
    commitFiles(clone, { 'README.md': 'x\n' });
    await promote(worldAt(clone), { to: 'prod', only: 'base' });
    expect(manifests(clone, 'prod')).toEqual(manifests(dir, 'prod'));
    expect(readFileSync(join(clone, 'environments/prod.yaml'), 'utf8')).toContain(
      git(dir, 'rev-parse', 'HEAD'),
    );
    commitFiles(clone, recolor('red'));
    expect(await code(promote(worldAt(clone), { to: 'staging', only: 'base' }))).toEqual([
      3,
      'base-not-on-default-branch',
    ]);
    // Written by hand it is refused as the source of another.
    await change(dir, 'dev', ['apps', 'web', 'replicas'], 2);
    git(dir, 'switch', '-q', '-c', 'side');
    const side = commitFiles(dir, { 'src/x.ts': 'export {};\n' });
    git(dir, 'switch', '-q', 'main');
    await change(dir, 'staging', ['base'], side);
    expect(await code(promote(worldAt(dir), { to: 'prod', only: 'base' }))).toEqual([
      3,
      'base-not-on-default-branch',
    ]);
    // It is no reason to tell nothing.
    const behind = async (): Promise<unknown> =>
      (await status(worldAt(dir))).map((stage) => stage.behind?.base);
    expect(await behind()).toEqual([undefined, expect.anything(), 0]);
    git(dir, 'switch', '-q', '-c', 'other');
    await change(dir, 'base', ['apps', 'web', 'env', 'LOG_LEVEL'], 'debug');
    expect(await behind()).toEqual([undefined, undefined, 0]);
  });

  test('that others have not yet is shown by diff and a dry run, and promoted by neither', async () => {
    const dir = await newYamlLab();
    const clone = cloneOf(bareCopy(dir), 'clone');
    linkPackage(clone);
    await promote(worldAt(clone), { to: 'prod', only: 'base' });
    await promote(worldAt(clone), { to: 'staging', only: 'base' });
    git(clone, 'push', '-q');
    await change(clone, 'base', ['apps', 'web', 'env', 'LOG_LEVEL'], 'debug');
    const { notYetPromoted } = await diffStages(worldAt(clone), 'dev', 'staging');
    expect(notYetPromoted.changed.map(({ object }) => object)).toEqual([
      expect.stringMatching(/^Deployment .*\/web$/),
    ]);
    const told: string[] = [];
    const world = worldAt(clone, { tell: (text) => told.push(text) });
    const { proposal } = await promote(world, { to: 'staging', dryRun: true });
    expect(proposal!.lines).toContainEqual(expect.stringContaining(git(clone, 'rev-parse', 'HEAD')));
    expect(told).toEqual([
      expect.stringMatching(/^without --dry-run this is refused: [0-9a-f]{40} is not on the default branch$/),
    ]);
    expect(await code(promote(worldAt(clone), { to: 'staging' }))).toEqual([3, 'base-not-on-default-branch']);
  });

  test('brings the apps that a pinned stage has not: to promote them alone is refused', async () => {
    const dir = await newYamlLab();
    await promote(worldAt(dir), { to: 'prod', only: 'base' });
    const app = valueIn(parseValues(readFileSync(join(dir, 'environments/base.yaml'), 'utf8')), [
      'apps',
      'web',
    ]);
    await change(dir, 'base', ['apps', 'late'], app);
    expect(await code(promote(worldAt(dir), { to: 'prod', apps: ['late'] }))).toEqual([1, 'unknown-app']);
  });

  test('is no commit of a branch either when a stage goes back', async () => {
    const dir = await newYamlLab();
    const clone = cloneOf(bareCopy(dir), 'clone');
    linkPackage(clone);
    git(clone, 'switch', '-q', '-c', 'feature');
    await setImage(worldAt(clone), { stage: 'dev', images: WEB('1.1.0') });
    await setImage(worldAt(clone), { stage: 'dev', images: WEB('1.2.0') });
    const base = (): unknown =>
      /^base: "?(\w+)/m.exec(readFileSync(join(clone, 'environments/dev.yaml'), 'utf8'))?.[1];
    // The images of the branch are not of the base: what is on the default branch renders alike.
    await rollback(worldAt(clone), { stage: 'dev', apps: ['web'] });
    expect(base()).toBe(git(dir, 'rev-parse', 'HEAD'));
    git(clone, 'reset', '-q', '--hard', 'HEAD~1');
    await rollback(worldAt(clone), { stage: 'dev' });
    expect(base()).toBe(git(dir, 'rev-parse', 'HEAD'));
    expect((await synth({ root: clone, env: ENV, check: true, deep: true })).different).toBe(false);
    git(clone, 'reset', '-q', '--hard', 'HEAD~1');
    await change(clone, 'base', ['apps', 'web', 'env', 'LOG_LEVEL'], 'debug');
    await change(clone, 'base', ['apps', 'web', 'env', 'LOG_LEVEL'], 'trace');
    for (const apps of [[], ['web']])
      expect(await code(rollback(worldAt(clone), { stage: 'dev', apps }))).toEqual([
        3,
        'base-not-on-default-branch',
      ]);
  });

  test('is pinned in a shallow clone, whose tip is on the default branch', async () => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    const clone = cloneOf(`file://${bareCopy(dir)}`, 'shallow', '--depth=1');
    linkPackage(clone);
    await promote(worldAt(clone), { to: 'prod', only: 'base', push: true });
    expect((await synth({ root: clone, env: ENV, check: true })).different).toBe(false);
  });
});

test('a shallow clone holds and releases a pinned stage, and says of history that it is not there', async () => {
  const dir = await newYamlLab();
  await promote(worldAt(dir), { to: 'prod', only: 'base' });
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.2.0') });
  const [one, two] = ['--depth=1', '--depth=2'].map((depth) => {
    const clone = cloneOf(`file://${bareCopy(dir)}`, depth.slice(2), depth);
    linkPackage(clone);
    return clone;
  }) as [string, string];
  await hold(worldAt(one), { stage: 'prod', why: 'until Monday', push: true });
  await hold(worldAt(one), { stage: 'prod', why: undefined });
  // Git shows the oldest commit of the clone as the one that brought everything.
  expect(await code(history(worldAt(one), 'dev'))).toEqual([3, 'history-missing']);
  expect(await code(history(worldAt(two), 'dev'))).toEqual([3, 'history-missing']);
  expect(await history(worldAt(two), 'dev', 1)).toMatchObject({
    releases: [{ commit: git(dir, 'rev-parse', 'HEAD') }],
    hasOlder: true,
  });
  expect(await history(worldAt(dir), 'dev')).toMatchObject({ releases: [{}, {}, {}], hasOlder: false });
  expect(await history(worldAt(dir), 'dev', 3)).toMatchObject({ releases: [{}, {}, {}], hasOlder: false });
});

test('a shallow clone does not take its oldest commit for the age of everything', async () => {
  const dir = await newYamlLab();
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.2.0') });
  const clone = cloneOf(`file://${bareCopy(dir)}`, 'two', '--depth=2');
  linkPackage(clone);
  const since = async (at: string) =>
    (await status(worldAt(at))).filter((stage) => stage.since !== undefined).map(({ stage }) => stage);
  expect([await since(clone), await since(dir)]).toEqual([['dev'], ['dev', 'staging', 'prod']]);
});

test('a new branch does not take commits along that nobody pushed', async () => {
  const dir = await newYamlLab();
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
  const clone = cloneOf(bareCopy(dir), 'clone');
  linkPackage(clone);
  commitFiles(clone, { 'README.md': 'mine\n' });
  const push = { to: 'staging', branch: 'promote/web', push: true };
  expect(await code(promote(worldAt(clone), push))).toEqual([3, 'unpushed-commits']);
  git(clone, 'reset', '-q', '--hard', 'HEAD~1');
  expect(await code(promote(worldAt(clone), push))).toBe('done');
  expect(await code(promote(worldAt(clone), push))).toBe('done');
});
