import assert from 'node:assert/strict';
import type { Api } from '../harness/api';
import { argoOf, type Scenario } from '../harness/scenario';
import { NAMES, stage } from './sample';

const FILE = 'dist/dev/frontend.yaml';

/** Somebody commits what synth would never write: dev says so, and what runs goes on running. */
export const brokenScenario: Scenario = {
  name: 'a broken commit leaves the running workloads as they were',
  needs: [NAMES.sample],
  async run(context) {
    const { workspace, cluster } = context;
    const argo = argoOf(context).api;
    const dev = stage('dev');
    await argo.untilSynced(dev);
    const before = await running(cluster.api, dev);
    const good = workspace.read(FILE);

    workspace.write(FILE, `${good}\n---\n{ this is: [no YAML\n`);
    await workspace.push('a file that cannot be parsed');
    await argo.refresh(dev);
    await argo.until(dev, 'unable to compare', ({ conditions }) =>
      Boolean(conditions?.some(({ type }) => type === 'ComparisonError')),
    );
    assert.deepEqual(await running(cluster.api, dev), before);

    workspace.write(FILE, good.replace(/containerPort: 9898/, 'containerPort: 989898'));
    assert.notEqual(workspace.read(FILE), good);
    const commit = await workspace.push('a port that no API server accepts');
    await argo.refresh(dev);
    const status = await argo.until(
      dev,
      'failing to sync the broken commit',
      ({ operationState }) =>
        operationState?.syncResult?.revision === commit &&
        Boolean(operationState.message?.match(/invalid|failed/i)),
    );
    assert.match(JSON.stringify(status.operationState), /containerPort/);
    assert.deepEqual(await running(cluster.api, dev), before);

    workspace.write(FILE, good);
    await workspace.push('mended');
    await argo.refresh(dev);
    await argo.until(
      dev,
      'Synced and Healthy after the mend',
      ({ sync, health, operationState }) =>
        sync?.status === 'Synced' && health?.status === 'Healthy' && operationState?.phase === 'Succeeded',
      180,
    );
    assert.deepEqual(await running(cluster.api, dev), before);
  },
};

/** Every pod of a Deployment or a StatefulSet, by uid, with its phase. */
async function running(api: Api, namespace: string): Promise<string[]> {
  return (await api.list('v1', 'Pod', namespace))
    .filter(({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []) as { kind: string }[];
      return owners.some(({ kind }) => kind !== 'Job');
    })
    .map(({ metadata, status }) => `${metadata.name} ${metadata.uid} ${(status as { phase: string }).phase}`)
    .sort();
}
