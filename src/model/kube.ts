/** A Kubernetes object as plain data: what a manifest holds, no class behind it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Whether plain data is an object: apiVersion, kind and metadata.name are there, and are text. */
export function isKubeObject(value: unknown): value is KubeObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Record<string, unknown>;
  const { name } = (metadata ?? {}) as Record<string, unknown>;
  return [apiVersion, kind, name].every((field) => typeof field === 'string' && field !== '');
}

/** Whether an object defines a kind, which holds for its whole cluster. */
export const isDefinition = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';

/** The API group of an `apiVersion`: `apps/v1` → `apps`, `v1` → the empty string (the core group). */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The API groups of some objects, sorted. */
export const groupsOf = (objects: readonly KubeObject[]): readonly string[] =>
  [...new Set(objects.map(({ apiVersion }) => groupOf(apiVersion)))].sort();

/** How messages name an object: `Deployment podinfo-dev/frontend`, `Namespace podinfo-dev`. */
export function describeObject(object: KubeObject): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What makes an object one and the same in a cluster: group, kind, namespace, name. The version does not count. */
export function objectKey(object: KubeObject): string {
  const { name, namespace = '' } = object.metadata;
  return [groupOf(object.apiVersion), object.kind, namespace, name].join('|');
}
