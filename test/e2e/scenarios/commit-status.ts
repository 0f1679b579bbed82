import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { Received } from '../harness/receiver';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { applyDelivery } from './bootstrap';
import { giveSecrets } from './notifications';
import { NAMES, stage } from './sample';

const BASE = 'environments/base.yaml';
const APP = { appID: 1234, installationID: 5678 };
const PROJECT = 42;

/** Turned on for a stage that is healthy already, each is told of what runs there. */
export const commitStatusScenario: Scenario = {
  name: 'deployment records reach GitHub and GitLab as their APIs have it',
  note: 'the controller is real, GitHub and GitLab are a server that answers',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const { url } = cluster.receiver;
    const kept = workspace.read(BASE);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    await giveSecrets(context, { 'github-privateKey': privateKey, 'gitlab-token': 'a-token-of-gitlab' });
    const dev = stage('dev');
    const status = await argoOf(context).api.untilSynced(dev);
    const revision = status.operationState!.syncResult!.revision!;

    await report(context, { to: 'github', ...APP, enterpriseBaseURL: `${url}/api/v3` });
    const [login] = await sent(context, 'POST', /^\/api\/v3\/app\/installations\/5678\/access_tokens$/);
    assert.equal(issuerOf(login!, publicKey), String(APP.appID));
    // The first two parts of the repository's address: its owner and its name on GitHub.
    const [, owner, name] = new URL(cluster.git.fileUrl).pathname.split('/');
    const repo = `^/api/v3/repos/${owner}/${name}`;
    const statuses = await sent(
      context,
      'POST',
      new RegExp(`${repo}/statuses/${revision}$`),
      '"stageline/dev"',
    );
    assert.deepEqual(
      statuses.map(({ body }) => pick(body, 'state', 'context', 'description')),
      [{ state: 'success', context: 'stageline/dev', description: `dev runs ${revision}` }],
    );
    assert.equal(statuses[0]!.headers.authorization, 'token a-token-of-the-app');
    const deployments = await sent(context, 'POST', new RegExp(`${repo}/deployments$`), '"dev"');
    assert.deepEqual(
      deployments.map(({ body }) => pick(body, 'ref', 'environment', 'auto_merge', 'required_contexts')),
      [{ ref: revision, environment: 'dev', auto_merge: false, required_contexts: [] }],
    );
    const outcomes = await sent(context, 'POST', new RegExp(`${repo}/deployments/7/statuses$`), '"dev"');
    assert.deepEqual(
      outcomes.map(({ body }) => pick(body, 'state')),
      [{ state: 'success' }],
    );

    await report(context, { to: 'gitlab', api: `${url}/api/v4`, project: PROJECT });
    const path = `/api/v4/projects/${PROJECT}/statuses/${revision}?state=success&name=stageline%2Fdev`;
    const [posted] = await sent(context, 'POST', new RegExp(`^${path.replace(/[?.]/g, '\\$&')}$`));
    assert.equal(posted!.headers['private-token'], 'a-token-of-gitlab');

    workspace.write(BASE, kept);
    await workspace.deliver('records go nowhere any more');
    await applyDelivery(context);
  },
};

async function report(context: Context, records: { to: string } & Record<string, unknown>): Promise<void> {
  const { workspace } = context;
  workspace.editYaml(BASE, (base) => base.setIn(['delivery', 'records'], records));
  await workspace.deliver(`records go to ${records.to}`);
  await applyDelivery(context);
}

/** Waits for requests to a path, with this in the body of one, and returns all to the path that have it. */
function sent({ cluster }: Context, method: string, path: RegExp, text = ''): Promise<readonly Received[]> {
  return until(
    `${method} ${path.source} ${text}`,
    () => {
      const found = cluster.receiver.received.filter(
        (each) => each.method === method && path.test(each.path) && each.body.includes(text),
      );
      return found.length > 0 && found;
    },
    { guard: () => cluster.supervisor.assertAlive() },
  );
}

function pick(body: string, ...fields: string[]): unknown {
  const all = JSON.parse(body) as Record<string, unknown>;
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
}

/** Who signed the token with which an app logs in. */
function issuerOf({ headers }: Received, publicKey: string): string {
  const [head, claims, signature] = String(headers.authorization).replace('Bearer ', '').split('.');
  const text = Buffer.from(`${head}.${claims}`);
  assert.ok(verify('RSA-SHA256', text, createPublicKey(publicKey), Buffer.from(signature!, 'base64url')));
  return (JSON.parse(Buffer.from(claims!, 'base64url').toString('utf8')) as { iss: string }).iss;
}
