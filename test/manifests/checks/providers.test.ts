import { crdIndex, kubernetesSchemas } from '../../../src/manifests/schema/store';
import { KUBERNETES_VERSIONS } from '../../../src/model/cluster';
import { checkStages } from '../../../src/manifests/checks';
import { causes, deployment, findings, object, podSpec, scope, stage, statefulSet } from '../objects';

const rule = 'no-provider';
const none = { provides: [] };

test('Kubernetes itself provides its own kinds', () => {
  expect(
    causes(
      rule,
      [deployment('web'), object('batch/v1', 'CronJob', 'c'), object('v1', 'Namespace', 'n')],
      none,
    ),
  ).toEqual([]);
});

test('a problem names the cluster and what to add to its list', () => {
  const [problem] = findings(rule, [object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web')], none);
  expect(problem).toMatchObject({
    cause: 'HTTPRoute shop/web: needs gateway-api, which cluster "local" does not provide',
    remedy:
      'Once it is installed there, add "gateway-api" to clusters.local.provides in environments/base.yaml.',
  });
});

const policy = (name: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec: { podSelector: {} } });

test('a stage without network policies is told so once, and what it could say instead', () => {
  const problems = findings(rule, [policy('a'), policy('b')], none);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    cause: expect.stringContaining('NetworkPolicy shop/a: needs network-policy') as string,
    remedy:
      'Once it is installed there, add "network-policy" to clusters.local.provides in environments/base.yaml; if that may be so, say why there, as "openNetwork".',
  });
});

test('a cluster that says why its network is open may have policies that nobody enforces', () => {
  const open = { provides: [], openNetwork: 'for trying out' };
  expect(causes(rule, [policy('a')], open)).toEqual([]);
  expect(causes(rule, [object('networking.k8s.io/v1', 'Ingress', 'x')], open)).toHaveLength(1);
});

const hpa = (spec: object, version = 'autoscaling/v2') =>
  object(version, 'HorizontalPodAutoscaler', 'web', { spec });
const cpu = { metrics: [{ type: 'Resource', resource: { name: 'cpu' } }] };

test.each([
  ['argo-cd', object('argoproj.io/v1alpha1', 'Application', 'x')],
  ['argo-rollouts', object('argoproj.io/v1alpha1', 'Rollout', 'x')],
  ['cert-manager', object('cert-manager.io/v1', 'Certificate', 'x')],
  ['external-secrets', object('external-secrets.io/v1', 'ExternalSecret', 'x')],
  ['flux', object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'x')],
  ['gateway-api', object('gateway.networking.k8s.io/v1', 'Gateway', 'x')],
  ['ingress', object('networking.k8s.io/v1', 'Ingress', 'x')],
  ['keda', object('keda.sh/v1alpha1', 'TriggerAuthentication', 'x')],
  ['kyverno', object('kyverno.io/v1', 'Policy', 'x')],
  ['metrics-server', hpa(cpu)],
  ['metrics-server', hpa({})],
  ['metrics-server', hpa({ targetCPUUtilizationPercentage: 50 }, 'autoscaling/v1')],
  ['network-policy', object('networking.k8s.io/v1', 'NetworkPolicy', 'x', { spec: { podSelector: {} } })],
  ['persistent-volumes', object('v1', 'PersistentVolumeClaim', 'x')],
  [
    'persistent-volumes',
    statefulSet('x', podSpec(), { volumeClaimTemplates: [{ metadata: { name: 'd' } }] }),
  ],
  ['persistent-volumes', deployment('x', podSpec({}, { volumes: [{ name: 'v', ephemeral: {} }] }))],
  ['prometheus-operator', object('monitoring.coreos.com/v1', 'ServiceMonitor', 'x')],
  ['sealed-secrets', object('bitnami.com/v1alpha1', 'SealedSecret', 'x')],
] as const)('%s is needed for %j', (capability, needing) => {
  expect(causes(rule, [needing], none)).toEqual([
    expect.stringContaining(`needs ${capability}, which cluster "local"`),
  ]);
  expect(causes(rule, [needing], { provides: [capability] })).toEqual([]);
});

test('an autoscaler by other metrics than resources needs no metrics-server', () => {
  expect(causes(rule, [hpa({ metrics: [{ type: 'External', external: {} }] })], none)).toEqual([]);
});

test('an Ingress that asks for a certificate needs cert-manager', () => {
  const annotations = { 'cert-manager.io/cluster-issuer': 'letsencrypt' };
  const ingress = object('networking.k8s.io/v1', 'Ingress', 'web', { metadata: { annotations } });
  expect(causes(rule, [ingress], { provides: ['ingress'] })).toEqual([
    'Ingress shop/web: metadata.annotations needs cert-manager, which cluster "local" does not provide',
  ]);
});

describe('a kind of an unknown group', () => {
  const widget = object('example.com/v1', 'Widget', 'w');
  const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
    spec: { group: 'example.com', names: { plural: 'widgets', kind: 'Widget' }, scope: 'Namespaced' },
  });

  test('is refused', () => {
    expect(causes(rule, [widget])).toEqual([
      'Widget shop/w: needs the definition of Widget.example.com, which cluster "local" does not provide',
    ]);
  });

  test('is provided by its definition, rendered by any stage of the same cluster', () => {
    const found = (server?: string) =>
      checkStages(
        [stage([widget]), stage([crd], { name: 'platform', ...(server ? { server } : {}) })],
        scope,
      ).filter((problem) => problem.code === rule);
    expect(found()).toEqual([]);
    expect(found('https://other.example.com')).toHaveLength(1);
  });
});

describe('the schemas that ship', () => {
  const kindsOf = (index: object) =>
    Object.keys(index).map((key) => {
      const slash = key.lastIndexOf('/');
      return object(key.slice(0, slash), key.slice(slash + 1), 'x');
    });

  test('know who provides a custom kind just as the rule does', () => {
    const index = crdIndex();
    const kinds = kindsOf(index);
    expect(kinds.length).toBeGreaterThan(30);
    for (const custom of kinds) {
      const { project } = index[`${custom.apiVersion}/${custom.kind}`]!;
      expect(causes(rule, [custom], none)).toEqual([expect.stringContaining(`needs ${project},`)]);
    }
  });

  test.each(KUBERNETES_VERSIONS)('of Kubernetes %s hold no kind that would need a definition', (version) => {
    const found = causes(rule, kindsOf(kubernetesSchemas(version).kinds), { ...none, kubernetes: version });
    expect(found.filter((cause) => cause.includes('needs the definition'))).toEqual([]);
  });
});
