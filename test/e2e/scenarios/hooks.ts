import assert from 'node:assert/strict';
import type { Api, Live } from '../harness/api';
import { argoOf, type Scenario } from '../harness/scenario';
import { applyDelivery } from './bootstrap';
import { DEPLOYMENT, hook, NAMES, stage } from './sample';

const FILE = 'environments/dev.yaml';

/** Hooks as an app declares them. A container that is told to run `false` fails. */
export const hooksScenario: Scenario = {
  name: 'a PreSync hook runs before the workloads, and a failing PostSync marks the sync failed',
  note: 'Jobs end without a container being started',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const { api } = cluster;
    const argo = argoOf(context).api;
    const dev = stage('dev');
    await argo.untilSynced(dev);
    const kept = workspace.read(FILE);

    const deliver = async (message: string, smoke: string, color: string): Promise<string> => {
      workspace.editYaml(FILE, (document) => {
        document.setIn(['sync', 'retry', 'limit'], 1);
        document.setIn(['apps', 'frontend', 'env', 'PODINFO_UI_COLOR'], color);
        document.setIn(['apps', 'frontend', 'hooks'], {
          migrate: hook('PreSync', 'migration', 'true'),
          smoke: hook('PostSync', 'smoke-test', smoke),
        });
      });
      const commit = await workspace.deliver(message);
      await applyDelivery(context);
      await argo.refresh(dev);
      return commit;
    };

    const old = (await api.get(...DEPLOYMENT, 'frontend', dev)).metadata.generation!;
    const good = await deliver('hooks, and a new colour', 'true', '#111111');
    const passed = await argo.until(
      dev,
      'synced with its hooks',
      ({ operationState }) =>
        operationState?.syncResult?.revision === good && operationState.phase === 'Succeeded',
      120,
    );
    const hooks = passed.operationState?.syncResult?.resources?.filter(({ hookType }) => hookType) ?? [];
    // Two of the frontend, and the one that the backend has had from the start.
    assert.deepEqual(
      hooks.map(({ kind, hookPhase }) => `${kind} ${hookPhase}`),
      Array.from({ length: 3 }, () => 'Job Succeeded'),
    );
    assert.ok((await api.get(...DEPLOYMENT, 'frontend', dev)).metadata.generation! > old);
    const migrated = timeOf(await jobOf(api, dev, 'migration'), 'completionTime');
    const smoked = timeOf(await jobOf(api, dev, 'smoke-test'), 'startTime');
    const newest = (await api.list('apps/v1', 'ReplicaSet', dev, 'app.kubernetes.io/instance=frontend'))
      .map(({ metadata }) => Date.parse(String(metadata.creationTimestamp)))
      .sort((a, b) => b - a)[0]!;
    assert.ok(migrated <= newest, 'the new pods came before the migration was done');
    assert.ok(newest <= smoked, 'the smoke test came before the new pods');

    const bad = await deliver('a smoke test that fails', 'false', '#222222');
    const failed = await argo.until(
      dev,
      'failed by its PostSync hook',
      ({ operationState }) =>
        operationState?.syncResult?.revision === bad && operationState.phase === 'Failed',
      120,
    );
    const smoke = failed.operationState?.syncResult?.resources?.find(
      ({ hookType }) => hookType === 'PostSync',
    );
    assert.equal(smoke?.hookPhase, 'Failed');

    workspace.write(FILE, kept);
    const mended = await workspace.deliver('without hooks');
    await applyDelivery(context);
    await argo.refresh(dev);
    await argo.until(
      dev,
      'at the newest commit',
      ({ operationState }) => operationState?.syncResult?.revision === mended,
    );
    await argo.untilSynced(dev);
  },
};

async function jobOf(api: Api, namespace: string, purpose: string): Promise<Live> {
  const jobs = await api.list(
    'batch/v1',
    'Job',
    namespace,
    `stageline.dev/hook=${purpose},app.kubernetes.io/instance=frontend`,
  );
  assert.equal(jobs.length, 1, `${jobs.length} Jobs of ${purpose}`);
  return jobs[0]!;
}

function timeOf({ status }: Live, field: string): number {
  return Date.parse(String((status as Record<string, unknown>)[field]));
}
