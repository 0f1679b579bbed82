import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/manifests/publish';
import {
  bareCopy,
  cloneOf,
  commitFiles,
  git,
  removeScratch,
  scratchFolder,
  writeFiles,
} from '../git/scratch';
import {
  edit,
  head,
  linkPackage,
  manifests,
  newLab,
  recolor,
  stageline,
  synthAndCommit,
} from '../promotion/lab';

afterAll(removeScratch);

let template: Promise<{ dir: string; base: string }> | undefined;

async function makeTemplate(): Promise<{ dir: string; base: string }> {
  const dir = await newLab();
  const base = head(dir);
  edit(dir, 'prod', ['base'], base);
  await synthAndCommit(dir, 'pin prod');
  writeFiles(dir, recolor('red'));
  await synthAndCommit(dir, 'red');
  return { dir, base };
}

/** A lab whose prod is pinned to its first commit, and where the construct has changed since. */
async function pinnedLab(): Promise<{ dir: string; base: string }> {
  const { dir, base } = await (template ??= makeTemplate());
  const copy = join(scratchFolder(), 'lab');
  cpSync(dir, copy, { recursive: true, verbatimSymlinks: true });
  return { dir: copy, base };
}

async function synthInChild(dir: string, ...flags: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await stageline(dir, 'synth', ...flags);
  return { code, output: stdout + stderr };
}

describe('a stage that is pinned', () => {
  test('keeps its manifests when a construct changes; stages that follow change', async () => {
    const { dir, base } = await pinnedLab();
    expect(manifests(dir, 'dev')['shop.yaml']).toContain('red');
    expect(manifests(dir, 'prod')['shop.yaml']).toContain('blue');
    expect(git(dir, 'diff', '--stat', 'HEAD~1', '--', 'dist/prod')).toBe('');
    expect(JSON.parse(readFileSync(join(dir, 'dist/prod/stageline.lock'), 'utf8'))).toMatchObject({ base });
  });

  test('is rendered by what is installed where its base has no package.json', async () => {
    const { dir } = await pinnedLab();
    const kept = readFileSync(join(dir, 'package.json'), 'utf8');
    rmSync(join(dir, 'package.json'));
    const bare = commitFiles(dir, {}, 'no package.json');
    writeFileSync(join(dir, 'package.json'), kept);
    edit(dir, 'prod', ['base'], bare);
    expect(await synthInChild(dir)).toMatchObject({ code: 0 });
    expect(manifests(dir, 'prod')['shop.yaml']).toContain('red');
  });

  test('says so where its base has no environments/base.yaml', async () => {
    const { dir } = await pinnedLab();
    const kept = readFileSync(join(dir, 'environments/base.yaml'), 'utf8');
    rmSync(join(dir, 'environments/base.yaml'));
    const bare = commitFiles(dir, {}, 'no base.yaml');
    writeFileSync(join(dir, 'environments/base.yaml'), kept);
    edit(dir, 'prod', ['base'], bare);
    const { code, output } = await synthInChild(dir);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('has no environments/base.yaml [pin-render]'),
    ]);
  });

  test('takes a change of its own values, rendered by the program of its base', async () => {
    const { dir } = await pinnedLab();
    edit(dir, 'prod', ['apps', 'shop', 'image'], 'registry.example.com/shop:2.0.0');
    edit(dir, 'prod', ['hold'], 'christmas');
    expect(await synthInChild(dir)).toMatchObject({ code: 0 });
    const shop = manifests(dir, 'prod')['shop.yaml']!;
    expect(shop).toContain('shop:2.0.0');
    expect(shop).toContain('blue');
    expect(git(dir, 'diff', '--name-only', '--', 'dist').split('\n')).toEqual([
      'dist/prod/shop.yaml',
      'dist/prod/stageline.lock',
    ]);
  });

  test('is left alone by what is never pinned: hold, gates, sync', async () => {
    const { dir } = await pinnedLab();
    rmSync(join(dir, '.stageline'), { recursive: true });
    edit(dir, 'prod', ['hold'], 'christmas');
    expect(await synthInChild(dir)).toMatchObject({ code: 0 });
    expect(existsSync(join(dir, '.stageline/cache/base'))).toBe(false);
    expect(git(dir, 'diff', '--name-only', '--', 'dist/prod')).toBe('');
  });

  test('is checked against the schema of its base, at its own line', async () => {
    const { dir, base } = await pinnedLab();
    writeFileSync(
      join(dir, 'environments/prod.yaml'),
      `base: ${base}\npromotesFrom: staging\napps:\n  web:\n    replicsa: 3\n`,
    );
    const { code, output } = await synthInChild(dir);
    expect(code).toBe(1);
    expect(output).toContain('environments/prod.yaml:5:5');
    expect(output).toContain('"replicas"');
  });

  test('is rendered again by --check --deep, which finds what its lock cannot tell', async () => {
    const { dir } = await pinnedLab();
    expect((await synthInChild(dir, '--check', '--deep')).code).toBe(0);
    const path = join(dir, 'dist/prod/shop.yaml');
    const [before, text] = [readFileSync(path, 'utf8'), readFileSync(path, 'utf8').replace('blue', 'grey')];
    writeFileSync(path, text);
    const lock = join(dir, 'dist/prod/stageline.lock');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(sha256(before), sha256(text)));
    expect((await synthInChild(dir, '--check')).code).toBe(0);
    expect((await synthInChild(dir, '--check', '--deep')).code).toBe(2);
  });
});

describe('a pinned stage without its revision', () => {
  test('is verified in a depth-1 clone, and a change of it gives the command that fetches, which works', async () => {
    const { dir, base } = await pinnedLab();
    const clone = cloneOf(`file://${bareCopy(dir)}`, 'shallow', '--depth=1');
    linkPackage(clone);
    expect(await synthInChild(clone, '--check')).toMatchObject({ code: 0 });
    expect(await synthInChild(clone)).toMatchObject({ code: 0 });
    expect(git(clone, 'status', '--porcelain')).toBe('');

    edit(clone, 'prod', ['apps', 'web', 'image'], 'registry.example.com/web:2.0.0');
    const before = git(clone, 'status', '--porcelain');
    const { code, output } = await synthInChild(clone);
    expect(code).toBe(1);
    expect(git(clone, 'status', '--porcelain')).toBe(before);
    const command = /git fetch --no-tags --depth=1 origin ([0-9a-f]{40})/.exec(output)!;
    expect(command[1]).toBe(base);
    git(clone, ...command[0].split(' ').slice(1));
    expect(await synthInChild(clone)).toMatchObject({ code: 0 });
    expect(manifests(clone, 'prod')['web.yaml']).toContain('web:2.0.0');
  });

  test('is verified in an archive without .git, and says there what a change of it needs', async () => {
    const { dir } = await pinnedLab();
    const archive = scratchFolder();
    cpSync(dir, archive, { recursive: true, filter: (path) => !/\/(\.git|\.stageline)$/.test(path) });
    expect(await synthInChild(archive, '--check')).toMatchObject({ code: 0 });
    edit(archive, 'prod', ['apps', 'web', 'image'], 'registry.example.com/web:2.0.0');
    expect((await synthInChild(archive)).output).toContain('no-repository');
  });

  test('says which file was edited by hand', async () => {
    const { dir } = await pinnedLab();
    const archive = scratchFolder();
    cpSync(dir, archive, { recursive: true, filter: (path) => !/\/(\.git|\.stageline)$/.test(path) });
    writeFileSync(join(archive, 'dist/prod/web.yaml'), 'mine\n');
    expect((await synthInChild(archive)).output).toContain('dist/prod/web.yaml" was edited by hand');
  });
});
