import { startCluster, type Cluster } from './harness/cluster';
import { ARGOCD_NAMESPACE } from './harness/argocd';
import { inSession, Stopped } from './harness/session';
import { until } from './harness/wait';

const WORKLOADS = [
  ['Deployment', 'argocd-applicationset-controller'],
  ['Deployment', 'argocd-notifications-controller'],
  ['Deployment', 'argocd-redis'],
  ['Deployment', 'argocd-repo-server'],
  ['Deployment', 'argocd-server'],
  ['StatefulSet', 'argocd-application-controller'],
] as const;

/**
 * `npm run cluster`: the cluster with Argo CD, until Ctrl-C. `npm run cluster -- --bare` leaves the installation to
 * you (`pulumi up`, say) and starts Argo CD's processes as soon as its objects are there.
 */
async function main(bare: boolean): Promise<void> {
  await inSession({ endsBySignal: true }, async (session) => {
    const cluster = await startCluster(session);
    session.log(`export KUBECONFIG=${cluster.plane.kubeconfig}`);
    session.log(`export PATH=${cluster.tools.kubernetes}:${cluster.tools.argocd}:$PATH`);
    session.log(`Git, for Argo CD: ${cluster.git.fileUrl}`);
    session.log(`Git, for you:     git push ${cluster.git.pushUrl} HEAD:main`);
    if (bare) session.log('now install Argo CD: its processes start when its objects are there');
    else await install(cluster);
    await Promise.race([
      until('Argo CD to be installed', () => installed(cluster), { within: 86_400 }),
      session.stopped,
    ]);
    const argo = await cluster.startArgoCd();
    const host = argo.url.replace('http://', '');
    session.log(`Argo CD: ${argo.url} (API only: its Go module does not carry the built UI)`);
    session.log(`argocd login ${host} --plaintext --username admin --password "$(${argo.passwordCommand})"`);
    session.log('Ctrl-C ends it');
    await session.stopped;
  }).catch((error: unknown) => {
    if (error instanceof Stopped) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

async function install({ kubectl, tools }: Cluster): Promise<void> {
  await kubectl(['create', 'namespace', ARGOCD_NAMESPACE]);
  const manifest = `${tools.argocd}/manifests/install.yaml`;
  await kubectl(['apply', '--server-side', '--namespace', ARGOCD_NAMESPACE, '--filename', manifest]);
}

async function installed({ api, supervisor }: Cluster): Promise<boolean> {
  supervisor.assertAlive();
  const found = await Promise.all(
    WORKLOADS.map(([kind, name]) => api.find('apps/v1', kind, name, ARGOCD_NAMESPACE)),
  );
  return found.every(Boolean);
}

void main(process.argv.includes('--bare')).finally(() => process.exit());
