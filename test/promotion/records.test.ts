import {
  diffAgainst,
  diffStages,
  formatStageDiff,
  history,
  hold,
  promote,
  record,
  setImage,
  setValues,
  status,
} from '../../src/promotion';
import { formatProblems } from '../../src/model/errors';
import { formatBehind, formatSummary, type Outcome } from '../../src/promotion';
import type { Deployment } from '../../src/promotion/records';
import { runOf } from '../../src/promotion/running';
import { bareCopy, cloneOf, git, removeScratch } from '../git/scratch';
import { change, code, linkPackage, newYamlLab, stageline, WEB, worldAt } from './lab';

afterAll(removeScratch);

const T0 = Date.now();
const HOUR = 3_600_000;
const at = (dir: string, hours: number) => worldAt(dir, { now: () => new Date(T0 + hours * HOUR) });
const image = (dir: string, stage: string, tag: string): Promise<Outcome> =>
  setImage(worldAt(dir), {
    stage,
    images: WEB(tag),
    skip: 'test',
  });
const healthy = (dir: string, hours: number, revision = 'HEAD', stage = 'staging'): Promise<boolean> =>
  record(at(dir, hours), { stage, revision, result: 'Succeeded', health: 'Healthy' });
const tryPromote = (dir: string, hours: number): Promise<string> =>
  promote(at(dir, hours), { to: 'prod', dryRun: true }).then(({ proposal, refused = [] }) =>
    refused.length > 0 ? formatProblems(refused) : `open ${proposal?.lines.at(-1) ?? ''}`,
  );

/** Prod has gates, and staging something to give. */
async function gated(): Promise<string> {
  const dir = await newYamlLab();
  await change(dir, 'prod', ['gates'], { soak: '24h' });
  await image(dir, 'staging', '1.1.0');
  return dir;
}

describe('gates', () => {
  test('without any record, commits count, and the output says so', async () => {
    const dir = await gated();
    expect(await tryPromote(dir, 1)).toMatch(/staging has to run this for 24h[^]*wait until/);
    expect(await tryPromote(dir, 25)).toContain('no deployment of staging is recorded');
  });

  test('soak counts where "deployed" is switched off, too', async () => {
    const dir = await gated();
    await change(dir, 'prod', ['gates', 'deployed'], false);
    expect(await tryPromote(dir, 1)).toContain('wait until');
    await change(dir, 'prod', ['gates', 'soak'], undefined);
    expect(await tryPromote(dir, 1)).toContain('open');
  });

  test('a commit that was never synced in staging does not soak', async () => {
    const dir = await gated();
    await healthy(dir, 0);
    await image(dir, 'staging', '1.2.0');
    expect(await tryPromote(dir, 100)).toContain('never recorded synced and healthy');
    await healthy(dir, 100);
    expect(await tryPromote(dir, 101)).toContain('wait until');
    expect(await tryPromote(dir, 125)).toContain('open');
  });

  test('a no-op commit opens no gate, and closes none', async () => {
    const dir = await gated();
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'nothing');
    expect(await tryPromote(dir, 1)).toContain('wait until');
    await healthy(dir, 0, 'HEAD~1');
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'nothing');
    await hold(worldAt(dir), { stage: 'staging', why: 'just so' });
    expect(await tryPromote(dir, 25)).toContain('open');
  });

  test('a hook or a test that fails closes them, and says what opens them', async () => {
    const dir = await gated();
    await healthy(dir, 0);
    const smoke = (hours: number, result: 'Failed' | 'Succeeded', by?: string): Promise<boolean> =>
      record(at(dir, hours), { stage: 'staging', revision: 'HEAD', result, health: 'Healthy', by });
    await smoke(1, 'Failed');
    expect(await tryPromote(dir, 100)).toMatch(
      /staging was not synced: the sync ended as Failed, as it does when a hook or a test fails[^]*mend staging and sync it again/,
    );
    await smoke(2, 'Succeeded');
    expect(await tryPromote(dir, 25)).toContain('wait until');
    expect(await tryPromote(dir, 27)).toContain('open');
    // Two Applications of one stage: what one of them tells does not mend the other.
    await smoke(28, 'Failed', 'lab-staging-web');
    await smoke(29, 'Succeeded', 'lab-staging-shop');
    expect(await tryPromote(dir, 100)).toContain('staging (lab-staging-web) was not synced');
    await smoke(30, 'Succeeded', 'lab-staging-web');
    expect(await tryPromote(dir, 55)).toContain('open');
  });

  test('what fell ill in between soaks anew', () => {
    const one = (hours: number, health: Deployment['health']): Deployment => ({
      at: new Date(T0 + hours * HOUR).toISOString(),
      stage: 'staging',
      content: 'a',
      result: 'Succeeded',
      health,
      revision: 'r',
    });
    expect(runOf([one(0, 'Healthy'), one(1, 'Degraded'), one(2, 'Healthy')], 'a').since).toBe(T0 + 2 * HOUR);
    expect(runOf([one(0, 'Healthy'), one(1, 'Healthy')], 'a').since).toBe(T0);
    expect(runOf([one(0, 'Healthy'), one(1, 'Degraded')], 'a').since).toBeUndefined();
    expect(runOf([one(0, 'Healthy')], 'b').since).toBeUndefined();
  });

  test('a fleet soaks when every cluster runs it, and what no cluster of it reports counts for none', () => {
    const one = (hours: number, by?: string, more: Partial<Deployment> = {}): Deployment => ({
      at: new Date(T0 + hours * HOUR).toISOString(),
      stage: 'staging',
      content: 'new',
      result: 'Succeeded',
      health: 'Healthy',
      revision: 'r',
      by,
      ...more,
    });
    const fleet = new Map([
      ['eu', ['lab-staging-eu']],
      ['us', ['lab-staging-us']],
    ]);
    const run = (...records: Deployment[]) => runOf(records, 'new', { clusters: fleet });
    const [eu, us] = ['lab-staging-eu', 'lab-staging-us'];
    expect(run(one(0, eu))).toEqual({ since: undefined, bad: undefined, silent: ['us'] });
    expect(run(one(0, eu), one(3, us))).toMatchObject({ since: T0 + 3 * HOUR, silent: [] });
    expect(run(one(0, eu), one(1, 'lab-staging-asia'), one(2, 'ada'), one(3)).silent).toEqual(['us']);
    // A cluster that is still on the old content takes nothing back of what the other one runs.
    const old = one(1, us, { content: 'old', health: 'Degraded' });
    expect(run(one(0, eu), old)).toMatchObject({ since: undefined, bad: undefined, silent: ['us'] });
    expect(run(one(0, eu), old, one(2, us)).since).toBe(T0 + 2 * HOUR);
    expect(run(one(0, eu), one(1, us), one(2, eu, { health: 'Degraded' }))).toMatchObject({
      since: undefined,
      bad: { by: eu },
    });
    // One that went back to the old content runs the new one no longer.
    expect(run(one(0, eu), one(1, us), one(2, eu, { content: 'old' })).silent).toEqual(['eu']);
  });

  test('a stage on a fleet that promotes on says which clusters have not reported', async () => {
    const dir = await gated();
    const cluster = { kubernetes: '1.33', provides: ['network-policy'], hub: 'lab' };
    await change(dir, 'base', ['clusters', 'us'], { ...cluster, server: 'https://us.example.com:6443' });
    await change(dir, 'staging', ['fleet'], [{ clusters: ['lab', 'us'] }]);
    const ran = (hours: number, by: string) =>
      record(at(dir, hours), {
        stage: 'staging',
        revision: 'HEAD',
        result: 'Succeeded',
        health: 'Healthy',
        by,
      });
    await ran(0, 'lab-staging-lab');
    expect(await tryPromote(dir, 100)).toContain('never recorded synced and healthy on us with what');
    await ran(10, 'lab-staging-us');
    expect(await tryPromote(dir, 25)).toContain('wait until');
    expect(await tryPromote(dir, 35)).toContain('open');
  });

  test('a push looks at what others recorded, in a clone that has none of it or less', async () => {
    const dir = await gated();
    await change(dir, 'prod', ['gates'], {});
    const bare = bareCopy(dir);
    const [one, two] = ['one', 'two'].map((name) => cloneOf(bare, name)) as [string, string];
    [one, two].forEach(linkPackage);
    const run = (health: Deployment['health']): Promise<boolean> =>
      record(worldAt(one), { stage: 'staging', revision: 'HEAD', result: 'Succeeded', health, push: true });
    const push = (branch?: string): Promise<Outcome> =>
      promote(worldAt(two), { to: 'prod', push: true, branch });
    await run('Degraded');
    await expect(push()).rejects.toThrow('is Degraded since its sync');
    await expect(push('later')).rejects.toThrow('is Degraded since its sync');
    await run('Healthy');
    expect((await push('pr')).pushed).toBe(true);
    await run('Degraded');
    await expect(push()).rejects.toThrow('is Degraded since its sync');
    git(two, 'checkout', '-q', '--detach');
    await expect(push('detached')).rejects.toThrow('is Degraded since its sync');
  });

  test('a clone without records, and without a push, says how to fetch them', async () => {
    const dir = await gated();
    const clone = cloneOf(bareCopy(dir), 'one');
    linkPackage(clone);
    const told: string[] = [];
    const promoteIn = (root: string): Promise<Outcome> =>
      promote(worldAt(root, { tell: (text) => told.push(text), now: () => new Date(T0 + 25 * HOUR) }), {
        to: 'prod',
        dryRun: true,
      });
    await promoteIn(dir);
    expect(told).toEqual([]);
    await promoteIn(clone);
    expect(told).toEqual([
      'this clone has no deployment records; where others push them: git fetch origin refs/notes/stageline:refs/notes/stageline',
    ]);
  });

  test('a freeze of the stage holds for promotions too', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], {});
    await change(
      dir,
      'prod',
      ['windows'],
      [{ kind: 'deny', schedule: '0 0 * * *', duration: '23h', timeZone: 'Etc/UTC', description: 'freeze' }],
    );
    await image(dir, 'staging', '1.1.0');
    const noon = (Date.UTC(2026, 0, 15, 12) - T0) / HOUR;
    expect(await tryPromote(dir, noon)).toContain('the windows of prod deny now');
    const open = (Date.UTC(2030, 0, 15, 23, 30) - T0) / HOUR;
    expect(await tryPromote(dir, open)).toContain('open');
  });
});

describe('record and history', () => {
  test('tell what ran when, by whom and from where', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', '1.1.0');
    await promote(worldAt(dir), { to: 'staging' });
    const commit = git(dir, 'rev-parse', 'HEAD');
    expect(await healthy(dir, 1)).toBe(true);
    expect(await healthy(dir, 2)).toBe(false);
    const [newest, ...rest] = (await history(worldAt(dir), 'staging')).releases;
    expect(newest).toMatchObject({ commit, by: 'Ada', promotedFrom: 'dev' });
    expect(newest!.deployments).toMatchObject([{ result: 'Succeeded', health: 'Healthy', revision: commit }]);
    expect(rest).toHaveLength(1);
    expect(rest[0]!.deployments).toEqual([]);
  });

  test('a record belongs to the release that was synced, however late it comes', async () => {
    const dir = await newYamlLab();
    const commits: string[] = [];
    for (const tag of ['1.1.0', '1.2.0', '1.1.0']) commits.push((await image(dir, 'dev', tag)).commit!);
    const ran = (revision: string, minutes: number): Promise<boolean> =>
      record(worldAt(dir), {
        stage: 'dev',
        revision,
        result: 'Succeeded',
        health: 'Healthy',
        at: new Date(Date.now() + minutes * 60_000).toISOString(),
      });
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'nothing');
    // Two that ended when a newer release was there already, one by a clock that is behind, and one of no release's own commit.
    await ran(commits[0]!, 1);
    await ran(commits[1]!, 2);
    await ran(commits[2]!, -60);
    await ran('HEAD', 4);
    const { releases } = await history(worldAt(dir), 'dev', 3);
    expect(releases.map(({ deployments }) => deployments.map(({ revision }) => revision))).toEqual([
      [commits[2], git(dir, 'rev-parse', 'HEAD')],
      [commits[1]],
      [commits[0]],
    ]);
    const { stdout } = await stageline(dir, 'history', 'dev');
    expect(stdout.match(/Succeeded, Healthy/g)).toHaveLength(3);
  });

  test('the time of a record is UTC where it names no zone, and neither in the future nor a guess', async () => {
    const dir = await newYamlLab();
    const ran = (time: string): Promise<unknown> =>
      code(
        record(worldAt(dir), {
          stage: 'dev',
          revision: 'HEAD',
          result: 'Succeeded',
          health: 'Healthy',
          at: time,
        }),
      );
    const words = ['--revision', 'HEAD', '--result', 'Succeeded', '--health', 'Healthy'];
    await stageline(dir, 'record', 'dev', ...words, '--at', '2026-01-31T12:00:00');
    expect(git(dir, 'notes', '--ref', 'stageline', 'show')).toContain('"at":"2026-01-31T12:00:00.000Z"');
    for (const time of ['12', '2026', 'Jan 5', '2062-01-31T12:00:00Z'])
      expect(await ran(time)).toEqual([1, 'bad-time']);
  });

  test('records are shared by push, and a stage that was not rendered there is refused', async () => {
    const dir = await newYamlLab();
    const bare = bareCopy(dir);
    const [one, two] = ['one', 'two'].map((name) => cloneOf(bare, name)) as [string, string];
    [one, two].forEach(linkPackage);
    const options = { stage: 'dev', revision: 'HEAD', result: 'Succeeded', push: true } as const;
    await Promise.all([
      record(at(one, 1), { ...options, health: 'Healthy' }),
      record(at(two, 2), { ...options, health: 'Degraded' }),
    ]);
    await record(at(one, 3), { ...options, health: 'Healthy' });
    expect((await history(worldAt(one), 'dev')).releases[0]!.deployments.map(({ health }) => health)).toEqual(
      ['Healthy', 'Degraded', 'Healthy'],
    );
    await expect(record(at(one, 1), { ...options, stage: 'nope', health: 'Healthy' })).rejects.toThrow(
      'no-release',
    );
    await expect(record(at(one, 1), { ...options, health: 'Healthy', at: 'soon' })).rejects.toThrow(
      'bad-time',
    );
  });
});

describe('status', () => {
  test('tells how far each stage is behind, what is held, and what was deployed last', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', '1.1.0');
    await setValues(worldAt(dir), { stage: 'dev', values: [['web.env.LOG_LEVEL', 'debug']] });
    await hold(worldAt(dir), { stage: 'prod', why: 'christmas' });
    await record(at(dir, 0), { stage: 'dev', revision: 'HEAD', result: 'Succeeded', health: 'Healthy' });
    const [dev, staging, prod] = await status(worldAt(dir));
    expect(dev).toMatchObject({ images: { web: 'registry.example.com/web:1.1.0' }, outdated: [] });
    expect(dev!.deployed).toMatchObject({ health: 'Healthy', current: true });
    expect(formatBehind(staging!.behind)).toBe('1 image, 1 value');
    expect(staging!.behind!.valuesByApp).toEqual({ web: 1 });
    const { stdout } = await stageline(dir, 'status');
    expect(stdout).toMatch(/^web .* \(1 value\)/m);
    expect(prod).toMatchObject({ held: 'christmas', behind: { stage: 'staging', images: 0, values: 0 } });
  });
});

test('of several Applications status and history show the one that is not well, as the gate does', async () => {
  const dir = await newYamlLab();
  await image(dir, 'dev', '1.1.0');
  const ran = (hours: number, by: string, health: Deployment['health']): Promise<boolean> =>
    record(at(dir, hours), { stage: 'dev', revision: 'HEAD', result: 'Succeeded', health, by });
  const shown = async (): Promise<unknown[]> => {
    const [dev] = await status(worldAt(dir));
    const [newest] = (await history(worldAt(dir), 'dev')).releases;
    return [dev!.deployed, newest!.deployed].map((one) => [one!.by, one!.health]);
  };
  await ran(0, 'lab-dev-web', 'Degraded');
  await ran(1, 'lab-dev-shop', 'Healthy');
  expect(await shown()).toEqual(Array(2).fill(['lab-dev-web', 'Degraded']));
  expect((await stageline(dir, 'status')).stdout).toMatch(/^deployed +Succeeded, Degraded/m);
  expect((await stageline(dir, 'history', 'dev')).stdout).toContain('Succeeded, Degraded');
  await ran(2, 'lab-dev-web', 'Healthy');
  expect(await shown()).toEqual(Array(2).fill(['lab-dev-web', 'Healthy']));
});

describe('diff', () => {
  test('tells what is not yet promoted from what is meant to differ', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', '1.1.0');
    const diff = await diffStages(worldAt(dir), 'dev', 'staging');
    expect(formatSummary(diff.notYetPromoted)).toEqual([
      '  ~ Deployment lab-staging/web',
      '      spec.template.spec.containers[web].image: registry.example.com/web:1.0.0 → registry.example.com/web:1.1.0',
    ]);
    expect(formatSummary(diff.intended)).toEqual([
      '  ~ Deployment lab-staging/web',
      '      spec.replicas: 1 → 2',
    ]);
    await change(dir, 'staging', ['apps', 'web', 'disruptionBudget'], { maxUnavailable: 1 });
    const text = formatStageDiff(await diffStages(worldAt(dir), 'dev', 'staging')).split('\n\n');
    expect(text[1]!.split('\n')).toEqual([
      'meant to differ, and does so even then (dev → staging; + only staging has it, - only dev):',
      '  ~ Deployment lab-staging/web',
      '      spec.replicas: 1 → 2',
      '  + PodDisruptionBudget lab-staging/web',
    ]);
  });

  test('holds a stage against its past', async () => {
    const dir = await newYamlLab();
    await image(dir, 'dev', '1.1.0');
    expect(formatSummary(await diffAgainst(worldAt(dir), 'dev', 'HEAD~1'))).toHaveLength(2);
    expect(formatSummary(await diffAgainst(worldAt(dir), 'prod', 'HEAD~1'))).toEqual([]);
    await expect(diffAgainst(worldAt(dir), 'prod', 'f'.repeat(40))).rejects.toThrow('revision-missing');
  });
});
