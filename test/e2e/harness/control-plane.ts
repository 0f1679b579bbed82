import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './api';
import type { Supervisor } from './supervisor';
import type { ToolFolders } from './tools';
import { freePorts, until } from './wait';

/** A running API server with its controllers and scheduler. */
export interface ControlPlane {
  readonly server: string;
  readonly caFile: string;
  /** Of a member of system:masters. */
  readonly token: string;
  /** For the same. */
  readonly kubeconfig: string;
  readonly api: Api;
  /** Writes a kubeconfig for a bearer token and returns its path. */
  readonly kubeconfigFor: (name: string, token: string, namespace?: string) => string;
}

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler on loopback, ready when this returns. */
export async function startControlPlane(
  folder: string,
  tools: ToolFolders,
  supervisor: Supervisor,
): Promise<ControlPlane> {
  const plane = await startApiServer(folder, tools, supervisor);
  await startControllers(folder, tools, supervisor, plane);
  return plane;
}

/** Only etcd and kube-apiserver: objects are kept there, and nothing comes of them. */
export async function startApiServer(
  folder: string,
  tools: ToolFolders,
  supervisor: Supervisor,
  prefix = '',
): Promise<ControlPlane> {
  const ports = await freePorts(['etcd', 'peer', 'api']);
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('pki'), { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(at('pki/sa.key'), privateKey, { mode: 0o600 });
  writeFileSync(at('pki/sa.pub'), publicKey);
  const token = randomBytes(24).toString('hex');
  writeFileSync(at('pki/tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });

  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  supervisor.start({
    name: `${prefix}etcd`,
    command: join(tools.etcd!, 'etcd'),
    args: [
      `--data-dir=${at('etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  });

  const server = `https://127.0.0.1:${ports.api}`;
  const kubernetes = tools.kubernetes!;
  supervisor.start({
    name: `${prefix}kube-apiserver`,
    command: join(kubernetes, 'kube-apiserver'),
    args: [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.api}`,
      `--cert-dir=${at('pki')}`,
      `--token-auth-file=${at('pki/tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${at('pki/sa.pub')}`,
      `--service-account-signing-key-file=${at('pki/sa.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      // The reconciler refuses to publish a loopback address, and nothing in here asks for the Service.
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
    ],
  });

  const caFile = at('pki/apiserver.crt');
  const api = await until(
    'kube-apiserver to be ready',
    async () => {
      const candidate = new Api(server, readFileSync(caFile, 'utf8'), token);
      return (await candidate.raw('GET', '/readyz')) === 'ok' && candidate;
    },
    { guard: () => supervisor.assertAlive() },
  );
  const kubeconfigFor = (name: string, bearer: string, namespace = 'default'): string => {
    const path = at(`${name}.kubeconfig`);
    writeFileSync(path, kubeconfig(server, readFileSync(caFile), bearer, namespace), { mode: 0o600 });
    return path;
  };
  return { server, caFile, token, kubeconfig: kubeconfigFor('admin', token), api, kubeconfigFor };
}

async function startControllers(
  folder: string,
  tools: ToolFolders,
  supervisor: Supervisor,
  { api, caFile, kubeconfig: admin }: ControlPlane,
): Promise<void> {
  const ports = await freePorts(['controllers', 'scheduler']);
  const at = (name: string): string => join(folder, name);
  const kubernetes = tools.kubernetes!;
  const component = (name: string, port: number): string[] => [
    `--kubeconfig=${admin}`,
    `--authentication-kubeconfig=${admin}`,
    `--authorization-kubeconfig=${admin}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${at(`pki-${name}`)}`,
    '--leader-elect=false',
  ];
  supervisor.start({
    name: 'kube-controller-manager',
    command: join(kubernetes, 'kube-controller-manager'),
    args: [
      ...component('controllers', ports.controllers),
      '--controllers=*',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${at('pki/sa.key')}`,
      `--root-ca-file=${caFile}`,
      '--horizontal-pod-autoscaler-sync-period=3s',
    ],
  });
  supervisor.start({
    name: 'kube-scheduler',
    command: join(kubernetes, 'kube-scheduler'),
    args: component('scheduler', ports.scheduler),
  });
  await until('the default ServiceAccount', () => api.find('v1', 'ServiceAccount', 'default', 'default'), {
    guard: () => supervisor.assertAlive(),
  });
}

function kubeconfig(server: string, ca: Buffer, token: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'stageline-e2e',
    clusters: [
      { name: 'stageline-e2e', cluster: { server, 'certificate-authority-data': ca.toString('base64') } },
    ],
    users: [{ name: 'stageline-e2e', user: { token } }],
    contexts: [
      { name: 'stageline-e2e', context: { cluster: 'stageline-e2e', user: 'stageline-e2e', namespace } },
    ],
  });
}
