import { createHash } from 'node:crypto';
import type { Repository } from '../../src/model/environment';
import type { Problem } from '../../src/model/errors';
import { parseConfig } from '../../src/stack/config';
import { chartChecker } from '../../src/stack/local-chart';
import { program } from '../../src/stack/program';
import { record, type Recorded } from '../../src/stack/record';
import { NAMESPACE_ONLY } from '../delivery/fixture';

const labels = (component: string): string =>
  `labels: {app.kubernetes.io/component: ${component}, app.kubernetes.io/part-of: argocd}`;

/** Shaped like Argo CD's own manifest, and small. */
export const MANIFEST = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applications.argoproj.io}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applicationsets.argoproj.io, ${labels('applicationset-controller')}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: argocd-server}
subjects: [{kind: ServiceAccount, name: argocd-server, namespace: argocd}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm}
data: {url: https://not-ours.example}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-ssh-known-hosts-cm}
---
apiVersion: v1
kind: Secret
metadata: {name: argocd-secret}
---
apiVersion: v1
kind: Secret
metadata: {name: argocd-notifications-secret}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server, ${labels('server')}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-dex-server, ${labels('dex-server')}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: argocd-dex-server-network-policy}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-applicationset-controller, ${labels('applicationset-controller')}}
`;
const BYTES = new TextEncoder().encode(MANIFEST);
export const SHA256 = createHash('sha256').update(BYTES).digest('hex');

/** What is set in Pulumi.<stack>.yaml: strings as they are, the rest as JSON. */
export type Settings = Record<string, unknown>;

export interface Run {
  readonly resources: readonly Recorded[];
  readonly outputs: Record<string, unknown>;
  readonly problems: readonly Problem[];
}

/** Runs the program under Pulumi's mocks. */
export async function run(repository: Repository, settings: Settings = {}): Promise<Run> {
  const problems: Problem[] = [];
  const manifest = { manifest: 'install.yaml', manifestSha256: SHA256 };
  const all: Settings = { ...(settings['installer'] === 'helm' ? {} : manifest), ...settings };
  const text = (key: string): string | undefined => {
    const value = all[key];
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  };
  const { outputs, resources } = await record(
    () =>
      program({
        repository,
        kinds: NAMESPACE_ONLY,
        config: parseConfig(text, 'test', Object.keys(all)),
        stack: 'test',
        access: {},
        checkChart: chartChecker(process.cwd(), 'test'),
        getManifest: () => Promise.resolve(BYTES),
        onProblems: (found) => problems.push(...found),
      }),
    'test',
  );
  return { resources, outputs: outputs as Record<string, unknown>, problems };
}

/** The one resource of that logical name. */
export function named({ resources }: Run, name: string): Recorded {
  const found = resources.filter((resource) => resource.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${name}`);
  return found[0]!;
}
