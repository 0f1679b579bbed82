import { checkStages, RULES } from '../../../src/manifests/checks';
import { configMap, deployment, object, podSpec, scope, service, stage, statefulSet } from '../objects';

const complete = () => [
  object('v1', 'Namespace', 'shop'),
  deployment('web', podSpec({ envFrom: [{ configMapRef: { name: 'web' } }] })),
  configMap('web', { A: 'b' }),
  service('web'),
  statefulSet('db', podSpec(), { serviceName: 'db', volumeClaimTemplates: [{ metadata: { name: 'data' } }] }),
  service('db', { clusterIP: 'None' }),
  object('policy/v1', 'PodDisruptionBudget', 'web', { spec: { selector: { matchLabels: { app: 'web' } } } }),
];

test('a stage that fits together has no problem', () => {
  expect(checkStages([stage(complete())], scope)).toEqual([]);
});

test('every rule has a name of its own, in kebab-case, and says what it is about', () => {
  const names = RULES.map((rule) => rule.name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, about } of RULES) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(about).toMatch(/^[A-Z].*\.$/);
  }
});

test('problems of all rules and all stages come at once', () => {
  const bad = deployment('Web', podSpec({ image: 'nginx', envFrom: [{ secretRef: { name: 'gone' } }] }));
  const problems = checkStages(
    [stage([bad, service('api')]), stage([bad], { name: 'prod', provides: [], podSecurity: 'baseline' })],
    scope,
  );
  expect(new Set(problems.map((p) => p.code))).toEqual(
    new Set(['duplicate-object', 'invalid-name', 'image-not-pinned', 'missing-reference', 'service-target']),
  );
  expect(new Set(problems.map((p) => p.at?.file))).toEqual(
    new Set(['environments/dev.yaml', 'environments/prod.yaml']),
  );
});

test('objects that are not what their kind promises make no rule throw', () => {
  const kinds = [
    ['apps/v1', 'Deployment'],
    ['batch/v1', 'CronJob'],
    ['v1', 'Service'],
    ['v1', 'ConfigMap'],
    ['v1', 'Pod'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ] as const;
  for (const spec of [
    null,
    1,
    'x',
    [],
    [null],
    { template: null },
    { template: { spec: { containers: [null, 1] } } },
  ]) {
    const objects = kinds.map(([apiVersion, kind]) =>
      object(apiVersion, kind, 'x', { spec, subjects: spec, data: spec }),
    );
    expect(() => checkStages([stage(objects)], scope)).not.toThrow();
  }
});
