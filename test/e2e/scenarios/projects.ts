import assert from 'node:assert/strict';
import { ARGOCD_NAMESPACE } from '../harness/argocd';
import { ArgoError } from '../harness/argocd-api';
import { argoOf, type Context, type Scenario } from '../harness/scenario';
import { until } from '../harness/wait';
import { GROUPS, NAMES, stage } from './sample';

const FOLDER = 'e2e-foreign';
const SERVER = 'https://kubernetes.default.svc';

/** Applications of dev's project that reach for what is not dev's, under the running controller. */
export const projectScenario: Scenario = {
  name: 'a project refuses a foreign repository, namespace, cluster and cluster-scoped kind',
  needs: [NAMES.sample],
  async run(context) {
    const { cluster, workspace } = context;
    const dev = stage('dev');
    const metadata = (name: string): object => ({ name, ...(name === 'plain' && { namespace: dev }) });
    workspace.write(
      `${FOLDER}/all.yaml`,
      [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('plain') },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: metadata('e2e-foreign'),
          rules: [],
        },
      ]
        .map((object) => JSON.stringify(object))
        .join('\n---\n'),
    );
    await workspace.push('a cluster-scoped kind that no stage renders');
    const url = cluster.git.fileUrl;
    const here = { server: SERVER, namespace: dev };
    await refused(context, 'foreign-repo', `${url}.other`, here, /is not permitted in project/);
    await refused(
      context,
      'foreign-namespace',
      url,
      { server: SERVER, namespace: 'kube-system' },
      /do not match any of the allowed destinations/,
    );
    await refused(
      context,
      'foreign-cluster',
      url,
      { server: 'https://192.0.2.1', namespace: dev },
      /192\.0\.2\.1/,
    );

    const name = 'foreign-kind';
    await create(context, name, url, here);
    const argo = argoOf(context).api;
    await argo.refresh(name);
    await argo.sync(name).catch((error: unknown) => assert.ok(error instanceof ArgoError, String(error)));
    const status = await argo.untilDone(name);
    assert.equal(status.operationState?.phase, 'Failed');
    const resources = status.operationState?.syncResult?.resources ?? [];
    const role = resources.find(({ kind }) => kind === 'ClusterRole');
    assert.match(role?.message ?? '', /is not permitted in project/);
    const { api } = cluster;
    assert.equal(await api.find('rbac.authorization.k8s.io/v1', 'ClusterRole', 'e2e-foreign'), undefined);
    assert.equal(await api.find('v1', 'ConfigMap', 'plain', dev), undefined, 'a part of it was applied');
    await api.delete('argoproj.io/v1alpha1', 'Application', name, ARGOCD_NAMESPACE);
    workspace.remove(FOLDER);
    await workspace.push('without it');
  },
};

/** An Application that names no project gets Argo CD's default one, which permits nothing. */
export const defaultProjectScenario: Scenario = {
  name: 'the default project permits nothing',
  needs: [NAMES.sample],
  async run(context) {
    const url = context.cluster.git.fileUrl;
    const destination = { server: SERVER, namespace: stage('dev') };
    await refused(
      context,
      'default-project',
      url,
      destination,
      /is not permitted in project 'default'/,
      'default',
    );
  },
};

/** Tokens of the identity provider, as argocd-server judges them. */
export const rbacScenario: Scenario = {
  name: "an owner's token syncs prod, a viewer's and another group's cannot",
  needs: [NAMES.sample],
  async run(context) {
    const argo = argoOf(context).api;
    const { identity } = context.cluster;
    const prod = stage('prod');
    const token = (group: string): string => identity.tokenFor(`somebody of ${group}`, [group]);
    const get = (name: string, bearer: string): Promise<unknown> =>
      argo.call('GET', `/api/v1/applications/${name}`, undefined, bearer);
    const forbidden = (error: unknown): boolean => error instanceof ArgoError && error.status === 403;

    const [owner, viewer, other] = [GROUPS.owners, GROUPS.viewers, GROUPS.others].map(token) as [
      string,
      string,
      string,
    ];
    const { operationState } = await argo.status(prod);
    await assert.rejects(argo.sync(prod, { token: other }), forbidden, "another group's token synced prod");
    await assert.rejects(argo.sync(prod, { token: viewer }), forbidden, "a viewer's token synced prod");
    await assert.rejects(get(prod, other), forbidden, "another group's token sees prod");
    await assert.rejects(
      get(prod, 'not a token'),
      (error) => error instanceof ArgoError && error.status === 401,
    );
    await get(prod, viewer);
    assert.equal(
      (await argo.status(prod)).operationState?.startedAt,
      operationState?.startedAt,
      'something synced',
    );

    await assert.rejects(
      argo.sync(stage('staging'), { token: owner }),
      forbidden,
      'an owner of prod synced staging',
    );
    await assert.rejects(
      argo.call('DELETE', `/api/v1/applications/${prod}?cascade=true`, undefined, owner),
      forbidden,
      'an owner may delete the Application',
    );
    await argo.sync(prod, { token: owner });
    const status = await argo.until(
      prod,
      'synced by the owner',
      (each) =>
        each.operationState?.startedAt !== operationState?.startedAt &&
        each.operationState?.phase === 'Succeeded',
    );
    assert.equal(status.operationState?.phase, 'Succeeded');
    await argo.untilSynced(prod);
  },
};

async function create(
  { cluster }: Context,
  name: string,
  repoURL: string,
  destination: object,
  project = stage('dev'),
): Promise<void> {
  await cluster.api.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: ARGOCD_NAMESPACE },
    spec: { project, source: { repoURL, targetRevision: 'main', path: FOLDER }, destination },
  });
}

async function refused(
  context: Context,
  name: string,
  repoURL: string,
  destination: object,
  why: RegExp,
  project?: string,
): Promise<void> {
  await create(context, name, repoURL, destination, project);
  const argo = argoOf(context).api;
  const status = await until(`${name} to be refused`, async () => {
    const each = await argo.status(name);
    return each.conditions?.some(({ type }) => type === 'InvalidSpecError') && each;
  });
  assert.match(status.conditions?.map(({ message }) => message).join('\n') ?? '', why);
  // argocd-server may take the order; then it is the controller that must not carry it out.
  const taken = await argo.sync(name).then(
    () => true,
    (error: unknown) => (assert.ok(error instanceof ArgoError, String(error)), false),
  );
  if (taken) assert.match((await argo.untilDone(name)).operationState?.phase ?? '', /^(Error|Failed)$/);
  await context.cluster.api.delete('argoproj.io/v1alpha1', 'Application', name, ARGOCD_NAMESPACE);
}
