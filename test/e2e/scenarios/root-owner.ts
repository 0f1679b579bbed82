import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ARGOCD_NAMESPACE } from '../harness/argocd';
import type { Api } from '../harness/api';
import { argoOf, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { NAMES, PROJECT, STAGES, stage } from './sample';

const APPLICATION = ['argoproj.io/v1alpha1', 'Application'] as const;
const ROOT = `${PROJECT}-root`;

/**
 * `delivery.owner: root` in place of Pulumi: one Application that owns the others takes over what is there, heals it,
 * and a new stage is a new file. Comes last: it leaves that stage behind.
 */
export const rootScenario: Scenario = {
  name: 'a root Application takes over the stages, heals them, and a new stage is one new file',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const { api, kubectl } = cluster;
    const argo = argoOf(context).api;
    const before = await identities(api);

    workspace.editYaml('environments/base.yaml', (base) => base.setIn(['delivery', 'owner'], 'root'));
    await workspace.deliver('the root Application owns the stages');
    const files = ['settings', 'projects', 'root'].map((name) =>
      join(workspace.folder, `dist/argocd/${name}.yaml`),
    );
    await kubectl(['apply', '--server-side', ...files.flatMap((file) => ['--filename', file])]);
    await argo.untilSynced(ROOT);
    assert.deepEqual(await identities(api), before, 'something was replaced');

    const prod = stage('prod');
    const path = async (): Promise<unknown> =>
      ((await api.get(...APPLICATION, prod, ARGOCD_NAMESPACE)).spec as { source: { path: string } }).source
        .path;
    await api.patch(...APPLICATION, prod, ARGOCD_NAMESPACE, { spec: { source: { path: 'dist/dev' } } });
    await until('the path of prod to be healed', async () => (await path()) === 'dist/prod');

    workspace.write('environments/qa.yaml', 'promotesFrom: staging\n');
    await workspace.deliver('a new stage');
    await argo.refresh(ROOT);
    await until('the new stage', () => api.find(...APPLICATION, `${PROJECT}-qa`, ARGOCD_NAMESPACE));
    const qa = await argo.until(`${PROJECT}-qa`, 'OutOfSync', ({ sync }) => sync?.status === 'OutOfSync');
    assert.equal(qa.operationState, undefined, 'the new stage was synced by itself');
    await argo.sync(`${PROJECT}-qa`);
    await argo.untilSynced(`${PROJECT}-qa`);
  },
};

async function identities(api: Api): Promise<string[]> {
  const lists = await Promise.all([
    ...STAGES.flatMap((name) => [
      api.get(...APPLICATION, stage(name), ARGOCD_NAMESPACE),
      api.get('argoproj.io/v1alpha1', 'AppProject', stage(name), ARGOCD_NAMESPACE),
      api.get('v1', 'Namespace', stage(name)),
    ]),
  ]);
  return lists.map(
    ({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.uid} ${String(metadata.deletionTimestamp)}`,
  );
}
