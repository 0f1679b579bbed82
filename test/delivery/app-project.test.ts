import { parse } from 'yaml';
import { clusterKinds, deliveryFiles } from '../../src/delivery';
import type { KubeObject } from '../../src/model/kube';
import type { RenderedStage } from '../../src/model/rendered';
import { owners } from '../../src/model/delivery/owners';
import { APP, emitted, NAMESPACE_ONLY, repositoryOf } from './fixture';

const specOf = (object: KubeObject): Record<string, unknown> => object['spec'] as Record<string, unknown>;
const dataOf = (object: KubeObject): Record<string, string> => object['data'] as Record<string, string>;

describe('the AppProject of a stage', () => {
  test('permits exactly one repository, and the namespaces of the stage on its cluster', () => {
    const app = { namespace: 'shop-prod-db' };
    const repository = repositoryOf({ prod: { apps: { db: { ...APP, ...app } } } });
    expect(specOf(emitted(repository, 'AppProject', 'shop-prod'))).toMatchObject({
      sourceRepos: ['https://git.example/shop.git'],
      destinations: [
        { server: 'https://kubernetes.default.svc', namespace: 'shop-prod' },
        { server: 'https://kubernetes.default.svc', namespace: 'shop-prod-db' },
      ],
    });
  });

  test('permits of the kinds without a namespace those that the stage renders, and no others', () => {
    const kinds = new Map([
      [
        'dev',
        {
          clusterScoped: [
            { group: '', kind: 'Namespace' },
            { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
            { group: '', kind: 'Namespace' },
          ],
          objects: 3,
        },
      ],
    ]);
    const projects = deliveryFiles(repositoryOf(), kinds)
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind === 'AppProject');
    const whitelist = (name: string): unknown =>
      specOf(projects.find(({ metadata }) => metadata.name === name)!)['clusterResourceWhitelist'];
    expect(whitelist('shop-dev')).toEqual([
      { group: '', kind: 'Namespace' },
      { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
    ]);
    expect(whitelist('shop-prod')).toBeUndefined();
  });

  test('has no wildcard in anything that it permits', () => {
    for (const { objects } of deliveryFiles(
      repositoryOf({}, { delivery: { owner: 'root' } }),
      NAMESPACE_ONLY,
    )) {
      for (const object of objects.filter(({ kind }) => kind === 'AppProject')) {
        const { sourceRepos, destinations, clusterResourceWhitelist } = specOf(object);
        expect(JSON.stringify([sourceRepos, destinations, clusterResourceWhitelist])).not.toContain('*');
      }
    }
  });

  test('comes before its Applications where a root Application syncs both', () => {
    const wave = (owner: 'root' | 'pulumi'): unknown =>
      emitted(repositoryOf({}, { delivery: { owner } }), 'AppProject', 'shop-dev').metadata.annotations;
    expect(wave('root')).toEqual({ 'argocd.argoproj.io/sync-wave': '-1' });
    expect(wave('pulumi')).toBeUndefined();
  });

  test('carries the windows of the stage, each with a time zone and for every Application in it', () => {
    const windows = [
      { kind: 'allow', schedule: '0 8 * * 1-5', duration: '8h', timeZone: 'Europe/Berlin' },
      { kind: 'deny', schedule: '0 0 24 12 *', duration: '72h', manualSync: true, description: 'Christmas' },
    ];
    const project = emitted(repositoryOf({ prod: { windows } }), 'AppProject', 'shop-prod');
    expect(specOf(project)['syncWindows']).toEqual([
      { ...windows[0], applications: ['*'] },
      { ...windows[1], applications: ['*'], timeZone: 'Etc/UTC' },
    ]);
  });

  test('gives each kind of owner its role and nothing more', () => {
    const repository = repositoryOf({
      prod: { owners: { sync: ['sre', 'oncall'], override: ['leads'], view: ['devs'] } },
    });
    const roles = specOf(emitted(repository, 'AppProject', 'shop-prod'))['roles'] as {
      name: string;
      policies: string[];
      groups: string[];
    }[];
    const may = Object.fromEntries(
      roles.map(({ name, policies }) => [
        name,
        policies.map((policy) => policy.split(', ').slice(2, 4).join(' ')),
      ]),
    );
    expect(may).toEqual({
      view: ['applications get', 'logs get'],
      sync: ['applications get', 'logs get', 'applications sync'],
      override: ['applications get', 'logs get', 'applications sync', 'applications override'],
    });
    expect(roles.find(({ name }) => name === 'sync')!.groups).toEqual(['oncall', 'sre']);
    // The form that Argo CD insists on, for the project it stands in.
    for (const { name, policies } of roles) {
      for (const policy of policies)
        expect(policy).toMatch(
          new RegExp(`^p, proj:shop-prod:${name}, (applications|logs), \\w+, shop-prod/\\*, allow$`),
        );
    }
    expect(specOf(emitted(repository, 'AppProject', 'shop-dev'))).not.toHaveProperty('roles');
  });

  test.each(['role:admin', 'proj:x:y', 'a,b', 'a\nb', 'a"b', ' a', 'a ', '', '#a', 'g, x'])(
    'takes no group called %j, which would end or open a policy line',
    (group) => {
      expect(owners.safeParse({ sync: [group] }).success).toBe(false);
    },
  );
});

describe('the default project', () => {
  test('has lost every permission, in so many words', () => {
    expect(specOf(emitted(repositoryOf(), 'AppProject', 'default'))).toMatchObject({
      sourceRepos: [],
      destinations: [],
      clusterResourceWhitelist: [],
      namespaceResourceBlacklist: [{ group: '*', kind: '*' }],
    });
  });
});

describe('argocd-rbac-cm', () => {
  test('lets nobody do anything who is in no group', () => {
    const data = dataOf(emitted(repositoryOf(), 'ConfigMap', 'argocd-rbac-cm'));
    expect(data).toEqual({ 'policy.default': '', scopes: '[groups]' });
  });

  test('makes admins of the admins, and shows owners their project', () => {
    const repository = repositoryOf(
      { prod: { owners: { sync: ['sre'], view: ['devs'] } } },
      { delivery: { argocd: { admins: ['platform'] } } },
    );
    expect(dataOf(emitted(repository, 'ConfigMap', 'argocd-rbac-cm'))['policy.csv']!.split('\n')).toEqual([
      'g, platform, role:admin',
      'p, role:shop-prod, projects, get, shop-prod, allow',
      'g, devs, role:shop-prod',
      'g, sre, role:shop-prod',
      '',
    ]);
  });
});

describe('argocd-cm', () => {
  test('carries the label without which Argo CD does not see it', () => {
    for (const name of ['argocd-cm', 'argocd-rbac-cm', 'argocd-cmd-params-cm', 'argocd-notifications-cm'])
      expect(emitted(repositoryOf(), 'ConfigMap', name).metadata.labels).toMatchObject({
        'app.kubernetes.io/part-of': 'argocd',
      });
  });

  test('sends people to the identity provider, refers to the secret, and closes the built-in account', () => {
    const oidc = { name: 'SSO', issuer: 'https://id.example', clientID: 'argocd' };
    const repository = repositoryOf({}, { delivery: { argocd: { url: 'https://cd.example', oidc } } });
    const data = dataOf(emitted(repository, 'ConfigMap', 'argocd-cm'));
    expect(data).toMatchObject({ url: 'https://cd.example', 'admin.enabled': 'false' });
    expect(parse(data['oidc.config']!)).toEqual({
      ...oidc,
      requestedScopes: ['openid', 'profile', 'email', 'groups'],
      clientSecret: '$stageline-oidc:clientSecret',
    });
    expect(dataOf(emitted(repositoryOf(), 'ConfigMap', 'argocd-cm'))['admin.enabled']).toBe('true');
  });

  test('gives Applications a health where one Application owns the others, so that its waves wait', () => {
    const key = 'resource.customizations.health.argoproj.io_Application';
    const root = repositoryOf({}, { delivery: { owner: 'root' } });
    expect(dataOf(emitted(root, 'ConfigMap', 'argocd-cm'))[key]).toContain('status.health');
    expect(dataOf(emitted(repositoryOf(), 'ConfigMap', 'argocd-cm'))).not.toHaveProperty(key);
  });

  test('lists in YAML that parses what Argo CD does not watch', () => {
    const data = dataOf(emitted(repositoryOf(), 'ConfigMap', 'argocd-cm'));
    const kinds = (parse(data['resource.exclusions']!) as { kinds: string[] }[]).flatMap(
      (entry) => entry.kinds,
    );
    expect(kinds).toEqual(expect.arrayContaining(['EndpointSlice', 'Lease', 'TokenReview']));
  });
});

describe('clusterKinds', () => {
  test('are those of the objects that name no namespace', () => {
    const object = (kind: string, namespace?: string): KubeObject => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) },
    });
    const stage = {
      name: 'dev',
      files: [{ objects: [object('ClusterRole'), object('Role', 'shop-dev')] }],
    } as unknown as RenderedStage;
    expect(clusterKinds([stage])).toEqual(
      new Map([
        ['dev', { clusterScoped: [{ group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' }], objects: 2 }],
      ]),
    );
  });
});
