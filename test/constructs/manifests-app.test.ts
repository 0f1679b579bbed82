import { renderApp } from '../../src/constructs/render';
import type { KubeObject } from '../../src/model/kube';
import { appOf, at, only, stageOf, web } from '../support/environment';

const labels = { 'app.kubernetes.io/instance': 'redis', 'app.kubernetes.io/name': 'redis' };
const manifests: KubeObject[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'redis', namespace: 'upstream', labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          initContainers: [{ name: 'init', image: 'registry.example:5000/init:1.0@sha256:0a' }],
          containers: [{ name: 'redis', image: 'docker.io/redis:8.8.0', args: ['--save', ''] }],
        },
      },
    },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'redis', namespace: 'upstream' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'redis' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [
      { kind: 'ServiceAccount', name: 'redis', namespace: 'upstream' },
      { kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' },
    ],
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'fleets.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Cluster',
      names: { kind: 'Fleet', plural: 'fleets' },
      versions: [
        { name: 'v1', schema: { openAPIV3Schema: { properties: { constructor: { type: 'string' } } } } },
      ],
    },
  },
  { apiVersion: 'example.org/v1', kind: 'Fleet', metadata: { name: 'all' }, spec: { size: null } },
];
const render = (values: object = {}, objects = manifests) => {
  const apps = { cache: { kind: 'manifests', path: 'manifests/redis', ...values }, web };
  const stage = stageOf({ apps });
  return renderApp(stage, appOf(stage, 'cache'), { manifests: objects });
};

describe('published manifests', () => {
  test('come into the namespace of the app, but for the kinds that have none', () => {
    expect(
      render().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`),
    ).toEqual([
      'CustomResourceDefinition -/fleets.example.org',
      'NetworkPolicy shop-dev/stageline-cache',
      'ServiceAccount shop-dev/redis',
      'ClusterRoleBinding -/redis',
      'Deployment shop-dev/redis',
      'Fleet -/all',
    ]);
  });

  test('of several namespaces are not thrown together into one, whatever belongs to none', () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'leader-election', namespace: 'kube-system' },
    };
    expect(() => render({}, [...manifests, role])).toThrow(
      'the manifests of "cache" are of the namespaces "kube-system", "upstream", and all would come into "shop-dev"',
    );
    const crd = { ...manifests[3]!, metadata: { name: 'fleets.example.org', namespace: 'stray' } };
    expect(render({}, [...manifests.slice(0, 3), crd])).toHaveLength(5);
  });

  test('are followed by the references to what moved with them, and by no others', () => {
    expect(at(only(render(), 'ClusterRoleBinding'), 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'redis', namespace: 'shop-dev' },
      { kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' },
    ]);
  });

  test('keep their selectors and their own labels', () => {
    const deployment = only(render({ labels: { team: 'shop' } }), 'Deployment');
    expect(at(deployment, 'spec.selector')).toEqual({ matchLabels: labels });
    expect(at(deployment, 'spec.template.metadata.labels')).toEqual({ ...labels, 'stageline/app': 'cache' });
    expect(deployment.metadata?.labels).toEqual({
      ...labels,
      team: 'shop',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/environment': 'dev',
      'app.kubernetes.io/managed-by': 'stageline',
    });
  });

  test('go through as they are otherwise, CRDs too', () => {
    const before = structuredClone(manifests);
    expect(at(only(render(), 'CustomResourceDefinition'), 'spec')).toEqual(manifests[3]!.spec);
    expect(at(only(render(), 'Fleet'), 'spec')).toEqual({ size: null });
    expect(manifests).toEqual(before);
  });

  test('are found by the network policies of their callers', () => {
    const stage = stageOf({
      apps: { cache: { kind: 'manifests', path: 'm' }, web: { ...web, network: { to: ['cache'] } } },
    });
    const podSelector = { matchLabels: { 'stageline/app': 'cache' } };
    const caller = only(renderApp(stage, appOf(stage, 'web')), 'NetworkPolicy');
    expect(at(caller, 'spec.egress.1')).toEqual({ to: [{ podSelector }] });
    const called = only(renderApp(stage, appOf(stage, 'cache'), { manifests }), 'NetworkPolicy');
    expect(at(called, 'spec.podSelector')).toEqual(podSelector);
    expect(at(called, 'spec.ingress')).toEqual([
      { from: [{ podSelector }] },
      { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } } }] },
      { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }] },
    ]);
  });

  describe('that are called from outside the cluster', () => {
    const v1 = (kind: string, name: string, spec: object, apiVersion = 'v1'): KubeObject => ({
      apiVersion,
      kind,
      metadata: { name },
      spec,
    });
    const policies = (...more: KubeObject[]) =>
      render({}, [...manifests, ...more]).filter(({ kind }) => kind === 'NetworkPolicy');

    test('answer at the ports of a Service that has an address there, and at no others', () => {
      const ports = [
        { port: 80, targetPort: 'http' },
        { port: 53, protocol: 'UDP' },
      ];
      const open = v1('Service', 'open', { type: 'LoadBalancer', selector: { app: 'redis' }, ports });
      const inside = v1('Service', 'inside', { selector: { app: 'redis' }, ports });
      expect(policies(open, inside).map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
        ['stageline-cache', expect.anything()],
        [
          'stageline-cache-open',
          {
            podSelector: { matchLabels: { app: 'redis' } },
            policyTypes: ['Ingress'],
            ingress: [
              {
                ports: [
                  { port: 'http', protocol: 'TCP' },
                  { port: 53, protocol: 'UDP' },
                ],
              },
            ],
          },
        ],
      ]);
    });

    test('let in the controllers of their Ingresses and routes', () => {
      const from = (policy: KubeObject | undefined): unknown => at(policy, 'spec.ingress');
      const namespace = (name: string) => ({
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }],
      });
      const ingress = v1('Ingress', 'web', {}, 'networking.k8s.io/v1');
      const route = v1('HTTPRoute', 'web', {}, 'gateway.networking.k8s.io/v1');
      expect(from(policies(ingress)[0])).toContainEqual(namespace('ingress-nginx'));
      expect(from(policies(route)[0])).toContainEqual(namespace('gateways'));
      expect(from(policies()[0])).not.toContainEqual(namespace('ingress-nginx'));
    });
  });

  test('run other images where the stage says so, by name whatever the tag', () => {
    const images = {
      'docker.io/redis': 'mirror.example/redis:8.8.1',
      'registry.example:5000/init': 'registry.example:5000/init:2.0',
    };
    const spec = at(only(render({ images }), 'Deployment'), 'spec.template.spec');
    expect(at(spec, 'containers.0.image')).toBe('mirror.example/redis:8.8.1');
    expect(at(spec, 'initContainers.0.image')).toBe('registry.example:5000/init:2.0');
  });

  test('say so when none of them runs an image that is to be replaced', () => {
    expect(() => render({ images: { 'docker.io/redsi': 'x:1' } })).toThrow('Did you mean "docker.io/redis"?');
  });

  test('may come as a list, and be patched like all else', () => {
    const list = { apiVersion: 'v1', kind: 'List', metadata: { name: '' }, items: manifests };
    const patches = [{ kind: 'Deployment', op: 'add', path: '/spec/replicas', value: 2 }];
    expect(at(only(render({ patches }, [list]), 'Deployment'), 'spec.replicas')).toBe(2);
  });

  describe('with a hook', () => {
    const hooks = {
      migrate: { phase: 'PreSync', image: 'registry.example/migrate:1.0.0', resources: web.resources },
    };

    test('have an account for its pod, which no name in the folder collides with', () => {
      const objects = render({ hooks });
      const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount');
      expect(accounts.map(({ metadata }) => metadata.name).sort()).toEqual(['redis', 'stageline-cache']);
      const pod = at(only(objects, 'Job'), 'spec.template');
      expect(at(pod, 'spec.serviceAccountName')).toBe('stageline-cache');
      expect(at(only(objects, 'NetworkPolicy'), 'metadata.name')).toBe('stageline-cache');
    });

    test('let it talk to them, and no selector of theirs finds it', () => {
      const pod = at(only(render({ hooks }), 'Job'), 'spec.template');
      expect(at(pod, 'metadata.labels')).toEqual({
        'app.kubernetes.io/name': 'cache-migrate',
        'stageline/app': 'cache',
      });
    });

    test('have a policy for it, too, when they run no pods', () => {
      const policy = only(render({ hooks }, manifests.slice(3)), 'NetworkPolicy');
      expect(at(policy, 'spec.podSelector.matchLabels')).toEqual({ 'stageline/app': 'cache' });
    });

    test('give it the access to the API server that the app asks for', () => {
      const api = [{ resources: ['pods'], verbs: ['get'] }];
      const binding = only(render({ hooks, api }), 'RoleBinding');
      expect(at(binding, 'subjects')).toEqual([{ kind: 'ServiceAccount', name: 'stageline-cache' }]);
    });
  });

  test('refuse what would change nothing of them: access to the API server, and secrets', () => {
    const api = [{ resources: ['pods'], verbs: ['get'] }];
    expect(() => render({ api })).toThrow('cache.api says nothing of the pods of manifests');
    const secrets = { database: { existing: 'postgres' } };
    expect(() => render({ secrets })).toThrow('cache.secrets says nothing of the pods of manifests');
  });

  test('have no policy and no account when they run no pods', () => {
    expect(render({}, manifests.slice(3)).map((object) => object.kind)).toEqual([
      'CustomResourceDefinition',
      'Fleet',
    ]);
  });
});
