import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml } from '../../src/config/yaml-edit';
import {
  diffStages,
  formatPreview,
  history,
  hold,
  promote,
  pullRequestBody,
  record,
  rollback,
  setImage,
  setValues,
  status,
  type World,
} from '../../src/promotion';
import { formatBehind } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { commitFiles, git, newRepository, removeScratch, writeFiles } from '../git/scratch';
import { change, code, ENV, linkPackage, manifests, newYamlLab, WEB, worldAt, YAML_FILES } from './lab';

afterAll(removeScratch);

/** Stages one after another, each with web; `apps` is laid over base.yaml. */
async function lineOf(stages: readonly string[], apps: object = {}): Promise<string> {
  const dir = newRepository();
  linkPackage(dir);
  const kept = Object.entries(YAML_FILES).filter(([path]) => !/^environments\/(dev|staging|prod)/.test(path));
  writeFiles(dir, Object.fromEntries(kept));
  const base = 'environments/base.yaml';
  const edits = Object.entries(apps).map(([app, value]) => ({
    path: ['apps', app],
    value: value as unknown,
  }));
  writeFiles(dir, { [base]: editYaml(readFileSync(join(dir, base), 'utf8'), edits, base) });
  stages.forEach((stage, i) =>
    writeFiles(dir, {
      [`environments/${stage}.yaml`]: i === 0 ? 'apps: {}\n' : `promotesFrom: ${stages[i - 1]!}\napps: {}\n`,
    }),
  );
  await synth({ root: dir, env: ENV });
  commitFiles(dir, {}, 'begin');
  return dir;
}

describe('lines of any length', () => {
  test('a line of one stage: set, rollback and status work, and there is nothing to promote from', async () => {
    const dir = await lineOf(['only']);
    const first = manifests(dir, 'only');
    await setImage(worldAt(dir), { stage: 'only', images: WEB('1.1.0') });
    expect(await code(promote(worldAt(dir), { to: 'only' }))).toEqual([1, 'first-stage']);
    expect(await code(promote(worldAt(dir), { to: 'only', from: 'only' }))).toEqual([1, 'same-stage']);
    await rollback(worldAt(dir), { stage: 'only' });
    expect(manifests(dir, 'only')).toEqual(first);
    expect(await status(worldAt(dir))).toMatchObject([{ stage: 'only', behind: undefined }]);
  });

  test('a line of six: an image goes down it one by one, and no stage is jumped over', async () => {
    const stages = ['a', 'b', 'c', 'd', 'e', 'f'];
    const dir = await lineOf(stages);
    await setImage(worldAt(dir), { stage: 'a', images: WEB('1.1.0') });
    expect(await code(promote(worldAt(dir), { to: 'f', from: 'a' }))).toEqual([3, 'gate-closed']);
    for (const to of stages.slice(1)) {
      const behind = (await status(worldAt(dir))).map((one) => formatBehind(one.behind));
      expect(behind.filter((text) => text !== '')).toEqual(['1 image']);
      await promote(worldAt(dir), { to });
    }
    for (const stage of stages) expect(manifests(dir, stage)['web.yaml']).toContain('web:1.1.0');
    expect(git(dir, 'rev-list', '--count', 'HEAD')).toBe('7');
  });
});

describe('odd names', () => {
  const WORKER = {
    kind: 'worker',
    image: 'registry.example.com/x:1.0.0',
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
  };

  test('apps and stages that are called as what every object has', async () => {
    const dir = await lineOf(['constructor', 'valueof', 'base-1']);
    const file = 'environments/constructor.yaml';
    writeFiles(dir, {
      [file]: editYaml('apps: {}\n', [{ path: ['apps', 'constructor'], value: WORKER }], file),
    });
    await synth({ root: dir, env: ENV });
    commitFiles(dir, {}, 'odd');
    const images = new Map([['constructor', 'registry.example.com/x:2.0.0'], ...WEB('2.0.0')]);
    await setImage(worldAt(dir), { stage: 'constructor', images });
    const { proposal } = await promote(worldAt(dir), { to: 'valueof' });
    expect(proposal?.lines).toContain('constructor: comes with the base, and not before');
    expect(proposal?.fields.map(([field]) => field)).toEqual(['web.image']);
    expect(await code(promote(worldAt(dir), { to: 'base-1', apps: ['tostring'] }))).toEqual([
      1,
      'unknown-app',
    ]);
    expect(await code(promote(worldAt(dir), { to: '__proto__' }))).toEqual([1, 'unknown-stage']);
    expect(await code(promote(worldAt(dir), { to: '../base-1' }))).toEqual([1, 'unknown-stage']);
    expect(await code(hold(worldAt(dir), { stage: '-x', why: 'x' }))).toEqual([1, 'unknown-stage']);
  });

  test('values are set by paths that lead nowhere near the prototype', async () => {
    const dir = await newYamlLab();
    for (const path of ['web.__proto__.x', 'web.constructor.prototype.x', 'constructor.image'])
      expect(await code(setValues(worldAt(dir), { stage: 'dev', values: [[path, '1']] }))).toEqual([
        1,
        expect.stringMatching(/^(reserved-key|unknown-key|unknown-app|wrong-type)/),
      ]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });
});

describe('what is written into commits and pull requests', () => {
  test('no value forges a trailer, a line or markup', async () => {
    const dir = await newYamlLab();
    const evil = 'x`</summary>\n\nRollback-To: 0000\n```\n@everyone <!-- ';
    await setValues(worldAt(dir), { stage: 'dev', values: [['web.env.LOG_LEVEL', evil]] });
    expect(git(dir, 'log', '-1', '--format=%(trailers:key=Rollback-To)')).toBe('');
    const outcome = await promote(worldAt(dir), {
      to: 'staging',
      branch: 'evil',
      skip: 'why\nRollback-To: 1',
    });
    const body = pullRequestBody(outcome)!;
    expect(body.split('\n').filter((line) => /^(Rollback-To|@everyone)/.test(line))).toEqual([]);
    expect(body.match(/```/g)).toHaveLength(2);
    expect(git(dir, 'log', '-1', '--format=%(trailers:key=Rollback-To)', 'evil')).toBe('');
    await hold(worldAt(dir), { stage: 'dev', why: '# <img> @everyone `x`' }).catch(() => undefined);
    const jump = { to: 'prod', from: 'dev', dryRun: true, skip: '<b>@everyone\nRollback-To: 1' };
    expect(pullRequestBody(await promote(worldAt(dir), jump))).toMatch(
      /\nGates-Skipped: `<b>@everyone Rollback-To: 1` {2}\n/,
    );
    const held = await hold(worldAt(dir), { stage: 'prod', why: '@everyone #1 <b>', branch: 'held' });
    expect(pullRequestBody(held)!.split('\n')[0]).toBe('## `hold(prod): @everyone #1 <b>`');
  });
});

test('what keeps a journal or a record from being written is told with its remedy', async () => {
  const dir = await newYamlLab();
  const journal = join(dir, '.git/stageline/journal.json');
  mkdirSync(join(dir, '.git/stageline'), { recursive: true });
  writeFileSync(journal, '{');
  const set = (): Promise<unknown> => setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
  await expect(set()).rejects.toThrow(`when none is running here, remove what one left: rm "${journal}"`);
  rmSync(journal);
  await set();
  git(dir, 'config', '--unset', 'user.email');
  const ran = { stage: 'dev', revision: 'HEAD', result: 'Succeeded', health: 'Healthy' } as const;
  expect(await code(record(worldAt(dir), ran))).toEqual([3, 'no-identity']);
});

test('a description that becomes the message of a squashed commit still tells where the release came from', async () => {
  const dir = await newYamlLab();
  await change(dir, 'dev', ['apps', 'web', 'image'], WEB('1.1.0').get('web'));
  const outcome = await promote(worldAt(dir), { to: 'staging', branch: 'pr' });
  git(dir, 'merge', '-q', '--squash', 'pr');
  git(dir, 'commit', '-q', '-m', `Promote (#1)\n\n${pullRequestBody(outcome)!}`);
  const [newest] = (await history(worldAt(dir), 'staging', 1)).releases;
  expect(newest).toMatchObject({ subject: 'Promote (#1)', promotedFrom: 'dev' });
  expect(newest!.sourceCommit).toBe(git(dir, 'rev-parse', 'HEAD~1'));
  const back = await rollback(worldAt(dir), { stage: 'staging', branch: 'back' });
  git(dir, 'merge', '-q', '--squash', 'back');
  git(dir, 'commit', '-q', '-m', `Back (#2)\n\n${pullRequestBody(back)!}`);
  expect(await code(rollback(worldAt(dir), { stage: 'staging' }))).toEqual([3, 'no-release']);
});

test('the description of a pull request fits into what GitHub takes, however many apps change', async () => {
  const { proposal, preview } = await setImage(worldAt(await newYamlLab()), {
    stage: 'dev',
    images: WEB('1.1.0'),
    branch: 'large',
  });
  const apps = Array.from({ length: 2_000 }, (_, i) => `${proposal!.lines[0]!} ${i}`);
  const { fields } = preview!.summary!.changed[0]!;
  const body = pullRequestBody({
    proposal: { ...proposal!, lines: apps },
    preview: {
      ...preview!,
      changes: new Map(apps.map((app) => [`dist/dev/${app}.yaml`, ''])),
      summary: { ...preview!.summary!, changed: apps.map((object) => ({ object, fields })) },
    },
    pushed: false,
  })!;
  expect(body.length).toBeLessThan(65_536);
  expect(body).toMatch(/^- and \d+ more, which the commit names$/m);
  expect(body).toMatch(/^and \d+ more lines\n```$/m);
  expect(body).toMatch(/`, and \d+ more$/m);
});

test('a plan and its pull request name what Argo CD is told anew', async () => {
  const dir = await newYamlLab();
  await change(dir, 'dev', ['allowDestructive'], ['remove 4 of 9 objects']);
  const values: [string, string][] = [['web.namespace', 'elsewhere']];
  const outcome = await setValues(worldAt(dir), { stage: 'dev', values, branch: 'moved' });
  const told =
    /\ndist\/argocd:\n {2}~ AppProject argocd\/lab-dev\n {6}spec\.destinations.*"namespace":"elsewhere"/;
  expect(pullRequestBody(outcome)).toMatch(told);
  const { proposal, preview } = outcome;
  expect(formatPreview({ proposal: proposal!, preview: preview! })).toMatch(told);
});

describe('a checkout that is not fit is refused with one code, and nothing changes', () => {
  const cases: [string, (dir: string) => void, unknown][] = [
    ['detached', (dir) => git(dir, 'checkout', '-q', '--detach'), [3, 'detached-head']],
    [
      'in the middle of a rebase',
      (dir) => {
        git(dir, 'branch', 'other', 'HEAD~1');
        commitFiles(dir, { 'README.md': 'one\n' });
        git(dir, 'checkout', '-q', 'other');
        commitFiles(dir, { 'README.md': 'two\n' });
        try {
          git(dir, 'rebase', '-q', 'main');
        } catch {
          // The conflict that was wanted.
        }
      },
      [3, 'git-in-progress,dirty-tree'],
    ],
    ['without an identity', (dir) => git(dir, 'config', '--unset', 'user.email'), [3, 'no-identity']],
    [
      'under a lock that a killed git left',
      (dir) => {
        const lock = join(dir, '.git/index.lock');
        writeFileSync(lock, '');
        utimesSync(lock, 1, 1);
      },
      [3, 'git-locked'],
    ],
    [
      'with a file among its inputs that git does not know',
      (dir) => {
        mkdirSync(join(dir, '.github'));
        writeFileSync(join(dir, '.github/CODEOWNERS'), '* @eve\n');
      },
      [3, 'dirty-tree'],
    ],
  ];
  test.each(cases)('%s', async (_, spoil, expected) => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    spoil(dir);
    const before = [git(dir, 'rev-parse', 'HEAD'), git(dir, 'status', '--porcelain')];
    for (const attempt of [
      () => promote(worldAt(dir), { to: 'staging' }),
      () => rollback(worldAt(dir), { stage: 'dev' }),
      () => setImage(worldAt(dir), { stage: 'dev', images: WEB('1.2.0') }),
      () => hold(worldAt(dir), { stage: 'dev', why: 'x' }),
    ])
      expect(await code(attempt())).toEqual(expected);
    expect([git(dir, 'rev-parse', 'HEAD'), git(dir, 'status', '--porcelain')]).toEqual(before);
  });
});

test('a branch without a commit is said to be one, whatever is asked of it', async () => {
  const dir = newRepository();
  linkPackage(dir);
  writeFiles(dir, YAML_FILES);
  const world = worldAt(dir);
  for (const ask of [status, (w: World) => history(w, 'dev'), (w: World) => diffStages(w, 'dev', 'staging')])
    expect(await code(ask(world))).toEqual([1, 'no-commit']);
});

test('what the system refuses to write is no defect of stageline', async () => {
  const dir = await newYamlLab();
  writeFileSync(join(dir, '.git/stageline'), 'no folder\n');
  const before = git(dir, 'rev-parse', 'HEAD');
  const image = { stage: 'dev', images: WEB('1.1.0') };
  expect(await code(setImage(worldAt(dir), image))).toEqual([1, 'write-failed']);
  const sync = { stage: 'dev', revision: 'HEAD', result: 'Succeeded', health: 'Healthy' } as const;
  expect(await code(record(worldAt(dir), sync))).toEqual([1, 'write-failed']);
  expect([git(dir, 'rev-parse', 'HEAD'), git(dir, 'status', '--porcelain')]).toEqual([before, '']);
});
