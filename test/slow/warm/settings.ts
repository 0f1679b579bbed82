import { planted } from '../../support/planted';

/** Values that a key may get, as YAML; null removes it. Some are right for some apps or stages, some for none. */
export type Settings = Readonly<Record<string, readonly string[]>>;

/** What looks like a credential: never to be kept. */
export const CREDENTIALS = [planted.password(), planted.githubToken(), planted.awsKeyId()] as const;
const CIPHERTEXT = planted.ciphertext();
const SMALL = 'resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }';

/** Of an app, by path. */
export const OF_APP: Settings = {
  image: ['registry.example.com/shop/x:2.0.0', 'other.example.com/x:3', 'x:latest', 'x', 'null'],
  'env.LOG_LEVEL': ['debug', 'warn', '"yes"', 'null', '3', 'trace'],
  'env.COLOR': ['red', 'null', '""'],
  'env.__proto__': ['a'],
  'env.constructor': ['a'],
  'env.DB_PASSWORD': [...CREDENTIALS.map((each) => JSON.stringify(each)), 'null', 'vault'],
  env: ['{}', 'null', '{ B: b, A: a }', '{ A: a, B: b }', '[]'],
  files: ['{ /etc/a: x }', '{ /etc/a: { content: y, mode: "0755" }, /etc/b/c: z }', 'null'],
  args: ['[--a]', '[--b, --c]', 'null'],
  replicas: ['1', '2', 'two', 'null', '0'],
  autoscaling: [
    '{ minReplicas: 2, maxReplicas: 4, cpuUtilization: 50 }',
    '{ minReplicas: 5, maxReplicas: 4 }',
    'null',
  ],
  disruptionBudget: ['{ minAvailable: 1 }', '{ maxUnavailable: 1 }', 'null'],
  'ports.http.containerPort': ['8080', '9090', '"x"', '8081'],
  'ports.http.servicePort': ['80', '8000', 'null'],
  'ports.http': ['null', '{ containerPort: 8080, servicePort: 80 }'],
  'ports.web': ['{ containerPort: 8088, servicePort: 88 }', 'null'],
  'ports.extra': ['null', '{ containerPort: 8081, servicePort: 82 }'],
  'probes.readiness.httpGet.port': ['http', 'web', '8080', 'extra'],
  'probes.liveness': ['{ tcpSocket: { port: http } }', '{ exec: { command: [ls] } }', 'null'],
  'resources.requests.cpu': ['20m', '4', '1m'],
  'resources.limits.memory': ['64Mi', '8Mi', '2Gi', 'null'],
  route: ['{ hostnames: [a.example.com] }', '{ hostnames: [web.example.com], path: /web }', 'null'],
  'route.hostnames': ['[web.example.com]', '[b.example.com, c.example.com]', 'web'],
  'route.path': ['/', '/web', '/api'],
  'ingress.host': ['api.example.com', 'web.example.com', 'Bad_Host'],
  'ingress.port': ['http', 'extra', 'gone'],
  'ingress.tls': ['{ secretName: api-tls }', 'null'],
  ingress: ['null', '{ host: api.example.com }'],
  'network.to': ['[api]', '[db]', '[web, queue]', '[gone]', '[]', '[web2]', '[vendor]'],
  'network.fromNamespaces': ['[ingress]', '[]'],
  'network.toCidrs': ['[{ cidr: 203.0.113.0/24, ports: [443] }]', '[{ cidr: x, ports: [1] }]'],
  namespace: ['shop-own', 'shop-dev', 'kube-system', 'null', 'other'],
  renamedFrom: ['old', 'web', 'api', 'null'],
  labels: ['{ team: a }', '{ team: b, tier: c }', 'null', '{ "bad key!": x }'],
  annotations: ['{ example.com/a: b }', 'null'],
  'secrets.session': [
    '{ env: { SESSION_KEY: key } }',
    '{ env: { SESSION_KEY: other } }',
    '{ existing: mine, env: { SESSION_KEY: key } }',
    `{ env: { SESSION_KEY: key }, sealed: { key: ${CIPHERTEXT} } }`,
    'null',
  ],
  volumes: ['{ tmp: { mountPath: /tmp2, emptyDir: {} } }', '{ c: { mountPath: /c, configMap: vendored } }'],
  'volumes.data': [
    '{ mountPath: /data, claimTemplate: { storage: 2Gi } }',
    '{ mountPath: /d, claim: { storage: 1Gi } }',
  ],
  hooks: [
    `{ check: { phase: PostSync, ${SMALL} } }`,
    `{ check: { phase: PreSync, command: [ls], ${SMALL} } }`,
    'null',
  ],
  sidecars: [`{ proxy: { image: p:1.0.0, ports: { admin: { containerPort: 9901 } }, ${SMALL} } }`, 'null'],
  unhardened: ['{ runAsNonRoot: the image runs as root }', 'null', '{ dropAllCapabilities: x }'],
  patches: [
    '[{ kind: Service, op: add, path: /spec/sessionAffinity, value: ClientIP }]',
    '[{ kind: Service, op: add, path: /spec/portz, value: 1 }]',
    '[{ kind: Deployment, op: replace, path: /spec/gone, value: 1 }]',
    '[{ kind: NetworkPolicy, op: add, path: /spec/ingress, value: [] }]',
    'null',
  ],
  schedule: ['"1 2 * * *"', 'never'],
  kind: ['worker', 'service', 'job', 'stateful', 'nope'],
  imagePullSecrets: ['[pull]', '[]'],
  preStop: [
    '{ sleepSeconds: 5 }',
    '{ httpGet: { path: /stop, port: http } }',
    '{ sleepSeconds: 50 }',
    'null',
  ],
  rplicas: ['2'],
};

/** Of base.yaml or a stage, by path. */
export const OF_STAGE: Settings = {
  cluster: ['hub', 'one', 'two', 'gone', 'null'],
  podSecurity: ['baseline', 'restricted', 'privileged', 'strict', 'null'],
  resourceQuota: ['{ pods: 10 }', 'null', '{ pods: -1 }'],
  limitRange: ['{ max: { memory: 48Mi } }', '{ max: { memory: 4Gi } }', 'null'],
  namespaceLabels: ['{ a: b }', 'null', '{ a: c }'],
  existing: ['[Secret/pull]', '[Secret/mine, Secret/pull]', '[]', 'null'],
  images: ['{ registries: [registry.example.com] }', '{ requireDigest: true }', 'null', '{ registries: [] }'],
  secrets: [
    '{ provider: existing }',
    '{ provider: sealedSecrets, sealedSecrets: { certificate: cert.pem } }',
    '{ provider: externalSecrets, externalSecrets: { store: { clusterStore: other } } }',
    '{ provider: externalSecrets }',
  ],
  notifications: [
    '[{ service: email, to: a@example.com, on: [deployed] }]',
    '[{ service: slack, channel: ops, on: [sync-failed] }]',
    '[]',
    'null',
  ],
  windows: [
    '[{ kind: deny, schedule: "0 0 * * 6", duration: 48h }]',
    '[{ kind: allow, schedule: "0 8 * * *", duration: 8h, timeZone: Europe/Berlin }]',
    '[{ kind: allow, schedule: "0 8 * *", duration: 8h }]',
    'null',
  ],
  owners: ['{ sync: [team-a] }', '{ sync: [team-a], override: [team-b] }', 'null'],
  sync: ['{ mode: auto }', '{ mode: manual }', '{ mode: auto, prune: false }', 'null'],
  ignoreDifferences: ['[{ group: apps, kind: Deployment, jsonPointers: [/spec/replicas] }]', 'null'],
  outlives: ['true', 'false', 'null'],
  typo: ['1'],
};

/** Of a stage's own file alone, by path. */
export const OF_STAGE_FILE: Settings = {
  promotesFrom: ['dev', 'staging', 'prod', 'gone', 'null'],
  namespace: ['shop-x', 'shop-dev', 'null', 'kube-public'],
  fleet: ['[{ clusters: [one, two] }]', '[{ clusters: [hub] }, { clusters: [one] }]', 'null', '[]'],
  parity: ['{ with: staging }', '{ with: dev, except: [Job, CronJob] }', '{ with: gone }', 'null'],
  gates: [
    '{ approvals: { people: [alice] } }',
    '{ approvals: { teams: [acme/ops], count: 2 } }',
    '{ soak: 1h }',
    'null',
  ],
  hold: ['christmas is near', 'null'],
  own: ['[web.replicas]', 'null', '[web]'],
  revision: ['release', 'null'],
  allowDestructive: ['["remove stage x"]', 'null'],
};

/** Of base.yaml alone, by path. */
export const OF_REPOSITORY: Settings = {
  project: ['shop', 'store'],
  'repository.revision': ['main', 'trunk', '"a b"'],
  'repository.host': ['gitlab', 'github', 'null'],
  'delivery.applications': ['perApp', 'perEnvironment', 'each'],
  'delivery.owner': ['root', 'pulumi'],
  'delivery.argocd.profile': ['minimal', 'ha', 'standard'],
  'delivery.argocd.namespace': ['argocd', 'gitops'],
  'delivery.argocd.email': ['{ host: mail.example.com, from: argo@example.com }', 'null'],
  'delivery.records': ['{ to: github, appID: 1, installationID: 2 }', 'null'],
  'clusters.hub.kubernetes': ['"1.33"', '"1.31"', '"1.28"', '"1.99"', '1.33'],
  'clusters.one.kubernetes': ['"1.33"', '"1.34"', '"1.29"'],
  'clusters.two.kubernetes': ['"1.32"', '"1.33"', '"1.34"'],
  'clusters.one.server': ['https://one.example.com', 'https://two.example.com', 'https://x.example.com/'],
  'clusters.hub.provides': [
    '[external-secrets, gateway-api, ingress, metrics-server, network-policy, persistent-volumes]',
    '[network-policy]',
    '[external-secrets, gateway-api, ingress, metrics-server, network-policy, persistent-volumes, argo-cd, keda, sealed-secrets]',
  ],
  'clusters.two.provides': ['[gateway-api]'],
  'clusters.hub.gateway': ['null', '{ name: gw, namespace: gateway }', '{ name: other, namespace: gateway }'],
  'clusters.one.monitoring': ['null', '{ namespace: metrics }'],
  allowDestructive: ['["remove stage x"]', '["remove stage staging"]', 'null'],
  'clusters.three': ['{ kubernetes: "1.33" }', 'null'],
};

/** Apps that may come. */
export const APPS: readonly string[] = [
  `{ kind: service, image: shop/web2:1.0.0, ports: { http: { containerPort: 80, servicePort: 80 } }, ${SMALL} }`,
  `{ kind: worker, image: shop/web2:1.0.0, network: { to: [web] }, ${SMALL} }`,
  `{ kind: service, image: shop/web2:1.0.0, ports: { http: { containerPort: 80, servicePort: 80 } }, route: { hostnames: [web.example.com], path: /web }, ${SMALL} }`,
  '{ kind: manifests, path: vendor }',
  '{ kind: manifests, path: vendor/sub/, images: { vendored: shop/v:2.0.0 } }',
  '{ kind: manifests, path: elsewhere }',
  '{ image: shop/web2:1.0.0 }',
];

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: vendored }
spec:
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: vendored
          image: vendored:1.0.0
          resources: { requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } }
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
`;
/** What a folder of manifests may hold. */
export const MANIFESTS: readonly string[] = [
  DEPLOYMENT,
  DEPLOYMENT.replace('vendored:1.0.0', 'vendored:1.1.0'),
  DEPLOYMENT.replace('containers:', 'container:'),
  'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: vendored }\ndata: { a: b }\n',
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: vendored }\ndata:\n  password: ${CREDENTIALS[0]}\n`,
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: vendored }\ndata:\n  password: ${CREDENTIALS[0]} # allowSecret: planted\n`,
  'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.example.com }\n' +
    'spec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Thing, plural: things }\n' +
    '  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]\n',
  'apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: a }\n',
  'not: an object\n',
  'a: [',
];
