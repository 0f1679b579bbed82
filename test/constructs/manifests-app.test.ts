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

  test('have no policy and no account when they run no pods', () => {
    expect(render({}, manifests.slice(3)).map((object) => object.kind)).toEqual([
      'CustomResourceDefinition',
      'Fleet',
    ]);
  });
});
