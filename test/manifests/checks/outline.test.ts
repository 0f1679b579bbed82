import { checkStages, outlineOf, RULES } from '../../../src/manifests/checks';
import { outlinesOf } from '../../../src/manifests/checks/outline';
import type { KubeObject } from '../../../src/model/kube';
import {
  configMap,
  deployment,
  object,
  problemsOf,
  podSpec,
  scope,
  service,
  stage,
  statefulSet,
  withField,
} from '../objects';

type Path = readonly (string | number)[];

const rbac = 'rbac.authorization.k8s.io/v1';
const gateway = 'gateway.networking.k8s.io/v1';
const reference = (name: string) => ({ name, key: 'KEY', optional: false });
const matchLabels = { app: 'web' };
const expressions = [{ key: 'app', operator: 'In', values: ['web'] }];
const metric = (name: string) => ({ name, target: { type: 'Utilization', averageUtilization: 80 } });
const container = {
  env: [
    { name: 'PLAIN', value: 'planted-env' },
    { name: 'A', valueFrom: { configMapKeyRef: reference('data') } },
    { name: 'B', valueFrom: { secretKeyRef: reference('data') } },
  ],
  envFrom: [{ configMapRef: { name: 'data' } }, { secretRef: { name: 'data', optional: true } }],
  args: ['planted-argument'],
};
const volumes = [
  { name: 'config', configMap: { name: 'data', items: [{ key: 'KEY', path: 'a' }] } },
  { name: 'secret', secret: { secretName: 'data', optional: true } },
  { name: 'claim', persistentVolumeClaim: { claimName: 'data-db-0' } },
  {
    name: 'all',
    projected: { sources: [{ configMap: reference('data') }, { secret: reference('sealed') }] },
  },
  { name: 'csi', csi: { driver: 'a', nodePublishSecretRef: { name: 'external' } } },
  { name: 'own', ephemeral: { volumeClaimTemplate: {} } },
];
const pod = podSpec(container, {
  volumes,
  serviceAccountName: 'web',
  imagePullSecrets: [{ name: 'data' }],
  initContainers: [{ name: 'first', image: 'a:1', restartPolicy: 'Always', ports: [{ containerPort: 9 }] }],
});
const webBackend = { service: { name: 'web', port: { number: 80 } } };

/** An object of every kind that rules across objects read, each fitting the others. */
const complete: readonly KubeObject[] = [
  withField(deployment('web', pod), ['spec', 'selector', 'matchExpressions'], expressions),
  statefulSet('db', podSpec(), { serviceName: 'db', volumeClaimTemplates: [{ metadata: { name: 'data' } }] }),
  object('v1', 'ReplicationController', 'old', {
    spec: { selector: { app: 'old' }, template: { metadata: { labels: { app: 'old' } }, spec: podSpec() } },
  }),
  object('v1', 'Pod', 'alone', { metadata: { labels: { app: 'alone' } }, spec: podSpec() }),
  object('batch/v1', 'CronJob', 'nightly', {
    spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'n' } }, spec: pod } } } },
  }),
  object('v1', 'ServiceAccount', 'web', {
    secrets: [{ name: 'issued' }],
    imagePullSecrets: [{ name: 'tls' }],
  }),
  service('web', { ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] }),
  service('db', { clusterIP: 'None' }),
  configMap('data', { KEY: 'planted-data' }),
  object('v1', 'Secret', 'data', {
    data: { KEY: 'planted-secret' },
    stringData: { OTHER: 'planted-string' },
  }),
  object('bitnami.com/v1alpha1', 'SealedSecret', 'sealing', {
    spec: {
      encryptedData: { KEY: 'planted' },
      template: { metadata: { name: 'sealed' }, data: { X: 'planted' } },
    },
  }),
  object('external-secrets.io/v1', 'ExternalSecret', 'outside', {
    spec: { data: [{ secretKey: 'KEY', remoteRef: { key: 'planted' } }], target: { name: 'external' } },
  }),
  object('cert-manager.io/v1', 'Certificate', 'issued', { spec: { secretName: 'issued' } }),
  object('networking.k8s.io/v1', 'Ingress', 'web', {
    metadata: { annotations: { 'cert-manager.io/issuer': 'planted-issuer', note: 'planted-note' } },
    spec: {
      defaultBackend: webBackend,
      rules: [{ host: 'a.example', http: { paths: [{ path: '/', backend: webBackend }] } }],
      tls: [{ secretName: 'tls' }],
    },
  }),
  object(gateway, 'HTTPRoute', 'web', {
    spec: {
      hostnames: ['b.example'],
      parentRefs: [{ kind: 'Gateway', name: 'own', namespace: 'shop' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ group: '', kind: 'Service', name: 'web', namespace: 'shop', port: 80 }],
        },
      ],
    },
  }),
  object(gateway, 'Gateway', 'own', { spec: {} }),
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        { type: 'Resource', resource: metric('memory') },
        { type: 'ContainerResource', containerResource: { ...metric('cpu'), container: 'web' } },
      ],
    },
  }),
  object('keda.sh/v1alpha1', 'ScaledObject', 'db', {
    spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'db' } },
  }),
  object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
    spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  }),
  object('v1', 'LimitRange', 'limits', { spec: { limits: [{ defaultRequest: { memory: '1Gi' } }] } }),
  object('policy/v1', 'PodDisruptionBudget', 'web', { spec: { selector: { matchLabels } } }),
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: {
      podSelector: { matchLabels },
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'db' } } }, { ipBlock: { cidr: '10.0.0.0/8' } }],
          ports: [{ port: 'http' }],
        },
      ],
      egress: [
        {
          to: [
            {
              podSelector: {},
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
            },
          ],
          ports: [{ port: 'http' }],
        },
      ],
    },
  }),
  object(rbac, 'Role', 'reader', { rules: [] }),
  object(rbac, 'RoleBinding', 'reader', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
  }),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'verticalpodautoscalers.autoscaling.k8s.io', {
    spec: {
      group: 'autoscaling.k8s.io',
      scope: 'Namespaced',
      names: { kind: 'VerticalPodAutoscaler', plural: 'verticalpodautoscalers' },
    },
  }),
];

/** What answers to the same hosts in another stage. */
const twins: readonly KubeObject[] = [
  object('networking.k8s.io/v1', 'Ingress', 'twin', {
    metadata: { namespace: 'prod' },
    spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/' }] } }] },
  }),
  object(gateway, 'HTTPRoute', 'twin', {
    metadata: { namespace: 'prod' },
    spec: { hostnames: ['b.example'], rules: [{}] },
  }),
];

const stagesOf = (objects: readonly KubeObject[]) => [
  stage(objects, { podSecurity: 'privileged' }),
  stage(twins, { name: 'prod', namespaces: ['prod'] }),
];

const across = RULES.filter((rule) => rule.of === 'all');
/** As a file would hold it: a list has no holes. */
const plain = (one: KubeObject): KubeObject => JSON.parse(JSON.stringify(one)) as KubeObject;

/** Every place in a value, its own among them. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

test('the objects that follow fit together, but for what two stages must not share', () => {
  const problems = checkStages(stagesOf(complete), scope);
  expect(problems.map(({ code }) => code)).toEqual(['host-twice', 'host-twice']);
});

describe('whatever stands at any place, the rules find on outlines what they find on whole objects', () => {
  const odd = [undefined, null, 'http', {}, [{ name: 'x', port: 'y' }]];
  test.each(complete.map((one, i) => [`${one.kind} ${one.metadata.name}`, one, i] as const))(
    '%s',
    (_, one, i) => {
      for (const path of pathsOf(one)) {
        // An object without these is none.
        if (['', 'apiVersion', 'kind', 'metadata', 'metadata.name'].includes(path.join('.'))) continue;
        for (const value of odd) {
          const stages = stagesOf(complete.with(i, plain(withField(one, path, value))));
          // As text: to compare problems field by field takes longer than to find them.
          expect(JSON.stringify(problemsOf(across, stages, outlinesOf))).toBe(
            JSON.stringify(problemsOf(across, stages)),
          );
        }
      }
    },
  );
});

test('an outline holds no data, no environment, no arguments and no annotation', () => {
  expect(JSON.stringify(complete)).toContain('planted');
  expect(JSON.stringify(complete.map(outlineOf))).not.toContain('planted');
});

test('what an object does alone leaves its outline as it is', () => {
  const web = deployment('web', pod, { replicas: 2 });
  const first = ['spec', 'template', 'spec', 'containers', 0];
  const changes: [Path, unknown][] = [
    [['spec', 'replicas'], 3],
    [[...first, 'image'], 'ghcr.io/acme/web:1.2.4'],
    [[...first, 'env', 0, 'value'], 'other'],
    [[...first, 'resources', 'limits', 'memory'], '1Gi'],
    [['spec', 'template', 'metadata', 'annotations'], { a: 'b' }],
    [['metadata', 'labels'], { a: 'b' }],
  ];
  for (const [path, value] of changes) expect(outlineOf(withField(web, path, value))).toEqual(outlineOf(web));
});

test('the outline of an outline is itself, and it is plain JSON', () => {
  const outlines = complete.map(outlineOf);
  expect(outlines.map(outlineOf)).toEqual(outlines);
  expect(JSON.parse(JSON.stringify(outlines))).toEqual(outlines);
});
