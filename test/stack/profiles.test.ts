import { parse } from 'yaml';
import type { Repository } from '../../src/model/environment';
import { describeObject, type KubeObject } from '../../src/model/kube';
import { repositoryOf } from '../delivery/fixture';
import { named, run, type Run } from './fixture';

const PEM = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----';
const profiled = (profile: string, more: object = {}): Repository =>
  repositoryOf({}, { delivery: { argocd: { profile, ...more } } });

function installed({ resources }: Run): KubeObject[] {
  return resources.filter(({ type }) => type.endsWith('ConfigGroup')).flatMap(({ objects }) => objects);
}

describe('a profile', () => {
  test('minimal goes without what nothing uses, and keeps every definition', async () => {
    const names = installed(await run(profiled('minimal'))).map(describeObject);
    expect(names).toContain('Deployment argocd/argocd-server');
    expect(names).toContain('CustomResourceDefinition applicationsets.argoproj.io');
    expect(names.filter((name) => /dex|Deployment.*applicationset/.test(name))).toEqual([]);
  });

  test('standard is the manifest as the project publishes it', async () => {
    const names = installed(await run(profiled('standard'))).map(describeObject);
    expect(names).toContain('Deployment argocd/argocd-dex-server');
    expect(names).toContain('NetworkPolicy argocd/argocd-dex-server-network-policy');
  });

  test('sets how much Argo CD does at a time', async () => {
    const processors = async (profile: string): Promise<number> => {
      const data = named(await run(profiled(profile)), 'configmap-argocd-cmd-params-cm').inputs['data'];
      return Number((data as Record<string, string>)['controller.status.processors']);
    };
    const [minimal, standard, ha] = [
      await processors('minimal'),
      await processors('standard'),
      await processors('ha'),
    ];
    expect([minimal < standard, standard < ha]).toEqual([true, true]);
  });
});

describe('another namespace', () => {
  test('reaches every namespaced object, and the subjects of the cluster role bindings', async () => {
    const result = await run(profiled('standard', { namespace: 'gitops' }));
    const objects = installed(result);
    const namespaced = objects.filter(({ kind }) => !/^(Cluster|CustomResource)/.test(kind));
    expect(new Set(namespaced.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['gitops']));
    const binding = objects.find(({ kind }) => kind === 'ClusterRoleBinding')!;
    expect(binding.metadata.namespace).toBeUndefined();
    expect(binding['subjects']).toEqual([
      { kind: 'ServiceAccount', name: 'argocd-server', namespace: 'gitops' },
    ]);
    expect(named(result, 'application-shop-dev').objects[0]!.metadata.namespace).toBe('gitops');
  });
});

describe('the Helm chart', () => {
  const values = (result: Run): Record<string, Record<string, unknown>> =>
    result.resources.find(({ type }) => type.endsWith('Release'))!.inputs['values'] as never;

  test('is pinned, keeps its definitions and creates none of the settings', async () => {
    const result = await run(profiled('ha'), { installer: 'helm', chart: { version: '9.1.0' } });
    const release = result.resources.find(({ type }) => type === 'kubernetes:helm.sh/v3:Release')!;
    expect(release.inputs).toMatchObject({
      chart: 'argo-cd',
      version: '9.1.0',
      createNamespace: false,
      // A process that is not ready yet would keep the projects from being emptied.
      skipAwait: true,
    });
    expect(values(result)).toMatchObject({
      crds: { install: true, keep: true },
      configs: { cm: { create: false }, params: { create: false }, rbac: { create: false } },
      notifications: { cm: { create: false }, secret: { create: false } },
      'redis-ha': { enabled: true },
      global: { image: { tag: 'v3.2.6' } },
    });
    expect(installed(result)).toEqual([]);
    expect(named(result, 'appproject-default').dependsOn).toContain('argocd');
  });

  test.each([
    [
      { repository: 'https://mirror.example/charts' },
      { repositoryOpts: { repo: 'https://mirror.example/charts' } },
    ],
    [
      { oci: 'oci://registry.example/argo-cd' },
      { chart: 'oci://registry.example/argo-cd', version: '9.1.0' },
    ],
    [{ path: './charts/argo-cd' }, { chart: './charts/argo-cd' }],
  ])('comes from where it is said to be: %j', async (place, inputs) => {
    const result = await run(repositoryOf(), { installer: 'helm', chart: { version: '9.1.0', ...place } });
    expect(result.resources.find(({ type }) => type.endsWith('Release'))!.inputs).toMatchObject(inputs);
  });

  test('without a version is a problem', async () => {
    const { problems } = await run(repositoryOf(), { installer: 'helm' });
    expect(problems.map(({ code }) => code)).toEqual(['chart-version']);
  });

  test('that is not where the stack says is a problem, and so are settings of the other installer', async () => {
    const place = { version: '9.1.0', path: './nowhere' };
    const helm = await run(repositoryOf(), { installer: 'helm', chart: place, manifest: 'install.yaml' });
    expect(helm.problems.map(({ code, cause }) => [code, cause])).toEqual([
      ['stack-config', 'stageline:manifest has no effect: stageline:installer is helm'],
      ['chart-missing', 'stageline:chart.path is ./nowhere, where there is no chart'],
    ]);
    const { problems } = await run(repositoryOf(), { chart: place });
    expect(problems.map(({ cause }) => cause)).toEqual([
      'stageline:chart has no effect: stageline:installer is manifest',
    ]);
  });
});

describe('secrets', () => {
  const ssh = repositoryOf({}, { repository: { url: 'ssh://git@git.example/shop.git' } });
  const remote = repositoryOf(
    { prod: { cluster: 'eu' } },
    {
      clusters: {
        main: { kubernetes: '1.34' },
        eu: { kubernetes: '1.34', server: 'https://eu.example:6443' },
      },
    },
  );

  test('reach the cluster as Secrets, and nothing else', async () => {
    const settings = {
      repository: { sshPrivateKey: PEM },
      notifications: { 'slack-token': 'hunter2' },
    };
    const result = await run(ssh, settings);
    expect(result.problems).toEqual([]);
    const repository = named(result, 'secret-stageline-repository').objects[0]!;
    expect(repository.metadata.labels).toEqual({ 'argocd.argoproj.io/secret-type': 'repository' });
    expect(repository['data']).toEqual({
      sshPrivateKey: '[secret]',
      type: '[secret]',
      url: '[secret]',
    });
    // Masked by the recorder because Pulumi knows that it is a secret: nothing else hides it.
    const everything = JSON.stringify([result.resources, result.outputs]);
    expect(everything).not.toContain('hunter2');
    expect(everything).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8));
  });

  test('that are missing are named before anything is created, with the command to set them', async () => {
    const codes = async (repository: Repository, settings = {}): Promise<string[]> =>
      (await run(repository, settings)).problems.map(({ code }) => code);
    expect(await codes(ssh)).toEqual(['secret-missing']);
    expect(await codes(repositoryOf(), { repository: { sshPrivateKey: PEM } })).toEqual(['secret-unfit']);
    expect(await codes(remote)).toEqual(['cluster-not-registered']);
    expect(await codes(remote, { clusters: { eu: 'registered' } })).toEqual([]);
    const oidc = { name: 'SSO', issuer: 'https://id.example', clientID: 'argocd' };
    const sso = profiled('standard', { url: 'https://cd.example', oidc });
    expect(await codes(sso)).toEqual(['secret-missing']);
    expect(await codes(sso, { oidcClientSecret: 'x' })).toEqual([]);
  });

  test('register the clusters that Argo CD does not run in', async () => {
    const credentials = { bearerToken: 'hunter2', caData: 'Y2E=' };
    const result = await run(remote, { clusters: { eu: credentials } });
    expect(result.problems).toEqual([]);
    const secret = named(result, 'secret-stageline-cluster-eu');
    expect(secret.objects[0]!.metadata.labels).toEqual({ 'argocd.argoproj.io/secret-type': 'cluster' });
    expect(named(result, 'application-shop-prod').dependsOn).toContain('secret-stageline-cluster-eu');
    expect(named(result, 'application-shop-prod').objects[0]!['spec']).toMatchObject({
      destination: { server: 'https://eu.example:6443', namespace: 'shop-prod' },
    });
  });

  test('of a cluster that nobody knows are told, beside the one that is not registered', async () => {
    const { problems } = await run(remote, { clusters: { ue: 'registered' } });
    expect(problems.map(({ code, remedy }) => [code, remedy])).toEqual([
      ['cluster-not-registered', expect.stringContaining('clusters.eu')],
      ['stack-config', expect.stringContaining('"eu"')],
    ]);
  });

  test('register the own cluster too where Argo CD has to reach it by its address from outside', async () => {
    const own = repositoryOf(
      { prod: { cluster: 'eu' } },
      {
        clusters: {
          main: { kubernetes: '1.34' },
          eu: { kubernetes: '1.34', server: 'https://eu.example:6443', hub: 'eu' },
        },
      },
    );
    const { problems } = await run(own, { cluster: 'eu' });
    expect(problems.map(({ code }) => code)).toEqual(['cluster-not-registered']);
    expect((await run(own, { cluster: 'eu', clusters: { eu: 'registered' } })).problems).toEqual([]);
    expect((await run(own, { cluster: 'main' })).problems).toEqual([]);
  });

  test('of single sign-on lie under the name that argocd-cm refers to', async () => {
    const oidc = { name: 'SSO', issuer: 'https://id.example', clientID: 'argocd' };
    const sso = profiled('standard', { url: 'https://cd.example', oidc });
    const result = await run(sso, { oidcClientSecret: 'hunter2' });
    const { data } = named(result, 'configmap-argocd-cm').inputs as { data: Record<string, string> };
    const reference = (parse(data['oidc.config']!) as { clientSecret: string }).clientSecret;
    const secret = named(result, 'secret-stageline-oidc').objects[0]!;
    expect(reference).toBe(`$${secret.metadata.name}:${Object.keys(secret['data'] as object)[0]!}`);
    // Argo CD only looks into Secrets that carry this label.
    expect(secret.metadata.labels).toEqual({ 'app.kubernetes.io/part-of': 'argocd' });
  });
});

describe('several Argo CDs', () => {
  const clusters = { eu: { kubernetes: '1.34' }, us: { kubernetes: '1.34' } };
  const repository = repositoryOf(
    { dev: { cluster: 'eu' }, staging: { cluster: 'eu' }, prod: { cluster: 'us' } },
    { clusters },
  );

  test('have a stack each, with the stages of its own cluster', async () => {
    const result = await run(repository, { cluster: 'us' });
    expect(result.outputs['applications']).toEqual([
      { name: 'shop-prod', sync: 'manual', createdBy: 'pulumi' },
    ]);
    expect(named(result, 'gitops-cluster').inputs['clusterIdentifier']).toBe('us');
  });

  test('are none where no cluster has one: that is told, and the clusters', async () => {
    const nowhere = repositoryOf(
      {},
      { clusters: { main: { kubernetes: '1.34', server: 'https://main.example.com' } } },
    );
    await expect(run(nowhere)).rejects.toThrow('cluster "main" is not registered with any Argo CD');
  });

  test.each([{}, { cluster: 'asia' }])('are not mixed up: %j is refused', async (settings) => {
    await expect(run(repository, settings)).rejects.toThrow('stageline:cluster <one of: eu, us>');
  });
});
