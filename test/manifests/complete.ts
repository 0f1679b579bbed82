import type { KubeObject } from '../../src/model/kube';
import { configMap, deployment, object, podSpec, service, statefulSet, withField } from './objects';

const rbac = 'rbac.authorization.k8s.io/v1';
export const gateway = 'gateway.networking.k8s.io/v1';
const reference = (name: string, key = 'KEY') => ({ name, key });
const absent = { name: 'absent', key: 'KEY', optional: true };
const matchLabels = { app: 'web' };
const expressions = [{ key: 'app', operator: 'In', values: ['web'] }];
const metric = (name: string) => ({ name, target: { type: 'Utilization', averageUtilization: 80 } });
const container = {
  env: [
    { name: 'PLAIN', value: 'planted-env' },
    { name: 'A', valueFrom: { configMapKeyRef: reference('data') } },
    { name: 'B', valueFrom: { secretKeyRef: reference('data', 'OTHER') } },
    { name: 'C', valueFrom: { secretKeyRef: reference('external') } },
    { name: 'D', valueFrom: { configMapKeyRef: absent } },
    { name: 'E', valueFrom: { secretKeyRef: absent } },
  ],
  envFrom: [{ configMapRef: { name: 'data' } }, { secretRef: { name: 'data' } }, { secretRef: absent }],
  resources: { requests: { cpu: '100m' }, limits: { memory: '64Mi' } },
  args: ['planted-argument'],
};
const volumes = [
  { name: 'config', configMap: { name: 'data', items: [{ key: 'KEY', path: 'a' }] } },
  { name: 'binary', configMap: { name: 'data', items: [{ key: 'BINARY', path: 'a' }] } },
  { name: 'secret', secret: { secretName: 'data' } },
  { name: 'none', secret: { secretName: 'absent', optional: true } },
  { name: 'claim', persistentVolumeClaim: { claimName: 'data-db-0' } },
  {
    name: 'all',
    projected: {
      sources: [
        { configMap: { name: 'data', items: [{ key: 'KEY' }] } },
        { secret: { name: 'sealed', items: [{ key: 'KEY' }, { key: 'X' }] } },
        { configMap: absent, secret: absent },
      ],
    },
  },
  { name: 'csi', csi: { driver: 'a', nodePublishSecretRef: { name: 'external' } } },
  { name: 'own', ephemeral: { volumeClaimTemplate: {} } },
];
const pod = podSpec(container, {
  volumes,
  serviceAccountName: 'web',
  imagePullSecrets: [{ name: 'data' }],
  initContainers: [
    {
      name: 'first',
      image: 'a:1',
      restartPolicy: 'Always',
      ports: [{ containerPort: 9 }],
      resources: { limits: { memory: '1Mi' } },
    },
  ],
});
const webBackend = { service: { name: 'web', port: { number: 80 } } };

/** An object of every kind that rules across objects read, each fitting the others. */
export const complete: readonly KubeObject[] = [
  withField(deployment('web', pod), ['spec', 'selector', 'matchExpressions'], expressions),
  statefulSet('db', podSpec(), { serviceName: 'db', volumeClaimTemplates: [{ metadata: { name: 'data' } }] }),
  object('v1', 'ReplicationController', 'old', {
    spec: { selector: { app: 'old' }, template: { metadata: { labels: { app: 'old' } }, spec: podSpec() } },
  }),
  object('v1', 'Pod', 'alone', { metadata: { labels: { app: 'alone' } }, spec: podSpec() }),
  object('batch/v1', 'CronJob', 'nightly', {
    spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'nightly' } }, spec: pod } } } },
  }),
  object('v1', 'ServiceAccount', 'web', {
    secrets: [{ name: 'issued' }],
    imagePullSecrets: [{ name: 'tls' }],
  }),
  service('web', {
    ports: [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
      { name: 'number', port: 81, targetPort: 8080 },
      { name: 'beside', port: 82, targetPort: 9 },
    ],
  }),
  service('db', { clusterIP: 'None', ports: [{ port: 80, targetPort: 8080 }] }),
  service('old'),
  service('alone', { ports: [{ port: 80, targetPort: 8080 }] }),
  service('nightly', { ports: [{ port: 80, targetPort: 9 }] }),
  service('outside', { type: 'ExternalName', selector: { app: 'nobody' } }),
  { ...configMap('data', { KEY: 'planted-data' }), binaryData: { BINARY: 'planted-binary' } },
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
      parentRefs: [
        { kind: 'Gateway', name: 'own', namespace: 'shop' },
        { kind: 'Gateway', name: 'public', namespace: 'gateways' },
        { kind: 'Service', name: 'mesh' },
      ],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { group: '', kind: 'Service', name: 'web', namespace: 'shop', port: 80 },
            { kind: 'Service', name: 'far', namespace: 'elsewhere', port: 80 },
            { group: 'store.example.com', kind: 'Service', name: 'bucket' },
            { kind: 'Bucket', name: 'bucket' },
          ],
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
  ...[
    object('v1', 'LimitRange', 'limits', { spec: { limits: [{ defaultRequest: { cpu: '1' } }] } }),
    deployment('bare', podSpec({ resources: {} })),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'bare', {
      spec: { scaleTargetRef: { name: 'bare' }, metrics: [{ type: 'Resource', resource: metric('cpu') }] },
    }),
    object('v1', 'ServiceAccount', 'other'),
  ].map((one) => withField(one, ['metadata', 'namespace'], 'other')),
  object('policy/v1', 'PodDisruptionBudget', 'web', { spec: { selector: { matchLabels } } }),
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: {
      podSelector: { matchLabels },
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: { app: 'db' } } },
            { podSelector: { matchLabels: { app: 'nobody' } }, ipBlock: { cidr: '10.0.0.0/8' } },
            {
              podSelector: { matchLabels: { app: 'bare' } },
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } },
            },
          ],
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
    subjects: [
      { kind: 'ServiceAccount', name: 'web', namespace: 'shop' },
      { kind: 'ServiceAccount', name: 'other', namespace: 'other' },
      { kind: 'User', name: 'jane' },
    ],
  }),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'verticalpodautoscalers.autoscaling.k8s.io', {
    spec: {
      group: 'autoscaling.k8s.io',
      scope: 'Namespaced',
      names: { kind: 'VerticalPodAutoscaler', plural: 'verticalpodautoscalers' },
    },
  }),
];
