import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { externalSecretSpec, secretStore } from '../../../src/constructs/secret-objects';
import { STORE_NAME } from '../../../src/model/secret-provider';
import { readCertificate, seal } from '../../../src/secrets/seal';
import { secretProvider } from '../../../src/model/secret-provider';
import { stageOf } from '../../support/environment';
import type { Live } from '../harness/api';
import type { Context, Scenario } from '../harness/scenario';
import { applyCrd } from '../harness/definitions';
import { until } from '../harness/wait';

const CONTROLLER = 'e2e-sealed-secrets';
const [HOME, ELSEWHERE] = ['e2e-sealed', 'e2e-sealed-elsewhere'];
const NAME = 'web-database';

/** A value that was sealed offline is decrypted by the real controller, where it was sealed for and nowhere else. */
export const sealedSecretsScenario: Scenario = {
  name: 'a value sealed offline is decrypted in the namespace it was sealed for, and in no other',
  async run(context) {
    const { api } = context.cluster;
    for (const name of [CONTROLLER, HOME, ELSEWHERE])
      await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const certificate = await startController(context);
    const value = randomBytes(18).toString('base64');
    const sealed = seal(certificate, { namespace: HOME, name: NAME }, Buffer.from(value));
    const apply = (namespace: string, name: string): Promise<unknown> =>
      api.apply({
        apiVersion: 'bitnami.com/v1alpha1',
        kind: 'SealedSecret',
        metadata: { name, namespace },
        spec: {
          encryptedData: { password: sealed },
          template: { metadata: { name, namespace }, type: 'Opaque' },
        },
      });
    await apply(HOME, NAME);
    await apply(ELSEWHERE, NAME);
    await apply(HOME, 'web-other');
    const secret = await until('the Secret', () => api.find('v1', 'Secret', NAME, HOME));
    assert.equal(Buffer.from((secret.data as { password: string }).password, 'base64').toString(), value);
    for (const [namespace, name] of [
      [ELSEWHERE, NAME],
      [HOME, 'web-other'],
    ] as const) {
      await until(`the refusal in ${namespace}`, async () =>
        refused(await api.get('bitnami.com/v1alpha1', 'SealedSecret', name, namespace)),
      );
      assert.equal(await api.find('v1', 'Secret', name, namespace), undefined);
    }
    await context.cluster.supervisor.stop('sealed-secrets');
    for (const name of [CONTROLLER, HOME, ELSEWHERE]) await api.delete('v1', 'Namespace', name);
  },
};

function refused({ status }: Live): boolean {
  const conditions = (
    status as { conditions?: { type: string; status: string; message?: string }[] } | undefined
  )?.conditions;
  return (
    conditions?.some(
      ({ message, status: is, type }) => type === 'Synced' && is === 'False' && /decrypt/.test(message ?? ''),
    ) ?? false
  );
}

/** Installs the definition, starts the controller, and returns the certificate that it made. */
async function startController({ cluster }: Context): Promise<X509Certificate> {
  const { api, plane, supervisor, tools } = cluster;
  const folder = tools['sealed-secrets']!;
  await applyCrd(cluster, readFileSync(join(folder, 'crd.yaml'), 'utf8'));
  const [http, metrics] = [await freePort(), await freePort()];
  supervisor.start({
    name: 'sealed-secrets',
    command: join(folder, 'controller'),
    args: [
      `--listen-addr=127.0.0.1:${http}`,
      `--listen-metrics-addr=127.0.0.1:${metrics}`,
      '--key-size=2048',
    ],
    env: {
      KUBECONFIG: plane.kubeconfig,
      HOME: cluster.folder,
      SEALED_SECRETS_CONTROLLER_NAMESPACE: CONTROLLER,
      POD_NAMESPACE: CONTROLLER,
    },
  });
  const pair = await until('the key of the controller', async () =>
    (await api.list('v1', 'Secret', CONTROLLER)).find(({ metadata }) =>
      metadata.name.startsWith('sealed-secrets-key'),
    ),
  );
  const pem = Buffer.from((pair.data as Record<string, string>)['tls.crt']!, 'base64').toString();
  return readCertificate(pem, new Date(Date.now() + 60_000), { file: 'the controller' }).certificate;
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

const MODULE = 'github.com/external-secrets/external-secrets@v1.3.2';
const STORES = {
  vault: { server: 'https://vault.example.com', role: 'shop' },
  awsSecretsManager: { region: 'eu-west-1' },
  awsParameterStore: { region: 'eu-west-1' },
  gcp: { project: 'shop', clusterName: 'main', clusterLocation: 'europe-west1' },
  azure: {
    vaultUrl: 'https://shop.vault.azure.net',
    clientId: '00000000-0000-4000-8000-000000000001',
    tenantId: '00000000-0000-4000-8000-000000000002',
  },
};

/** The operator's own definitions, in the real API server, accept what is generated for each store. */
export const externalSecretsScenario: Scenario = {
  name: 'the API server accepts what is generated for each store of External Secrets, and refuses a misspelt field',
  note: 'definitions alone: the operator is not run',
  async run({ cluster }) {
    const { Dir } = JSON.parse(
      execFileSync('go', ['mod', 'download', '-json', MODULE], { cwd: cluster.folder, encoding: 'utf8' }),
    ) as { Dir: string };
    const bases = join(Dir, 'config/crds/bases');
    for (const file of readdirSync(bases).filter((name) =>
      /_(external|)secret(s|store)s?\.yaml$/.test(name),
    )) {
      const text = readFileSync(join(bases, file), 'utf8');
      // Its webhook, which converts between versions, does not run here.
      const crd = parseAllDocuments(text)[0]!.toJS() as { spec: { conversion?: unknown } };
      delete crd.spec.conversion;
      await applyCrd(cluster, JSON.stringify(crd));
    }
    const environment = stageOf();
    const facts = {
      app: 'web',
      secret: 'database',
      objectName: NAME,
      namespace: 'default',
      type: 'Opaque',
      source: {},
    };
    for (const [name, settings] of Object.entries(STORES)) {
      const { externalSecrets } = secretProvider.parse({
        provider: 'externalSecrets',
        externalSecrets: { store: { [name]: settings } },
      });
      const object = (kind: string, spec: object): string =>
        JSON.stringify({
          apiVersion: 'external-secrets.io/v1',
          kind,
          metadata: { name: kind === 'SecretStore' ? STORE_NAME : NAME, namespace: 'default' },
          spec,
        });
      const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
      const external = externalSecretSpec(environment, externalSecrets!, facts, ['password']);
      await cluster.kubectl(dryRun, object('SecretStore', secretStore(externalSecrets!)!.spec));
      await cluster.kubectl(dryRun, object('ExternalSecret', external));
      await assert.rejects(
        cluster.kubectl(dryRun, object('ExternalSecret', { ...external, refreshIntervall: '1h' })),
        /refreshIntervall/,
      );
    }
  },
};
