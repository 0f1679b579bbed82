import assert from 'node:assert/strict';
import { ARGOCD_NAMESPACE } from '../harness/argocd';
import type { Received } from '../harness/receiver';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { applyDelivery } from './bootstrap';
import { NAMES, stage } from './sample';

const FILES = ['environments/base.yaml', 'environments/dev.yaml', 'environments/prod.yaml'] as const;
const [BASE, DEV, PROD] = FILES;

/** What webhooks are told: the message for people, and the record of a deployment. */
export interface Told {
  readonly application?: string;
  readonly stage: string;
  readonly event?: string;
  readonly revision: string;
  readonly message?: string;
  readonly result?: string;
  readonly health?: string;
  readonly at?: string;
  readonly by?: string;
}

/** The real controller sends what is generated; the record goes into Git notes, and history shows it. */
export const notificationsScenario: Scenario = {
  name: 'notifications say what became of a sync, and its record shows in the history',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const argo = argoOf(context).api;
    const [dev, prod] = [stage('dev'), stage('prod')];
    const kept = FILES.map((file) => [file, workspace.read(file)] as const);
    await giveSecrets(context, { 'people-token': 'a-token-of-people' });

    workspace.editYaml(BASE, (base) => {
      base.setIn(['delivery', 'argocd', 'webhooks'], {
        people: { url: `${cluster.receiver.url}/people`, token: true },
        records: { url: `${cluster.receiver.url}/records` },
      });
      base.setIn(['delivery', 'records'], { to: 'webhook', webhook: 'records' });
    });
    const tell = (...on: string[]): object[] => [{ service: 'webhook', webhook: 'people', on }];
    workspace.editYaml(DEV, (document) => {
      document.set('notifications', tell('deployed', 'sync-failed', 'degraded'));
      document.setIn(['sync', 'retry', 'limit'], 1);
    });
    workspace.editYaml(PROD, (document) => document.set('notifications', tell('out-of-sync')));
    const colour = async (value: string): Promise<string> => {
      for (const file of [DEV, PROD])
        workspace.editYaml(file, (document) =>
          document.setIn(['apps', 'frontend', 'env', 'PODINFO_UI_COLOR'], value),
        );
      const commit = await workspace.deliver(`the colour ${value}`);
      await applyDelivery(context);
      for (const name of [dev, prod]) await argo.refresh(name);
      return commit;
    };

    const good = await colour('#123456');
    const deployed = await told(
      context,
      '/people',
      ({ event, revision }) => event === 'deployed' && revision === good,
    );
    assert.equal(deployed.body.application, dev);
    assert.equal(deployed.body.stage, 'dev');
    assert.equal(deployed.body.message, `${dev} runs ${good}.`);
    assert.equal(deployed.headers.authorization, 'Bearer a-token-of-people');
    const done = await told(context, '/records', ({ revision }) => revision === good);
    await recordIt(context, done.body, { result: 'Succeeded', health: 'Healthy', by: dev });

    // Once, however many commits follow while prod waits.
    const differs = ({ event }: Told): boolean => event === 'out-of-sync';
    assert.equal((await told(context, '/people', differs)).body.application, prod);

    // No node fits, and the rollout gives up.
    workspace.editYaml(DEV, (document) => {
      document.setIn(['apps', 'frontend', 'scheduling', 'nodeSelector'], { disk: 'none-such' });
      document.setIn(['apps', 'frontend', 'rollout'], { progressDeadlineSeconds: 5, minReadySeconds: 1 });
    });
    const stuck = await colour('#654321');
    const degraded = await told(context, '/people', ({ event }) => event === 'degraded');
    assert.equal(degraded.body.message, `${dev} is degraded.`);
    const bad = await told(context, '/records', ({ revision }) => revision === stuck);
    await recordIt(context, bad.body, { health: 'Degraded', by: dev });
    assert.equal((await argo.status(prod)).sync?.revision, stuck);
    assert.equal(count(context, '/people', differs), 1, 'prod was reported for each commit');

    // Argo CD's own words, quotes and all, inside JSON.
    workspace.write(
      'dist/dev/frontend.yaml',
      workspace.read('dist/dev/frontend.yaml').replace(/containerPort: 9898/, 'containerPort: 989898'),
    );
    const broken = await workspace.push('a port that no API server accepts');
    await argo.refresh(dev);
    const failed = await told(
      context,
      '/people',
      ({ event, revision }) => event === 'sync-failed' && revision === broken,
    );
    assert.match(failed.body.message ?? '', /could not be synced: .*(invalid|failed)/i);
    const failure = await told(context, '/records', ({ revision }) => revision === broken);
    assert.equal(failure.body.result, 'Failed');

    for (const [file, text] of kept) workspace.write(file, text);
    await workspace.deliver('nobody is told any more');
    await applyDelivery(context);
    for (const name of [dev, prod]) await argo.refresh(name);
    for (const name of [dev, prod]) await argo.untilSynced(name);
  },
};

/** Gives the record to `stageline record`, and finds it in the history. */
async function recordIt({ workspace }: Context, told: Told, wanted: Partial<Told>): Promise<void> {
  const { stage: name, revision, result, health, at, by } = told;
  assert.deepEqual({ ...told, ...wanted }, told);
  const flags = { revision, result, health, at, by };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  await workspace.stageline('record', name, ...args);
  const history = JSON.parse(await workspace.stageline('history', name, '--output', 'json')) as {
    commit: string;
    deployments: { at: string; result: string; health: string; revision: string }[];
  }[];
  const entry = history.find(({ commit }) => commit === revision);
  assert.deepEqual(
    entry?.deployments.map((each) => ({ ...each, at: Date.parse(each.at) })),
    [{ ...flags, at: Date.parse(at ?? '') }],
  );
}

/** Keys of the Secret that notification services read, as the stack would set them. */
export async function giveSecrets({ cluster }: Context, stringData: Record<string, string>): Promise<void> {
  await cluster.api.patch('v1', 'Secret', 'argocd-notifications-secret', ARGOCD_NAMESPACE, { stringData });
}

const bodyOf = ({ body }: Received): Told => JSON.parse(body) as Told;

function count({ cluster }: Context, path: string, fits: (told: Told) => boolean): number {
  return cluster.receiver.received.filter((each) => each.path === path && fits(bodyOf(each))).length;
}

/** Waits for a message that fits. */
function told(
  { cluster }: Context,
  path: string,
  fits: (told: Told) => boolean,
): Promise<Omit<Received, 'body'> & { readonly body: Told }> {
  return until(
    `a message at ${path}`,
    () => {
      const found = cluster.receiver.received.find((each) => each.path === path && fits(bodyOf(each)));
      return found && { ...found, body: bodyOf(found) };
    },
    { guard: () => cluster.supervisor.assertAlive() },
  );
}
