import assert from 'node:assert/strict';
import { argoOf, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { deployment, untilDeployment } from './deployment';
import { DEPLOYMENT, NAMES, stage } from './sample';

const APP = 'frontend';

function otherImage(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: APP, image }] } } } };
}

/** Edits, scales and deletes in dev: Argo CD undoes all three. */
export const healedScenario: Scenario = {
  name: 'drift in dev is healed: edited, scaled, deleted',
  needs: [NAMES.sample],
  async run(context) {
    const { api } = context.cluster;
    const argo = argoOf(context).api;
    const dev = stage('dev');
    const frontend = [api, dev, APP] as const;
    const before = await deployment(...frontend);

    await api.patch(...DEPLOYMENT, APP, dev, { spec: { replicas: before.replicas + 4 } });
    await untilDeployment('the scale to be undone', frontend, ({ replicas }) => replicas === before.replicas);

    await api.strategicPatch(...DEPLOYMENT, APP, dev, otherImage('ghcr.io/stefanprodan/podinfo:0.0.1'));
    await untilDeployment('the image to be undone', frontend, ({ image }) => image === before.image);

    const service = await api.get('v1', 'Service', APP, dev);
    await api.delete('v1', 'Service', APP, dev);
    const again = await until('the Service to come back', () => api.find('v1', 'Service', APP, dev));
    assert.notEqual(again.metadata.uid, service.metadata.uid);
    await argo.untilSynced(dev);
    assert.equal((await deployment(...frontend)).uid, before.uid, 'the Deployment was replaced');
  },
};

/** The same in prod: Argo CD says so and touches nothing until somebody syncs. */
export const reportedScenario: Scenario = {
  name: 'drift in prod is reported and left',
  needs: [NAMES.sample],
  async run(context) {
    const { api } = context.cluster;
    const argo = argoOf(context).api;
    const prod = stage('prod');
    await argo.untilSynced(prod);
    const before = await deployment(api, prod, APP);
    const started = (await argo.status(prod)).operationState?.startedAt;

    const drifted = 'ghcr.io/stefanprodan/podinfo:0.0.1';
    await api.strategicPatch(...DEPLOYMENT, APP, prod, otherImage(drifted));
    await api.delete('v1', 'Service', APP, prod);
    const status = await argo.until(prod, 'OutOfSync', ({ sync }) => sync?.status === 'OutOfSync');
    // Until both are seen, and then for longer than self-heal waits at first.
    await argo.until(prod, 'OutOfSync in both', ({ resources }) => {
      const out = (resources ?? []).filter((each) => each.status === 'OutOfSync').map((each) => each.kind);
      return out.includes('Deployment') && out.includes('Service');
    });
    await new Promise((done) => setTimeout(done, 8000));
    assert.equal((await deployment(api, prod, APP)).image, drifted);
    assert.equal(await api.find('v1', 'Service', APP, prod), undefined);
    assert.equal((await argo.status(prod)).operationState?.startedAt, started, 'somebody synced');
    assert.equal(status.sync?.status, 'OutOfSync');

    await argo.sync(prod);
    await argo.untilSynced(prod);
    assert.equal((await deployment(api, prod, APP)).image, before.image);
  },
};
