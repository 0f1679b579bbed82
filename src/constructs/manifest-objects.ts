import { isDefinition, type KubeObject } from '../model/kube';
import { builtInScope, type ScopeOf } from './kinds';

// Manifests of others are data of unknown shape: what is not what it should be is left alone.
export type Fields = Record<string, unknown>;
export const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const field = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
export const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isMap) : []);

const templatePath: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Deployment: ['spec', 'template'],
  Job: ['spec', 'template'],
  Pod: [],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
};

/** The template of the pods that an object runs, or the pod itself: `metadata` and `spec`. */
export function podTemplateOf(object: KubeObject): Fields | undefined {
  const path = templatePath[object.kind];
  const template = path && field(object, ...path);
  return isMap(template) ? template : undefined;
}

/** Every container of an object, init containers included. */
export function containersOf(object: KubeObject): Fields[] {
  const spec = field(podTemplateOf(object), 'spec');
  return [...list(field(spec, 'initContainers')), ...list(field(spec, 'containers'))];
}

/** The scope of each kind: as the CRDs among the objects say, then as asked, then as is known of Kubernetes. */
export function scopesOf(objects: readonly KubeObject[], scopeOf: ScopeOf | undefined): ScopeOf {
  const declared = new Map(
    objects
      .filter(isDefinition)
      .map(({ spec }) => [
        `${field(spec, 'group')}|${field(spec, 'names', 'kind')}`,
        field(spec, 'scope') === 'Cluster' ? ('Cluster' as const) : ('Namespaced' as const),
      ]),
  );
  return (apiVersion, kind) =>
    declared.get(`${apiVersion.split('/')[0]}|${kind}`) ??
    scopeOf?.(apiVersion, kind) ??
    builtInScope(apiVersion, kind);
}

/** A list in a manifest is the objects it holds. */
export const flattened = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.flatMap((object) =>
    object.kind === 'List' && object.apiVersion === 'v1'
      ? flattened(list(object.items) as unknown as KubeObject[])
      : [object],
  );

/**
 * Where an object names the namespace of another one that moves with it: the ServiceAccounts of a role binding, the
 * Services of webhooks, of a CRD's conversion and of an aggregated API.
 */
export function renameNamespaces(
  object: KubeObject,
  objects: readonly KubeObject[],
  namespace: string,
): void {
  const isOurs = (kind: string, name: unknown): boolean =>
    objects.some((other) => other.kind === kind && other.metadata.name === name);
  const move = (reference: unknown, kind: string): void => {
    if (isMap(reference) && 'namespace' in reference && isOurs(kind, reference.name)) {
      reference.namespace = namespace;
    }
  };
  if (object.kind === 'ClusterRoleBinding' || object.kind === 'RoleBinding') {
    for (const subject of list(object.subjects)) {
      if (subject.kind === 'ServiceAccount') move(subject, 'ServiceAccount');
    }
  }
  for (const webhook of list(object.webhooks)) move(field(webhook, 'clientConfig', 'service'), 'Service');
  move(field(object.spec, 'conversion', 'webhook', 'clientConfig', 'service'), 'Service');
  if (object.kind === 'APIService') move(field(object.spec, 'service'), 'Service');
}
