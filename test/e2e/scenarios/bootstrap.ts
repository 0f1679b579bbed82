import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARGOCD_NAMESPACE } from '../harness/argocd';
import type { Api, Live } from '../harness/api';
import type { Cluster } from '../harness/cluster';
import type { Context, Scenario } from '../harness/scenario';
import { parseObjects, type Workspace } from '../harness/workspace';
import { GROUPS, hook, NAMES, STAGES, stage } from './sample';

/** Argo CD from its manifest, the rest from dist/argocd; both once more, and nothing changes. */
export const bootstrapScenario: Scenario = {
  name: NAMES.bootstrap,
  async run(context) {
    const { cluster, workspace } = context;
    configure(context);
    await workspace.deliver('the sample');
    await cluster.kubectl(['create', 'namespace', ARGOCD_NAMESPACE]);
    await cluster.api.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'stageline-oidc',
        namespace: ARGOCD_NAMESPACE,
        labels: { 'app.kubernetes.io/part-of': 'argocd' },
      },
      stringData: { clientSecret: 'unused: nobody logs in through a browser here' },
    });
    const manifest = argoCdManifest(cluster, workspace, 'argocd/manifests');
    await applyAll(cluster, manifest);
    await applyDelivery(context);
    context.argo = await cluster.startArgoCd({ SSL_CERT_FILE: cluster.plane.caFile });
    // Argo CD writes each Application once by itself, with `jsonnet: {}` in it.
    for (const name of STAGES) {
      await context.argo.api.until(stage(name), 'compared', ({ reconciledAt }) => reconciledAt !== undefined);
    }

    const objects = [...manifest, ...workspace.objects('argocd')];
    const before = await snapshot(cluster.api, objects);
    assert.equal(before.length, objects.length);
    await applyAll(cluster, manifest);
    await applyDelivery(context);
    assert.deepEqual(await snapshot(cluster.api, objects), before, 'a second apply changed something');
    for (const name of STAGES) {
      for (const kind of ['AppProject', 'Application']) {
        assert.ok(await cluster.api.find('argoproj.io/v1alpha1', kind, stage(name), ARGOCD_NAMESPACE));
      }
    }
  },
};

/** Another version of the manifest, then this one: nothing that holds data or delivers is deleted or replaced. */
export const upgradeScenario: Scenario = {
  name: 'another version of Argo CD and back replaces no CRD, project or Application',
  needs: [NAMES.bootstrap, NAMES.sample],
  async run({ cluster, workspace }) {
    const { api } = cluster;
    const previous = argoCdManifest(cluster, workspace, 'argocd-previous');
    const current = argoCdManifest(cluster, workspace, 'argocd/manifests');
    const images = async (): Promise<string> =>
      JSON.stringify((await api.get('apps/v1', 'Deployment', 'argocd-server', ARGOCD_NAMESPACE)).spec);
    const before = await identities(api);
    assert.match(await images(), /argocd:v3\.2\.6/);
    await applyAll(cluster, previous);
    assert.match(await images(), /argocd:v3\.2\.5/);
    assert.deepEqual(await identities(api), before);
    await applyAll(cluster, current);
    assert.match(await images(), /argocd:v3\.2\.6/);
    assert.deepEqual(await identities(api), before);
  },
};

/** What the sample does not have: single sign-on, owners, and a hook. */
function configure({ cluster, workspace }: Context): void {
  const { identity } = cluster;
  workspace.editYaml('environments/base.yaml', (base) => {
    base.setIn(['delivery', 'argocd', 'url'], 'https://argocd.example.com');
    base.setIn(['delivery', 'argocd', 'adminAccount'], true);
    base.setIn(['delivery', 'argocd', 'oidc'], {
      name: 'e2e',
      issuer: identity.issuer,
      clientID: identity.clientId,
    });
  });
  // Its first sync meets a hook when not even the namespace is there.
  workspace.editYaml('environments/dev.yaml', (dev) =>
    dev.setIn(['apps', 'backend', 'hooks', 'migrate'], hook('PreSync', 'migration', 'true')),
  );
  workspace.editYaml('environments/prod.yaml', (prod) => {
    prod.setIn(['owners', 'sync'], [GROUPS.owners]);
    prod.setIn(['owners', 'view'], [GROUPS.viewers]);
  });
}

/** Everything below dist/argocd, as the documentation says: by kubectl, server-side. */
export async function applyDelivery({ cluster, workspace }: Context): Promise<void> {
  await cluster.kubectl([
    'apply',
    '--server-side',
    '--recursive',
    '--filename',
    join(workspace.folder, 'dist/argocd'),
  ]);
}

/** The official manifest without the settings that dist/argocd brings. */
function argoCdManifest({ tools }: Cluster, workspace: Workspace, from: string): Live[] {
  const [tool, ...rest] = from.split('/') as [string, ...string[]];
  const own = new Set(workspace.objects('argocd').map(keyOf));
  return parseObjects(readFileSync(join(tools[tool]!, ...rest, 'install.yaml'), 'utf8'))
    .map((object) => withNamespace(object))
    .filter((object) => !own.has(keyOf(object)));
}

const CLUSTER_SCOPED = ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'];

function withNamespace(object: Live): Live {
  if (CLUSTER_SCOPED.includes(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, namespace: ARGOCD_NAMESPACE } };
}

async function applyAll({ kubectl }: Cluster, objects: readonly Live[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl(['apply', '--server-side', '--filename', '-'], JSON.stringify(list));
}

function keyOf({ kind, metadata }: Live): string {
  return `${kind}/${metadata.name}`;
}

/** Each object as it was asked for: without what the server and the controllers write. */
async function snapshot(api: Api, objects: readonly Live[]): Promise<unknown[]> {
  const live = await Promise.all(
    objects.map(({ apiVersion, kind, metadata }) =>
      api.get(apiVersion, kind, metadata.name, metadata.namespace),
    ),
  );
  return live.map(({ status: _status, operation: _operation, metadata, ...rest }) => {
    const { resourceVersion: _version, managedFields: _fields, generation, ...kept } = metadata;
    // An Application's status counts as a change of it: it has no status subresource.
    return { ...rest, metadata: rest.kind === 'Application' ? kept : { ...kept, generation } };
  });
}

/** The uid of everything that must survive an upgrade. */
async function identities(api: Api): Promise<string[]> {
  const lists = await Promise.all([
    api.list('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    api.list('argoproj.io/v1alpha1', 'AppProject'),
    api.list('argoproj.io/v1alpha1', 'Application'),
    ...STAGES.map((name) => api.list('apps/v1', 'Deployment', stage(name))),
  ]);
  return lists
    .flat()
    .map(
      ({ kind, metadata }) =>
        `${kind}/${metadata.name} ${metadata.uid} ${String(metadata.deletionTimestamp)}`,
    )
    .sort();
}
