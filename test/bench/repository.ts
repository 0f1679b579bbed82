import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the bench renders: so many apps in so many stages. */
export interface Size {
  readonly apps: number;
  readonly stages: number;
}

export const stageName = (i: number): string => `stage-${i}`;
export const appName = (i: number): string => `app-${String(i).padStart(4, '0')}`;

/** The number that the last stage changes for each app. */
export const minReplicas = (stage: number): number => 2 + stage;

/** Writes environments/ of a repository: each app renders eight objects in each stage, and talks to the next app. */
export function writeRepository(root: string, { apps, stages }: Size): void {
  const folder = join(root, 'environments');
  mkdirSync(folder, { recursive: true });
  const entries = Array.from({ length: apps }, (_, i) => appEntry(i, apps)).join('');
  const names = Array.from({ length: stages }, (_, stage) => stageName(stage));
  writeFileSync(join(folder, 'base.yaml'), `${headOf(names)}apps:\n${entries}`);
  for (let stage = 0; stage < stages; stage++) {
    const from = stage === 0 ? '' : `promotesFrom: ${stageName(stage - 1)}\n`;
    const own = Array.from(
      { length: apps },
      (_, i) => `  ${appName(i)}: { autoscaling: { minReplicas: ${minReplicas(stage)} } }\n`,
    ).join('');
    writeFileSync(
      join(folder, `${stageName(stage)}.yaml`),
      `cluster: ${stageName(stage)}\n${from}apps:\n${own}`,
    );
  }
}

/** Each stage has a cluster of its own, so that an app can have the same host in all of them. */
const headOf = (stages: readonly string[]): string => `project: big
repository: { url: https://git.example.com/big.git, revision: main }
clusters:
${stages.map(clusterOf).join('')}cluster: ${stages[0]}
delivery: { applications: perApp }
`;

const clusterOf = (name: string): string => `  ${name}:
    kubernetes: '1.33'
    provides: [metrics-server, network-policy, persistent-volumes, gateway-api]
    gateway: { name: gw, namespace: gateway }
`;

function appEntry(i: number, apps: number): string {
  return `  ${appName(i)}:
    kind: service
    image: registry.example.com/${appName(i)}:1.${i % 10}.0
    env: { LOG_LEVEL: info, REGION: eu }
    files: { /etc/app/config.yaml: "name: ${appName(i)}\\nworkers: 4\\n" }
    ports: { http: { containerPort: 8080, servicePort: 80 } }
    probes: { readiness: { httpGet: { path: /ready, port: http } }, liveness: { httpGet: { path: /live, port: http } } }
    resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }
    autoscaling: { maxReplicas: 9, cpuUtilization: 70 }
    disruptionBudget: { maxUnavailable: 1 }
    route: { hostnames: [${appName(i)}.example.com] }
    network: { to: [${appName((i + 1) % apps)}] }
`;
}
