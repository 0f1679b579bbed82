import assert from 'node:assert/strict';
import type { Live } from '../harness/api';
import { argoOf, type Scenario } from '../harness/scenario';
import { applyDelivery } from './bootstrap';
import { NAMES, stage } from './sample';

const FOLDER = 'manifests/e2e-hooks';
const FILE = 'environments/dev.yaml';

/** Jobs that Argo CD runs around a sync of dev. A container that is told to run `false` fails. */
export const hooksScenario: Scenario = {
  name: 'a PreSync job runs before the rest, and a failing PostSync marks the sync failed',
  note: 'Jobs end without a container being started',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const { api } = cluster;
    const argo = argoOf(context).api;
    const dev = stage('dev');
    await argo.untilSynced(dev, 120);
    const kept = workspace.read(FILE);

    const deliver = async (message: string, smoke: string, color: string): Promise<string> => {
      workspace.write(
        `${FOLDER}/jobs.yaml`,
        [job('PreSync', 'migrate', 'true'), job('PostSync', 'smoke', smoke)].join('\n---\n'),
      );
      workspace.editYaml(FILE, (document) => {
        document.setIn(['sync', 'retry', 'limit'], 1);
        document.setIn(['apps', 'hooks'], { kind: 'manifests', path: FOLDER });
        document.setIn(['apps', 'frontend', 'env', 'PODINFO_UI_COLOR'], color);
      });
      const commit = await workspace.deliver(message);
      await applyDelivery(context);
      await argo.refresh(dev);
      return commit;
    };

    const good = await deliver('hooks, and a new colour', 'true', '#111111');
    const passed = await argo.until(
      dev,
      'synced with its hooks',
      ({ operationState }) =>
        operationState?.syncResult?.revision === good && operationState.phase === 'Succeeded',
      120,
    );
    const hooks = passed.operationState?.syncResult?.resources?.filter(({ hookType }) => hookType) ?? [];
    assert.deepEqual(hooks.map(({ name, hookType, hookPhase }) => [name, hookType, hookPhase]).sort(), [
      ['migrate', 'PreSync', 'Succeeded'],
      ['smoke', 'PostSync', 'Succeeded'],
    ]);
    const migrated = timeOf(await api.get('batch/v1', 'Job', 'migrate', dev), 'completionTime');
    const smoked = timeOf(await api.get('batch/v1', 'Job', 'smoke', dev), 'startTime');
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
    workspace.remove(FOLDER);
    const mended = await workspace.deliver('without hooks');
    await applyDelivery(context);
    await argo.refresh(dev);
    await argo.until(
      dev,
      'at the newest commit',
      ({ operationState }) => operationState?.syncResult?.revision === mended,
    );
    await argo.untilSynced(dev, 120);
  },
};

function timeOf({ status }: Live, field: string): number {
  return Date.parse(String((status as Record<string, unknown>)[field]));
}

function job(hook: string, name: string, command: string): string {
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: {
        'argocd.argoproj.io/hook': hook,
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
    },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'main',
              image: 'docker.io/busybox:1.37.0',
              command: [command],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: {
                requests: { cpu: '10m', memory: '16Mi' },
                limits: { cpu: '100m', memory: '32Mi' },
              },
            },
          ],
        },
      },
    },
  });
}
