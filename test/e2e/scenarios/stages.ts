import assert from 'node:assert/strict';
import type { Api, Live } from '../harness/api';
import { describe } from '../harness/argocd-api';
import { argoOf, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { NAMES, STAGES, stage } from './sample';

/** dev deploys itself; staging and prod wait for somebody, and then are as healthy. */
export const stagesScenario: Scenario = {
  name: NAMES.sample,
  needs: [NAMES.bootstrap],
  async run(context) {
    const { api } = context.cluster;
    const argo = argoOf(context).api;
    await argo.untilSynced(stage('dev'));
    for (const name of ['staging', 'prod'] as const) {
      const status = await argo.until(
        stage(name),
        'OutOfSync',
        ({ sync }) => sync?.status === 'OutOfSync',
        30,
      );
      assert.equal(status.operationState, undefined, `${name} was synced by itself:\n${describe(status)}`);
      assert.equal(await api.find('v1', 'Namespace', stage(name)), undefined, `${name} has been deployed`);
    }
    for (const name of ['staging', 'prod'] as const) await argo.sync(stage(name));
    for (const name of ['staging', 'prod'] as const) await argo.untilSynced(stage(name));
    for (const name of STAGES) {
      const wanted = context.workspace.objects(name);
      for (const { apiVersion, kind, metadata } of wanted) {
        assert.ok(
          await api.find(apiVersion, kind, metadata.name, metadata.namespace),
          `${kind} ${metadata.name} of ${name} is not in the cluster`,
        );
      }
    }
  },
};

/** Strictly: an unknown field or a warning is a failure. In a namespace of its own, because the stage's is not there. */
export const dryRunScenario: Scenario = {
  name: 'server-side dry run of every stage, without a warning',
  needs: [NAMES.bootstrap],
  async run({ cluster: { api }, workspace }) {
    for (const name of STAGES) {
      const objects = workspace.objects(name);
      assert.ok(objects.length > 10, `dist/${name} holds ${objects.length} objects`);
      for (const object of objects) await dryRun(api, object);
    }
  },
};

async function dryRun(api: Api, object: Live): Promise<void> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return api.dryRun(object);
  const scratch = `dry-run-${namespace}`;
  await scratchNamespace(api, scratch);
  await api.dryRun({ ...object, metadata: { ...object.metadata, namespace: scratch } });
}

async function scratchNamespace(api: Api, name: string): Promise<void> {
  if (await api.find('v1', 'Namespace', name)) return;
  const level = (mode: string): Record<string, string> => ({
    [`pod-security.kubernetes.io/${mode}`]: 'restricted',
    [`pod-security.kubernetes.io/${mode}-version`]: 'latest',
  });
  await api.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...level('enforce'), ...level('warn') } },
  });
  await until('its ServiceAccount', () => api.find('v1', 'ServiceAccount', 'default', name));
}
