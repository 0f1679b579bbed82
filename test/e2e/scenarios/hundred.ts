import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ARGOCD_NAMESPACE } from '../harness/argocd';
import type { Live } from '../harness/api';
import { isSyncedAndHealthy, type AppStatus } from '../harness/argocd-api';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { Workspace } from '../harness/workspace';
import { NAMES } from './sample';

const APPS = 100;
const STAGE = 'scale-load';

/**
 * `applications: perApp` at the size it is for. What Argo CD did is read from its own logs. Comes last: it leaves the
 * Applications behind.
 */
export const hundredScenario: Scenario = {
  name: 'of a hundred Applications one change reconciles one',
  large: true,
  needs: [NAMES.bootstrap],
  async run(context) {
    const { cluster, session } = context;
    const repository = await cluster.git.host('scale');
    const workspace = await Workspace.create(join(session.folder, 'scale'), repository);
    for (const file of readdirSync(join(workspace.folder, 'environments')))
      workspace.remove(join('environments', file));
    workspace.remove('dist');
    workspace.write('environments/base.yaml', baseYaml(repository.url));
    workspace.write('environments/load.yaml', 'apps: { database: null }\n');
    const first = await workspace.deliver('a hundred apps');
    await cluster.kubectl([
      'apply',
      '--server-side',
      '-f',
      join(workspace.folder, 'dist/argocd/stage-load.yaml'),
    ]);
    const before = await untilAllSynced(context);
    assert.equal(before.size, APPS + 1);
    for (const { operationState } of before.values())
      assert.equal(operationState?.syncResult?.revision, first);
    session.log(`${before.size} Applications are Synced and Healthy`);

    // Without a webhook each of them asks, as its timer has it: what has not changed is not rendered. This comes first:
    // a webhook moves what is in the cache on to its commit, where a timer that starts from the one before misses it.
    const asked = await change(context, workspace, 43);
    await Promise.all([...before.keys()].map((name) => argoOf(context).api.refresh(name)));
    await asked.synced();
    assert.deepEqual([...new Set(asked.rendered())], [`${appName(43)}.yaml`]);
    assert.ok(asked.reused() >= APPS, `${asked.reused()} were taken from the cache`);
    await untilAllSynced(context);

    const told = await change(context, workspace, 42);
    await push(context, workspace, repository.url, asked.commit, told.commit);
    await told.synced();
    // A timer may have come up meanwhile, for any of them.
    const refreshed = told
      .controller()
      .filter(({ msg }) => msg.startsWith('Refreshing app status') && !msg.includes('comparison expired'))
      .map(({ application = '' }) => application);
    assert.deepEqual([...new Set(refreshed.filter((name) => name.startsWith(STAGE)))], [applicationOf(42)]);
    assert.deepEqual([...new Set(told.rendered())], [`${appName(42)}.yaml`]);

    const after = await untilAllSynced(context);
    for (const [name, { operationState }] of before)
      if (![42, 43].map(applicationOf).includes(name))
        assert.deepEqual(after.get(name)?.operationState, operationState, `${name} was synced again`);
  },
};

interface Change {
  readonly commit: string;
  /** Waits until the app is at the commit. */
  readonly synced: () => Promise<unknown>;
  /** What the controller has logged since. */
  readonly controller: () => Line[];
  /** The file of each rendering since, and how many renderings were found in the cache. */
  readonly rendered: () => string[];
  readonly reused: () => number;
}

/** Gives one app another image and pushes that. */
async function change(context: Context, workspace: Workspace, i: number): Promise<Change> {
  const controller = logOf(context, 'argocd-application-controller');
  const repoServer = logOf(context, 'argocd-repo-server');
  workspace.replace('environments/base.yaml', image(i), 'registry.example.com/other:2.0.0');
  const commit = await workspace.deliver(`app ${i} changes`);
  const changed = await workspace.runGit('diff', '--name-only', 'HEAD~1', '--', '*.yaml');
  assert.deepEqual(changed.trim().split('\n'), [`dist/load/${appName(i)}.yaml`, 'environments/base.yaml']);
  const cache = (what: string): string[] =>
    repoServer()
      .map(({ msg }) => msg)
      .filter((msg) => msg.startsWith(`manifest cache ${what}`) && msg.includes('/scale.git'));
  return {
    commit,
    controller,
    rendered: () => cache('miss').map((msg) => /Include:([^,]+),/.exec(msg)?.[1] ?? msg),
    reused: () => cache('hit').length,
    synced: () =>
      until(`${appName(i)} at the new commit`, async () => {
        const status = (await statuses(context)).get(applicationOf(i))!;
        const { phase, syncResult } = status.operationState ?? {};
        return syncResult?.revision === commit && phase === 'Succeeded' && isSyncedAndHealthy(status);
      }),
  };
}

function applicationOf(i: number): string {
  return `${STAGE}-${appName(i)}`;
}

function appName(i: number): string {
  return `app-${String(i).padStart(3, '0')}`;
}

function image(i: number): string {
  return `registry.example.com/${appName(i)}:1.0.0`;
}

function baseYaml(url: string): string {
  const head = {
    project: 'scale',
    repository: { url, revision: 'main' },
    clusters: { local: { kubernetes: '1.33', provides: ['network-policy'] } },
    cluster: 'local',
    delivery: { applications: 'perApp' },
  };
  const app = (i: number): object => ({
    kind: 'service',
    image: image(i),
    env: { LOG_LEVEL: 'info' },
    ports: { http: { containerPort: 8080, servicePort: 80 } },
    probes: { readiness: { httpGet: { path: '/ready', port: 'http' } } },
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
  });
  const apps = Object.fromEntries(Array.from({ length: APPS }, (_, i) => [appName(i), app(i)]));
  return JSON.stringify({ ...head, apps }, null, 2);
}

async function statuses({ cluster }: Context): Promise<Map<string, AppStatus>> {
  const all = await cluster.api.list(
    'argoproj.io/v1alpha1',
    'Application',
    ARGOCD_NAMESPACE,
    'app.kubernetes.io/part-of=scale',
  );
  return new Map(all.map(({ metadata, status }: Live) => [metadata.name, (status ?? {}) as AppStatus]));
}

async function untilAllSynced(context: Context): Promise<Map<string, AppStatus>> {
  let open = '';
  try {
    return await until(
      'a hundred Applications to be Synced and Healthy',
      async () => {
        const all = await statuses(context);
        const rest = [...all].filter(([, status]) => !isSyncedAndHealthy(status));
        open = `${rest.length} are not, such as ${JSON.stringify(rest[0])}`;
        return rest.length === 0 && all;
      },
      { within: 400, every: 1000, guard: () => context.cluster.supervisor.assertAlive() },
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${open}`, { cause: error });
  }
}

/** Tells argocd-server of a push, as GitHub does. */
async function push(
  context: Context,
  workspace: Workspace,
  url: string,
  before: string,
  after: string,
): Promise<void> {
  const modified = (await workspace.runGit('diff', '--name-only', before, after)).trim().split('\n');
  const response = await fetch(`${argoOf(context).url}/api/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
    body: JSON.stringify({
      ...{ ref: 'refs/heads/main', before, after },
      repository: { html_url: url.replace(/\.git$/, ''), default_branch: 'main' },
      commits: [{ added: [], modified, removed: [] }],
    }),
  });
  assert.equal(response.status, 200, await response.text());
}

interface Line {
  readonly msg: string;
  readonly application?: string;
}

/** What a process of Argo CD writes from now on. */
function logOf({ session }: Context, name: string): () => Line[] {
  const file = join(session.folder, 'logs', `${name}.log`);
  const start = statSync(file).size;
  return () =>
    readFileSync(file)
      .subarray(start)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
}
