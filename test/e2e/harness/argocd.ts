import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Live } from './api';
import { ArgoApi } from './argocd-api';
import type { ControlPlane } from './control-plane';
import { containerEnv } from './container-env';
import { run } from './run-command';
import type { Supervisor } from './supervisor';
import type { ToolFolders } from './tools';
import { freePorts, until } from './wait';

export const ARGOCD_NAMESPACE = 'argocd';

/** Running Argo CD processes. */
export interface ArgoCd {
  readonly url: string;
  readonly api: ArgoApi;
  /** The ports on which Prometheus would scrape. */
  readonly metrics: Readonly<Record<'controller' | 'repoServer', number>>;
  /** Ends one process and starts it again, with what its workload says by now. */
  readonly restart: (name: string) => Promise<void>;
  /** The Redis password and the admin's stay in the cluster; this is the command that reads the latter. */
  readonly passwordCommand: string;
}

interface Component {
  readonly name: string;
  readonly workload: 'Deployment' | 'StatefulSet';
  readonly object: string;
  readonly args: readonly string[];
  readonly health: string;
}

/**
 * Starts Argo CD's own processes for the objects of its manifest, which must have been applied: each runs as the
 * ServiceAccount, and with the environment, that its workload in the cluster names.
 */
export async function startArgoCd(
  folder: string,
  tools: ToolFolders,
  supervisor: Supervisor,
  plane: ControlPlane,
  extraEnv: Readonly<Record<string, string>> = {},
): Promise<ArgoCd> {
  const { api } = plane;
  const bin = tools.argocd!;
  const ports = await freePorts([
    ...(['redis', 'repo', 'repoMetrics', 'server', 'serverMetrics', 'controllerMetrics'] as const),
    ...(['notificationsMetrics', 'setMetrics', 'setProbe', 'setWebhook'] as const),
  ]);
  for (const each of ['tls', 'ssh', 'plugins', 'gpg', 'tmp', 'home', 'assets', 'redis']) {
    mkdirSync(join(folder, each), { recursive: true });
  }
  await startRedis(folder, bin, supervisor, plane, ports.redis);

  const redis = ['--redis', `127.0.0.1:${ports.redis}`];
  const repo = `127.0.0.1:${ports.repo}`;
  const components: readonly Component[] = [
    {
      name: 'argocd-repo-server',
      workload: 'Deployment',
      object: 'argocd-repo-server',
      args: [
        ...redis,
        ...['--address', '127.0.0.1', '--port', `${ports.repo}`],
        ...['--metrics-address', '127.0.0.1', '--metrics-port', `${ports.repoMetrics}`],
      ],
      health: `${ports.repoMetrics}/healthz?full=true`,
    },
    {
      name: 'argocd-server',
      workload: 'Deployment',
      object: 'argocd-server',
      args: [
        ...redis,
        ...['--repo-server', repo, '--insecure', '--staticassets', join(folder, 'assets')],
        ...['--address', '127.0.0.1', '--port', `${ports.server}`],
        ...['--metrics-address', '127.0.0.1', '--metrics-port', `${ports.serverMetrics}`],
      ],
      health: `${ports.server}/healthz?full=true`,
    },
    {
      name: 'argocd-application-controller',
      workload: 'StatefulSet',
      object: 'argocd-application-controller',
      args: [...redis, '--repo-server', repo, '--metrics-port', `${ports.controllerMetrics}`],
      health: `${ports.controllerMetrics}/healthz`,
    },
    {
      name: 'argocd-notifications',
      workload: 'Deployment',
      object: 'argocd-notifications-controller',
      args: ['--argocd-repo-server', repo, '--metrics-port', `${ports.notificationsMetrics}`],
      health: `${ports.notificationsMetrics}/metrics`,
    },
    {
      name: 'argocd-applicationset-controller',
      workload: 'Deployment',
      object: 'argocd-applicationset-controller',
      args: [
        ...['--argocd-repo-server', repo, '--metrics-addr', `127.0.0.1:${ports.setMetrics}`],
        ...['--probe-addr', `127.0.0.1:${ports.setProbe}`, '--webhook-addr', `127.0.0.1:${ports.setWebhook}`],
      ],
      health: `${ports.setMetrics}/metrics`,
    },
  ];
  const guard = (): void => supervisor.assertAlive();
  // One after the other: a controller that finds no repo-server calls every Application Unknown for a minute.
  const start = async (component: Component): Promise<void> => {
    const workload = await api.get('apps/v1', component.workload, component.object, ARGOCD_NAMESPACE);
    supervisor.start({
      name: component.name,
      command: join(bin, component.name),
      args: component.args,
      cwd: folder,
      env: {
        ...(await containerEnv(api, workload)),
        ...localEnv(folder, bin),
        ...extraEnv,
        KUBECONFIG: await kubeconfigOf(plane, workload),
      },
    });
    const health = `http://127.0.0.1:${component.health}`;
    await until(`${component.name} to be healthy`, async () => (await fetch(health)).ok, {
      guard,
    });
  };
  for (const component of components) await start(component);
  const url = `http://127.0.0.1:${ports.server}`;
  const secret = await until(
    'the initial admin password',
    () => api.find('v1', 'Secret', 'argocd-initial-admin-secret', ARGOCD_NAMESPACE),
    { guard },
  );
  const password = Buffer.from((secret.data as { password: string }).password, 'base64').toString('utf8');
  const argo = new ArgoApi(url, api, guard);
  await until('the admin to log in', async () => (await argo.login('admin', password), true), { guard });
  return {
    url,
    api: argo,
    metrics: { controller: ports.controllerMetrics, repoServer: ports.repoMetrics },
    restart: async (name) => {
      await supervisor.stop(name);
      await start(components.find((component) => component.name === name)!);
    },
    passwordCommand: `kubectl -n ${ARGOCD_NAMESPACE} get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d`,
  };
}

/** Redis with the password that Argo CD's own tool makes, as the init container of its Deployment would. */
async function startRedis(
  folder: string,
  bin: string,
  supervisor: Supervisor,
  plane: ControlPlane,
  port: number,
): Promise<void> {
  const workload = await plane.api.get('apps/v1', 'Deployment', 'argocd-redis', ARGOCD_NAMESPACE);
  await run(join(bin, 'argocd'), ['admin', 'redis-initial-password', '--namespace', ARGOCD_NAMESPACE], {
    env: { ...localEnv(folder, bin), KUBECONFIG: await kubeconfigOf(plane, workload) },
  });
  const secret = await plane.api.get('v1', 'Secret', 'argocd-redis', ARGOCD_NAMESPACE);
  const password = Buffer.from((secret.data as { auth: string }).auth, 'base64').toString('utf8');
  const config = join(folder, 'redis/redis.conf');
  const lines = ['bind 127.0.0.1', `port ${port}`, 'save ""', 'appendonly no', `requirepass "${password}"`];
  writeFileSync(config, lines.join('\n'), { mode: 0o600 });
  supervisor.start({ name: 'redis', command: 'redis-server', args: [config], cwd: join(folder, 'redis') });
}

/** What differs from a container: folders of its own, Git's settings of nobody, the API server by kubeconfig. */
function localEnv(folder: string, bin: string): Record<string, string> {
  return {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    GIT_CONFIG_NOSYSTEM: '1',
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    // Seconds between waves; 2 otherwise, and the sample has six of them.
    ARGOCD_SYNC_WAVE_DELAY: '1',
    ARGOCD_TLS_DATA_PATH: join(folder, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(folder, 'ssh'),
    ARGOCD_PLUGINSOCKFILEPATH: join(folder, 'plugins'),
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
    ARGOCD_GNUPGHOME: join(folder, 'gpg'),
    ARGOCD_GPG_ENABLED: 'false',
  };
}

async function kubeconfigOf(plane: ControlPlane, workload: Live): Promise<string> {
  const { template } = workload.spec as { template: { spec: { serviceAccountName: string } } };
  const account = template.spec.serviceAccountName;
  const { status } = await plane.api.json<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${ARGOCD_NAMESPACE}/serviceaccounts/${account}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    },
  );
  return plane.kubeconfigFor(account, status.token, ARGOCD_NAMESPACE);
}
