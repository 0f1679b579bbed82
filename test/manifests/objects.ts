import type { Capability, KubernetesVersion } from '../../src/model/cluster';
import { CAPABILITIES } from '../../src/model/cluster';
import type { Problem } from '../../src/model/errors';
import type { KubeObject } from '../../src/model/kube';
import type { RenderedFile, RenderedStage } from '../../src/model/rendered';
import { checkStages, RULES, type Rule, type ScopeOf } from '../../src/manifests/checks';
import { toProblem } from '../../src/manifests/checks/rule';
import { StageView } from '../../src/manifests/checks/stage-view';

/** A deep copy with one field set, or removed where the value is undefined. */
export function withField<T>(object: T, path: readonly (string | number)[], value: unknown): T {
  const copy = structuredClone(object) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string | number, unknown>;
  const last = path[path.length - 1]!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy as unknown as T;
}

export interface StageOptions {
  readonly name?: string;
  readonly server?: string;
  readonly clusterName?: string;
  readonly kubernetes?: KubernetesVersion;
  readonly provides?: readonly Capability[];
  readonly openNetwork?: string;
  readonly namespaces?: readonly string[];
  readonly podSecurity?: RenderedStage['podSecurity'];
  readonly existing?: readonly string[];
}

/** A stage whose objects are all of one file. */
export function stage(objects: readonly KubeObject[], options: StageOptions = {}): RenderedStage {
  const name = options.name ?? 'dev';
  return {
    name,
    cluster: {
      name: options.clusterName ?? 'local',
      server: options.server ?? 'https://kubernetes.default.svc',
      kubernetes: options.kubernetes ?? '1.34',
      provides: [...(options.provides ?? CAPABILITIES)],
      openNetwork: options.openNetwork,
    },
    namespaces: options.namespaces ?? ['shop'],
    podSecurity: options.podSecurity ?? 'restricted',
    existing: options.existing ?? [],
    acknowledged: [],
    at: { file: `environments/${name}.yaml`, line: 1, column: 1 },
    files: [
      {
        path: `${name}/web.yaml`,
        source: `environments/${name}.yaml, apps.web`,
        at: { file: `environments/${name}.yaml`, line: 5, column: 3 },
        objects,
      },
    ],
  };
}

const CLUSTER_KINDS = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'StorageClass',
];

/** Knows the kinds that these tests use. */
export const scope: ScopeOf = (apiVersion, kind) => {
  if (/example\.com/.test(apiVersion)) return undefined;
  return CLUSTER_KINDS.includes(kind) ? 'Cluster' : 'Namespaced';
};

/** The problems that one rule finds in one stage. */
export function findings(
  rule: string,
  objects: readonly KubeObject[],
  options: StageOptions = {},
): Problem[] {
  const stages = [stage(objects, options)];
  const problems = checkStages(stages, scope);
  expect(problemsOf(RULES, stages)).toEqual(problems);
  return problems.filter((problem) => problem.code === rule);
}

/** What rules find of whole objects, or of what else they are shown. */
export function problemsOf(
  rules: readonly Rule[],
  stages: readonly RenderedStage[],
  objectsOf?: (file: RenderedFile) => readonly KubeObject[],
): Problem[] {
  const world = { stages: stages.map((one) => new StageView(one, objectsOf)), scope };
  return rules.flatMap(({ name, check }) => [...check(world)].map((finding) => toProblem(name, finding)));
}

/** What the problems of one rule say, a line each. */
export function causes(rule: string, objects: readonly KubeObject[], options: StageOptions = {}): string[] {
  return findings(rule, objects, options).map((problem) => problem.cause);
}

export function object(apiVersion: string, kind: string, name: string, rest: object = {}): KubeObject {
  const { metadata, ...fields } = rest as { metadata?: object };
  const namespaced = CLUSTER_KINDS.includes(kind) ? {} : { namespace: 'shop' };
  return { apiVersion, kind, metadata: { name, ...namespaced, ...metadata }, ...fields };
}

/** A pod spec that Pod Security `restricted` lets in. */
export function podSpec(container: object = {}, rest: object = {}): Record<string, unknown> {
  return {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'web',
        image: 'ghcr.io/acme/web:1.2.3',
        ports: [{ name: 'http', containerPort: 8080 }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        ...container,
      },
    ],
    ...rest,
  };
}

export function deployment(name: string, spec: object = podSpec(), rest: object = {}): KubeObject {
  return object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
      ...rest,
    },
  });
}

export function statefulSet(name: string, spec: object = podSpec(), rest: object = {}): KubeObject {
  return { ...deployment(name, spec, rest), kind: 'StatefulSet' };
}

export function service(name: string, rest: object = {}): KubeObject {
  return object('v1', 'Service', name, {
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...rest },
  });
}

export function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return object('v1', 'ConfigMap', name, { data });
}
