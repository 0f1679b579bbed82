import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { history, hold, promote, rollback, setImage, setValues, type Outcome } from '../../src/promotion';
import { bareCopy, cloneOf, commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, ENV, linkPackage, manifests, newYamlLab, worldAt } from './lab';
import { synth } from '../../src/synth/synth';

afterAll(removeScratch);

const WEB = (tag: string): string => `registry.example.com/web:${tag}`;
const image = (dir: string, stage: string, app: string, tag: string): Promise<Outcome> =>
  setImage(worldAt(dir), { stage, images: new Map([[app, `registry.example.com/${app}:${tag}`]]) });
const stageFile = (dir: string, stage: string): string =>
  readFileSync(join(dir, `environments/${stage}.yaml`), 'utf8');
const clean = (dir: string): string => git(dir, 'status', '--porcelain');

describe('promote', () => {
  test('moves an image as one commit that changes the target and nothing else, and is in dist/ already', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    const source = git(dir, 'rev-parse', 'HEAD');
    await promote(worldAt(dir), { to: 'staging' });
    expect(git(dir, 'diff', '--name-only', 'HEAD~1').split('\n')).toEqual([
      'dist/staging/stageline.lock',
      'dist/staging/web.yaml',
      'environments/staging.yaml',
    ]);
    expect(git(dir, 'log', '-1', '--format=%s%n%(trailers:only)')).toBe(
      `promote(staging): web 1.0.0 → 1.1.0 from dev\nPromoted-From: dev\nSource-Commit: ${source}`,
    );
    expect(stageFile(dir, 'staging')).toContain('# Two of them.');
    expect(clean(dir)).toBe('');
    expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
  });

  test('done twice makes no commit', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await promote(worldAt(dir), { to: 'staging' });
    expect(await promote(worldAt(dir), { to: 'staging' })).toEqual({ pushed: false });
  });

  test('two apps go in one commit, and one app alone when it is named', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await image(dir, 'dev', 'shop', '2.0.0');
    await promote(worldAt(dir), { to: 'staging', apps: ['shop'] });
    expect(stageFile(dir, 'staging')).not.toContain('web:1.1.0');
    await promote(worldAt(dir), { to: 'staging' });
    await promote(worldAt(dir), { to: 'prod' });
    expect(stageFile(dir, 'prod')).toContain('web:1.1.0');
    expect(stageFile(dir, 'prod')).toContain('shop:2.0.0');
    expect(git(dir, 'log', '-1', '--format=%s')).toContain('shop 1.0.0 → 2.0.0, web 1.0.0 → 1.1.0');
  });

  test('an image without the config, and the config without the image', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await setValues(worldAt(dir), { stage: 'dev', values: [['web.env.LOG_LEVEL', 'debug']] });
    await promote(worldAt(dir), { to: 'staging', only: 'config' });
    expect(manifests(dir, 'staging')['web.yaml']).toContain('debug');
    expect(manifests(dir, 'staging')['web.yaml']).toContain('web:1.0.0');
    await promote(worldAt(dir), { to: 'prod', from: 'dev', only: 'image', skip: 'shown in a test' });
    expect(manifests(dir, 'prod')['web.yaml']).toContain('web:1.1.0');
    expect(manifests(dir, 'prod')['web.yaml']).not.toContain('debug');
  });

  test('a hotfix of prod is not held up by what dev has pending', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '2.0.0');
    await image(dir, 'prod', 'web', '1.0.1');
    expect(manifests(dir, 'prod')['web.yaml']).toContain('web:1.0.1');
    expect(manifests(dir, 'staging')['web.yaml']).toContain('web:1.0.0');
  });

  test('a stage that is held takes nothing, until it is released or the reason to skip is recorded', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await hold(worldAt(dir), { stage: 'staging', why: 'load test until Friday' });
    expect(await code(promote(worldAt(dir), { to: 'staging' }))).toEqual([3, 'gate-closed']);
    await image(dir, 'dev', 'web', '1.2.0');
    await hold(worldAt(dir), { stage: 'staging', why: undefined });
    expect(stageFile(dir, 'staging')).not.toContain('hold');
    await promote(worldAt(dir), { to: 'staging' });
    expect(manifests(dir, 'staging')['web.yaml']).toContain('web:1.2.0');
  });

  test('a jump over a stage is refused without a reason', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    expect(await code(promote(worldAt(dir), { to: 'prod', from: 'dev' }))).toEqual([3, 'gate-closed']);
    await promote(worldAt(dir), { to: 'prod', from: 'dev', skip: 'urgent fix' });
    expect(git(dir, 'log', '-1', '--format=%(trailers:key=Gates-Skipped,valueonly)')).toBe('urgent fix');
  });

  test('a dry run, and a new branch, leave the checkout alone', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    const head = git(dir, 'rev-parse', 'HEAD');
    expect((await promote(worldAt(dir), { to: 'staging', dryRun: true })).preview).toBeDefined();
    await promote(worldAt(dir), { to: 'staging', branch: 'promote/web' });
    expect(git(dir, 'rev-parse', 'HEAD', 'promote/web^').split('\n')).toEqual([head, head]);
    expect(clean(dir)).toBe('');
    expect(await code(promote(worldAt(dir), { to: 'staging', branch: 'promote/web' }))).toBe('done');
    await image(dir, 'dev', 'web', '1.2.0');
    expect(await code(promote(worldAt(dir), { to: 'staging', branch: 'promote/web' }))).toEqual([
      3,
      'branch-exists',
    ]);
    for (const branch of ['../x..y', '-x', 'HEAD', '@{-1}', ''])
      expect(await code(promote(worldAt(dir), { to: 'staging', branch }))).toEqual([3, 'branch-name']);
    expect(git(dir, 'branch', '--format=%(refname:short)').split('\n')).toEqual(['main', 'promote/web']);
  });

  test('refuses when dist/ is not what the sources render, and when the tree is dirty', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    commitFiles(dir, { 'dist/prod/web.yaml': manifests(dir, 'prod')['web.yaml']!.replace('1.0.0', '0.9.0') });
    expect(await code(promote(worldAt(dir), { to: 'staging' }))).toEqual([3, 'other-stage-changes']);
    commitFiles(dir, { 'environments/dev.yaml': stageFile(dir, 'dev') });
    git(dir, 'reset', '-q', '--hard', 'HEAD~1');
    git(dir, 'rm', '-q', '--cached', 'environments/dev.yaml');
    expect(await code(promote(worldAt(dir), { to: 'staging' }))).toEqual([3, 'dirty-tree']);
  });

  test('an app, or a stage, that is not there is named with the nearest one', async () => {
    const dir = await newYamlLab();
    await expect(promote(worldAt(dir), { to: 'stagin' })).rejects.toThrow('staging');
    await expect(promote(worldAt(dir), { to: 'staging', apps: ['wep'] })).rejects.toThrow('web');
    expect(await code(promote(worldAt(dir), { to: 'dev' }))).toEqual([1, 'first-stage']);
  });
});

describe('set-image and set', () => {
  test('make no commit when nothing changes, and carry the source commit when it is given', async () => {
    const dir = await newYamlLab();
    const images = new Map([['web', WEB('1.1.0')]]);
    await setImage(worldAt(dir), { stage: 'dev', images, sourceCommit: 'abc123' });
    expect(git(dir, 'log', '-1', '--format=%(trailers:key=Source-Commit,valueonly)')).toBe('abc123');
    expect(await setImage(worldAt(dir), { stage: 'dev', images })).toEqual({ pushed: false });
  });

  test('refuse a stage with gates, unless the reason is recorded', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], { soak: '24h' });
    expect(await code(image(dir, 'prod', 'web', '1.0.1'))).toEqual([3, 'gate-closed']);
    await setImage(worldAt(dir), { stage: 'prod', images: new Map([['web', WEB('1.0.1')]]), skip: 'outage' });
    expect(git(dir, 'log', '-1', '--format=%(trailers:key=Gates-Skipped,valueonly)')).toBe('outage');
  });

  test('keep a text a text, and refuse what the schema refuses', async () => {
    const dir = await newYamlLab();
    await setValues(worldAt(dir), {
      stage: 'dev',
      values: [
        ['web.env.LOG_LEVEL', '1.10'],
        ['web.replicas', '4'],
      ],
    });
    expect(stageFile(dir, 'dev')).toContain('LOG_LEVEL: "1.10"');
    expect(stageFile(dir, 'dev')).toContain('replicas: 4');
    await setValues(worldAt(dir), { stage: 'dev', values: [['web.env', '{ A: "1", LOG_LEVEL: null }']] });
    expect(parse(stageFile(dir, 'dev'))).toMatchObject({
      apps: { web: { env: { A: '1', LOG_LEVEL: null } } },
    });
    const bad = setValues(worldAt(dir), { stage: 'dev', values: [['web.replicsa', '4']] });
    await expect(bad).rejects.toThrow('replicas');
    expect(await code(image(dir, 'dev', 'web', 'latest'))).toEqual([1, expect.any(String)]);
    expect(clean(dir)).toBe('');
  });
});

describe('rollback', () => {
  test('restores the manifests byte for byte, holds the stage, and pins it', async () => {
    const dir = await newYamlLab();
    const before = { text: stageFile(dir, 'staging'), files: manifests(dir, 'staging') };
    await image(dir, 'dev', 'web', '1.1.0');
    await promote(worldAt(dir), { to: 'staging' });
    await rollback(worldAt(dir), { stage: 'staging' });
    expect(manifests(dir, 'staging')).toEqual(before.files);
    const added = stageFile(dir, 'staging').replace(before.text, '').trim().split('\n');
    expect(added.map((line) => line.replace(/:.*/, ''))).toEqual(['base', 'hold']);
    expect(clean(dir)).toBe('');
    expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
    expect(await code(promote(worldAt(dir), { to: 'staging' }))).toEqual([3, 'gate-closed']);
    await hold(worldAt(dir), { stage: 'staging', why: undefined });
    expect(stageFile(dir, 'staging')).not.toContain('hold');
    expect(manifests(dir, 'staging')).toEqual(before.files);
  });

  test('goes back step by step, or to a tag, and says when there is no such release', async () => {
    const dir = await newYamlLab();
    const first = manifests(dir, 'dev');
    await image(dir, 'dev', 'web', '1.1.0');
    const second = manifests(dir, 'dev');
    git(dir, 'tag', 'v1.1.0');
    await image(dir, 'dev', 'web', '1.2.0');
    await rollback(worldAt(dir), { stage: 'dev' });
    expect(manifests(dir, 'dev')).toEqual(second);
    await rollback(worldAt(dir), { stage: 'dev' });
    expect(manifests(dir, 'dev')).toEqual(first);
    await rollback(worldAt(dir), { stage: 'dev', to: 'v1.1.0' });
    expect(manifests(dir, 'dev')).toEqual(second);
    expect(await code(rollback(worldAt(dir), { stage: 'dev', steps: 9 }))).toEqual([3, 'no-release']);
    expect(await code(rollback(worldAt(dir), { stage: 'dev', to: 'v9' }))).toEqual([1, 'revision-missing']);
  });

  test('goes on from the release that an earlier one went to, when that came by a pull request', async () => {
    const dir = await newYamlLab();
    const first = manifests(dir, 'dev');
    await image(dir, 'dev', 'web', '1.1.0');
    const { commit: good } = await image(dir, 'dev', 'web', '1.2.0');
    await image(dir, 'dev', 'web', '1.3.0');
    await rollback(worldAt(dir), { stage: 'dev', branch: 'back' });
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'meanwhile');
    git(dir, 'merge', '-q', '--no-ff', '-m', 'Merge pull request #1', 'back');
    const [newest] = (await history(worldAt(dir), 'dev', 1)).releases;
    expect(newest).toMatchObject({
      commit: git(dir, 'rev-parse', 'HEAD'),
      rollbackTo: good,
      subject: 'Merge pull request #1',
    });
    await rollback(worldAt(dir), { stage: 'dev' });
    expect(manifests(dir, 'dev')['web.yaml']).toContain('web:1.1.0');
    await rollback(worldAt(dir), { stage: 'dev' });
    expect(manifests(dir, 'dev')).toEqual(first);
  });

  test('of each pull request history tells the commit that changed the stage, whatever came after it', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    const sources = ['a'.repeat(40), 'b'.repeat(40)];
    for (const [i, sourceCommit] of sources.entries()) {
      git(dir, 'checkout', '-q', '-b', `pr-${i}`);
      const images = new Map([['web', `registry.example.com/web:2.${i}.0`]]);
      await setImage(worldAt(dir), { stage: 'dev', images, sourceCommit });
      if (i === 0) git(dir, 'commit', '-q', '--allow-empty', '-m', 'after it');
      git(dir, 'checkout', '-q', 'main');
      git(dir, 'merge', '-q', '--no-ff', '-m', `Merge pull request #${i}`, `pr-${i}`);
    }
    const { releases } = await history(worldAt(dir), 'dev');
    expect(releases.map(({ subject, sourceCommit }) => [subject, sourceCommit])).toEqual([
      ['Merge pull request #1', sources[1]],
      ['Merge pull request #0', sources[0]],
      ['set-image(dev): web.image registry.example.com/web:1.1.0', undefined],
      ['begin', undefined],
    ]);
  });

  test('takes one app back and leaves the others', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await image(dir, 'dev', 'shop', '2.0.0');
    await rollback(worldAt(dir), { stage: 'dev', apps: ['web'], steps: 2 });
    expect(manifests(dir, 'dev')['web.yaml']).toContain('web:1.0.0');
    expect(manifests(dir, 'dev')['shop.yaml']).toContain('shop:2.0.0');
  });

  test('of an app that is as it was holds nothing, and one that is not there is named', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    const { commit } = await rollback(worldAt(dir), { stage: 'dev', apps: ['shop'] });
    expect([commit, stageFile(dir, 'dev')]).toEqual([undefined, expect.not.stringContaining('hold')]);
    expect(await code(rollback(worldAt(dir), { stage: 'dev', apps: ['wep'] }))).toEqual([1, 'unknown-app']);
  });

  test('is refused in a shallow clone only where the release is not in it', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', 'web', '1.1.0');
    await image(dir, 'dev', 'web', '1.2.0');
    const clone = cloneOf(`file://${bareCopy(dir)}`, 'one', '--depth=2');
    linkPackage(clone);
    expect(await code(rollback(worldAt(clone), { stage: 'dev', steps: 2 }))).toEqual([3, 'history-missing']);
    await rollback(worldAt(clone), { stage: 'dev' });
    expect(manifests(clone, 'dev')['web.yaml']).toContain('web:1.1.0');
  });
});

describe('pushing a promotion', () => {
  const clones = async (bare: string, names: readonly string[]): Promise<string[]> =>
    names.map((name) => {
      const clone = cloneOf(bare, name);
      linkPackage(clone);
      return clone;
    });

  test('lands on what others pushed meanwhile, and the checkout follows', async () => {
    const dir = await newYamlLab();
    const bare = bareCopy(dir);
    const [one, two] = (await clones(bare, ['one', 'two'])) as [string, string];
    const push = (clone: string, stage: string, app: string, tag: string): Promise<Outcome> =>
      setImage(worldAt(clone), {
        stage,
        images: new Map([[app, `registry.example.com/${app}:${tag}`]]),
        push: true,
      });
    await Promise.all([push(one, 'dev', 'web', '1.1.0'), push(two, 'staging', 'shop', '2.0.0')]);
    expect(git(bare, 'rev-list', '--count', 'main')).toBe('3');
    for (const clone of [one, two]) expect(clean(clone)).toBe('');
    // The same value, which somebody else has set already.
    expect(await push(one, 'staging', 'shop', '2.0.0')).toEqual({ pushed: false });
    expect(git(one, 'rev-parse', 'HEAD')).toBe(git(bare, 'rev-parse', 'main'));
  });

  test('of different values for the same field one wins, and the other is refused with both', async () => {
    const dir = await newYamlLab();
    const bare = bareCopy(dir);
    const pair = await clones(bare, ['one', 'two']);
    const results = await Promise.all(
      pair.map((clone, i) =>
        code(
          setImage(worldAt(clone), {
            stage: 'dev',
            images: new Map([['web', WEB(`1.${i + 1}.0`)]]),
            push: true,
          }),
        ),
      ),
    );
    expect(results.map(String).sort()).toEqual(['3,changed-meanwhile', 'done']);
    expect(git(bare, 'rev-list', '--count', 'main')).toBe('2');
  });

  test('is refused with commits that are not on the remote, and without an upstream', async () => {
    const dir = await newYamlLab();
    const [one] = (await clones(bareCopy(dir), ['one'])) as [string];
    commitFiles(one, { 'README.md': 'mine' });
    const images = new Map([['web', WEB('1.1.0')]]);
    expect(await code(setImage(worldAt(one), { stage: 'dev', images, push: true }))).toEqual([
      3,
      'unpushed-commits',
    ]);
    expect(await code(setImage(worldAt(dir), { stage: 'dev', images, push: true }))).toEqual([
      3,
      'no-upstream',
    ]);
  });
});
