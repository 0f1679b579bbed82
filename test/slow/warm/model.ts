import { parse, stringify } from 'yaml';

/** What YAML holds. */
export type Tree = { [key: string]: unknown };

/** A small repository as its files, before they are written. */
export interface Model {
  readonly base: Tree;
  readonly stages: Record<string, Tree>;
  /** Files outside of environments/, by path. */
  readonly others: Record<string, string>;
  /** What is done to the text of a file of environments/, after it is written as YAML. */
  readonly texts: Record<string, (text: string) => string>;
}

const RESOURCES = 'resources: { requests: { cpu: 50m, memory: 32Mi }, limits: { memory: 64Mi } }';
const IMAGE = 'image: registry.example.com/shop';

const BASE = `
project: shop
repository: { url: https://github.com/acme/shop.git, revision: main }
clusters:
  hub: &cluster
    kubernetes: '1.33'
    provides: [external-secrets, gateway-api, ingress, metrics-server, network-policy, persistent-volumes]
    gateway: { name: gw, namespace: gateway }
    ingress: { className: nginx, namespace: ingress-nginx }
    monitoring: { namespace: monitoring }
  one: { kubernetes: '1.33', server: https://one.example.com, hub: hub, provides: [external-secrets, gateway-api, ingress, metrics-server, network-policy, persistent-volumes], gateway: { name: gw, namespace: gateway }, ingress: { className: nginx, namespace: ingress-nginx }, monitoring: { namespace: monitoring } }
  two: { kubernetes: '1.33', server: https://two.example.com, hub: hub, provides: [external-secrets, gateway-api, ingress, metrics-server, network-policy, persistent-volumes], gateway: { name: gw, namespace: gateway }, ingress: { className: nginx, namespace: ingress-nginx }, monitoring: { namespace: monitoring } }
cluster: hub
secrets: { provider: externalSecrets, externalSecrets: { store: { clusterStore: vault } } }
resourceQuota: { pods: 40 }
owners: { sync: [team-shop] }
apps:
  web:
    kind: service
    ${IMAGE}/web:1.0.0
    env: { LOG_LEVEL: info, COLOR: blue }
    files: { /etc/web/config.yaml: "name: web" }
    ports: { http: { containerPort: 8080, servicePort: 80 }, extra: { containerPort: 8081, servicePort: 81 } }
    probes: { readiness: { httpGet: { path: /ready, port: http } } }
    ${RESOURCES}
    route: { hostnames: [web.example.com], path: /web }
    network: { to: [api] }
    secrets: { session: { env: { SESSION_KEY: key } } }
  api:
    kind: service
    ${IMAGE}/api:1.0.0
    ports: { http: { containerPort: 8080, servicePort: 80 } }
    ${RESOURCES}
    ingress: { host: api.example.com }
    network: { to: [db, queue] }
    autoscaling: { minReplicas: 2, maxReplicas: 5, cpuUtilization: 70 }
    disruptionBudget: { maxUnavailable: 1 }
  queue:
    kind: worker
    ${IMAGE}/queue:1.0.0
    ${RESOURCES}
    unhardened: { readOnlyRootFilesystem: it writes its logs beside itself }
  db:
    kind: stateful
    ${IMAGE}/db:1.0.0
    ports: { sql: { containerPort: 5432, servicePort: 5432 } }
    ${RESOURCES}
    volumes: { data: { mountPath: /data, claimTemplate: { storage: 1Gi } } }
  migrate: { kind: job, ${IMAGE}/migrate:1.0.0, ${RESOURCES}, network: { to: [db] } }
  sweep: { kind: cronjob, ${IMAGE}/sweep:1.0.0, ${RESOURCES}, schedule: '5 4 * * *' }
`;
const STAGES: Readonly<Record<string, string>> = {
  dev: 'apps: { web: { env: { LOG_LEVEL: debug } }, sweep: null }',
  staging:
    'promotesFrom: dev\napps: { web: { route: { hostnames: [staging.example.com] } }, api: { ingress: { host: staging-api.example.com } } }',
  prod: `promotesFrom: staging
cluster: one
sync: { mode: auto }
fleet: [{ clusters: [one] }, { clusters: [two], maxUpdate: 1 }]
gates: { approvals: { count: 2, people: [alice] } }
apps: { web: { replicas: 3 } }`,
};

export const newModel = (): Model => ({
  base: read(BASE.replace(' &cluster', '')),
  stages: Object.fromEntries(Object.entries(STAGES).map(([name, text]) => [name, read(text)])),
  others: {},
  texts: {},
});

export const read = (text: string): Tree => parse(text) as Tree;

export const copyOf = ({ base, stages, others, texts }: Model): Model => ({
  base: structuredClone(base),
  stages: structuredClone(stages),
  others: { ...others },
  texts: { ...texts },
});

/** Every file by its path, as it is written. */
export function filesOf({ base, stages, others, texts }: Model): Record<string, string> {
  const files: Record<string, string> = { ...others };
  for (const [name, tree] of Object.entries({ base, ...stages })) {
    const path = `environments/${name}.yaml`;
    const text = stringify(tree, { aliasDuplicateObjects: false });
    files[path] = texts[path]?.(text) ?? text;
  }
  return files;
}
