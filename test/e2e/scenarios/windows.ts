import assert from 'node:assert/strict';
import { ArgoError } from '../harness/argocd-api';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { applyDelivery } from './bootstrap';
import { NAMES, stage } from './sample';

const FILE = 'environments/prod.yaml';

/** The window is written in prod.yaml, and it is Argo CD that keeps it. */
export const windowScenario: Scenario = {
  name: 'a sync window refuses a manual sync of prod outside it and lets it in inside',
  needs: [NAMES.sample],
  async run(context) {
    const argo = argoOf(context).api;
    const prod = stage('prod');
    const kept = context.workspace.read(FILE);
    const hour = new Date().getUTCHours();
    const started = (await argo.status(prod)).operationState?.startedAt;

    // Six hours away in both directions, whatever the minute.
    await setWindow(context, (hour + 6) % 24, '1h');
    const refused = await argo.sync(prod).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(refused instanceof ArgoError, 'a sync outside the window was taken');
    assert.match(refused.message, /sync window/);
    assert.equal((await argo.status(prod)).operationState?.startedAt, started);

    await setWindow(context, (hour + 23) % 24, '3h');
    await argo.sync(prod);
    await argo.until(
      prod,
      'synced inside the window',
      ({ operationState }) => operationState?.startedAt !== started && operationState?.phase === 'Succeeded',
    );

    context.workspace.write(FILE, kept);
    await context.workspace.deliver('no window any more');
    await applyDelivery(context);
  },
};

async function setWindow(context: Context, hour: number, duration: string): Promise<void> {
  const { workspace } = context;
  workspace.editYaml(FILE, (document) =>
    document.set('windows', [{ kind: 'allow', schedule: `0 ${hour} * * *`, duration, timeZone: 'Etc/UTC' }]),
  );
  await workspace.deliver(`prod syncs from ${hour} o'clock for ${duration}`);
  await applyDelivery(context);
}
