import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, Live } from '../harness/api';
import { ARGOCD_NAMESPACE, type ArgoCd } from '../harness/argocd';
import { startApiServer, type ControlPlane } from '../harness/control-plane';
import { applyCrd } from '../harness/definitions';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { applyDelivery } from './bootstrap';
import { NAMES, PROJECT } from './sample';

const APPLICATION = ['argoproj.io/v1alpha1', 'Application'] as const;
const SET = ['argoproj.io/v1alpha1', 'ApplicationSet'] as const;
const NAME = `${PROJECT}-fleet`;
const [FIRST, SECOND] = [`${NAME}-local`, `${NAME}-edge`] as const;
const CONTROLLER = 'argocd-applicationset-controller';
const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

/** A stage on two clusters, each with an API server of its own, and what Prometheus would watch meanwhile. */
export const fleetScenario: Scenario = {
  name: 'a fleet is synced cluster by cluster, and loses nothing with a cluster or with its set',
  needs: [NAMES.sample],
  note: 'the second cluster is an API server alone; no Prometheus',
  async run(context) {
    const { cluster, session, workspace } = context;
    const argo = argoOf(context);
    const before = (await workspace.runGit('rev-parse', 'HEAD')).trim();
    const folder = join(session.folder, 'edge');
    mkdirSync(folder, { recursive: true });
    const edge = await startApiServer(folder, cluster.tools, cluster.supervisor, 'edge-');
    await register(cluster.api, edge);
    await defineMonitoring(context);

    describeFleet(context, edge);
    await workspace.deliver('a fleet');
    // Flags are read when a process starts: a controller that does not know them syncs every cluster at once.
    const settings = join(workspace.folder, 'dist/argocd/settings.yaml');
    await cluster.kubectl(['apply', '--server-side', '--filename', settings]);
    await argo.restart(CONTROLLER);
    await applyDelivery(context);
    await inOrder(argo);
    for (const api of [cluster.api, edge.api]) assert.ok(await workloadOf(api), 'the fleet runs nothing');
    await metricsAreThere(context, argo);

    workspace.editYaml('environments/fleet.yaml', (stage) => {
      stage.deleteIn(['fleet', 1]);
      stage.set('allowDestructive', [`remove stage fleet from ${edge.server}`]);
    });
    await workspace.deliver('the edge leaves the fleet');
    await applyDelivery(context);
    const set = await until('the set to be looked at', async () => {
      const { metadata, status } = await cluster.api.get(...SET, NAME, ARGOCD_NAMESPACE);
      const { resources = [] } = (status ?? {}) as { resources?: { name: string }[] };
      return resources.length === 2 && metadata;
    });
    assert.ok(set.uid);
    await cluster.kubectl(['delete', 'applicationset', NAME, '--namespace', ARGOCD_NAMESPACE]);
    assert.equal(await cluster.api.find(...SET, NAME, ARGOCD_NAMESPACE), undefined);
    for (const name of [FIRST, SECOND]) {
      const left = await cluster.api.find(...APPLICATION, name, ARGOCD_NAMESPACE);
      assert.ok(left, `the Application ${name} went with its set`);
      assert.deepEqual([left.metadata.ownerReferences, left.metadata.finalizers], [undefined, undefined]);
      assert.equal(left.metadata.deletionTimestamp, undefined);
      await cluster.api.delete(...APPLICATION, name, ARGOCD_NAMESPACE);
    }
    for (const api of [cluster.api, edge.api])
      assert.ok(await workloadOf(api), 'a workload went with its set');

    await workspace.runGit('read-tree', '--reset', '-u', before);
    await workspace.push('no fleet');
    await applyDelivery(context);
    await cluster.api.delete('argoproj.io/v1alpha1', 'AppProject', NAME, ARGOCD_NAMESPACE);
    await cluster.api.delete('v1', 'Secret', 'edge', ARGOCD_NAMESPACE);
    await cluster.api.delete('v1', 'Namespace', NAME);
    await cluster.supervisor.stop('edge-kube-apiserver');
    await cluster.supervisor.stop('edge-etcd');
    edge.api.close();
  },
};

/** As the stack registers a cluster. */
async function register(api: Api, edge: ControlPlane): Promise<void> {
  const caData = readFileSync(edge.caFile).toString('base64');
  await api.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'edge',
      namespace: ARGOCD_NAMESPACE,
      labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
    },
    stringData: {
      name: 'edge',
      server: edge.server,
      config: JSON.stringify({ bearerToken: edge.token, tlsClientConfig: { insecure: false, caData } }),
    },
  });
}

/** The operator's own definitions, as its module has them. */
async function defineMonitoring({ cluster }: Context): Promise<void> {
  const { Dir } = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', OPERATOR], { cwd: cluster.folder, encoding: 'utf8' }),
  ) as { Dir: string };
  for (const kind of ['servicemonitors', 'prometheusrules'])
    await applyCrd(cluster, readFileSync(join(Dir, `jsonnet/prometheus-operator/${kind}-crd.json`), 'utf8'));
}

/** Beside the line, and after its first stage: it has one app that needs no nodes. */
function describeFleet({ workspace }: Context, edge: ControlPlane): void {
  workspace.editYaml('environments/base.yaml', (base) => {
    const local = base.toJS() as { clusters: { local: object & { provides: string[] } } };
    const provides = [...local.clusters.local.provides, 'prometheus-operator'];
    base.setIn(['clusters', 'local', 'provides'], provides);
    base.setIn(['clusters', 'edge'], { ...local.clusters.local, provides, server: edge.server });
    base.setIn(['delivery', 'argocd', 'monitoring'], { labels: { release: 'e2e' } });
  });
  const gone = ['frontend', 'backend', 'cache', 'database'].map((app) => `  ${app}: null`);
  workspace.write(
    'environments/fleet.yaml',
    [
      'promotesFrom: dev',
      'sync: { mode: auto, prune: true }',
      'fleet:',
      '  - { clusters: [local] }',
      '  - { clusters: [edge], maxUpdate: 1 }',
      'apps:',
      ...gone,
      '  warm-cache: { network: { to: [] } }',
      '',
    ].join('\n'),
  );
}

/** The controller of sets syncs the second cluster when the first is done, and nobody else syncs either. */
async function inOrder({ api }: ArgoCd): Promise<void> {
  const find = (name: string) => api.application(name).catch(() => undefined);
  await until('both Applications', async () => (await find(FIRST)) && (await find(SECOND)));
  const [first, second] = [await api.untilSynced(FIRST, 240), await api.untilSynced(SECOND, 240)];
  const [ended, started] = [first.operationState!.finishedAt!, second.operationState!.startedAt];
  assert.ok(started >= ended, `the second cluster began at ${started}, and the first ended at ${ended}`);
  for (const name of [FIRST, SECOND]) {
    const { spec, status } = await api.application(name);
    assert.equal((spec as { syncPolicy: { automated?: unknown } }).syncPolicy.automated, undefined);
    const { operationState } = status as {
      operationState: { operation: { initiatedBy: { username: string } } };
    };
    assert.equal(operationState.operation.initiatedBy.username, 'applicationset-controller');
  }
}

const workloadOf = (api: Api): Promise<Live | undefined> =>
  api.find('batch/v1', 'CronJob', 'warm-cache', NAME);

/** Every metric that an alert asks for, with every label that it asks for, is what the real processes serve. */
async function metricsAreThere({ cluster }: Context, { metrics }: ArgoCd): Promise<void> {
  const rule = await cluster.api.get(
    'monitoring.coreos.com/v1',
    'PrometheusRule',
    `${PROJECT}-argocd`,
    ARGOCD_NAMESPACE,
  );
  const { groups } = rule.spec as { groups: { rules: { expr: string }[] }[] };
  const served = await until('the metrics', async () => {
    const texts = await Promise.all(
      Object.values(metrics).map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    );
    return texts.join('\n');
  });
  const asked = groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => [...expr.matchAll(/(argocd_\w+)(?:\{([^}]*)\})?/g)]),
  );
  assert.ok(asked.length > 6, 'the alerts ask for nothing');
  for (const [, name = '', selector = ''] of asked) {
    // A counter of failures has no line before there is one.
    if (/_fail_total$/.test(name)) continue;
    const line = served.split('\n').find((each) => each.startsWith(`${name}{`));
    assert.ok(line, `nobody serves ${name}`);
    for (const [, label = ''] of selector.matchAll(/(\w+)=/g))
      assert.match(line, new RegExp(`[{,]${label}="`), `${name} has no label ${label}`);
  }
}
