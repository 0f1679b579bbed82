import assert from 'node:assert/strict';
import { argoOf, type Scenario } from '../harness/scenario';
import { untilDeployment } from './deployment';
import { NAMES, stage } from './sample';

/** Without a metrics API an HPA still keeps its minimum, and that is no drift. */
export const autoscalingScenario: Scenario = {
  name: 'an HPA raises prod to its minimum, and the Application stays Synced',
  needs: [NAMES.sample],
  async run(context) {
    const { api } = context.cluster;
    const argo = argoOf(context).api;
    const prod = stage('prod');
    const scalers = await api.list('autoscaling/v2', 'HorizontalPodAutoscaler', prod);
    assert.ok(scalers.length > 0, 'prod has no HPA');
    for (const scaler of scalers) {
      const { minReplicas, scaleTargetRef } = scaler.spec as {
        minReplicas: number;
        scaleTargetRef: { name: string };
      };
      const { name } = scaleTargetRef;
      assert.ok(minReplicas > 1, `the minimum of ${name} is what it would have anyway`);
      const wanted = context.workspace
        .objects('prod')
        .find((each) => each.kind === 'Deployment' && each.metadata.name === name);
      assert.ok(!('replicas' in (wanted?.spec as object)), `${name} has replicas in Git`);
      await untilDeployment(
        `${minReplicas} replicas of ${name}`,
        [api, prod, name],
        ({ replicas, ready }) => replicas === minReplicas && ready === minReplicas,
      );
    }
    await argo.refresh(prod);
    assert.equal((await argo.status(prod)).sync?.status, 'Synced');
  },
};
