import { createHash } from 'node:crypto';
import type { Sizing } from '../delivery';
import { isDefinition, type KubeObject } from '../model/kube';

/** Argo CD's manifest, sorted by when and how it is created. */
export interface Installation {
  /** CustomResourceDefinitions: created first, and left behind when the stack is destroyed. */
  readonly definitions: readonly KubeObject[];
  readonly rest: readonly KubeObject[];
}

export interface InstallationOptions {
  readonly namespace: string;
  readonly profile: 'minimal' | 'standard' | 'ha';
  /** Names of what is created beside the manifest, as `Kind/name`; the manifest's own go. */
  readonly beside: ReadonlySet<string>;
  /** Parts of Argo CD that nothing here uses; the minimal profile goes without them. */
  readonly unused: readonly Component[];
  /** How many there are of the parts that share the work. @default as the manifest says */
  readonly size?: Pick<Sizing, 'controllers' | 'repoServers'>;
  /** Stamps the pods of Argo CD's processes, so that other flags are a rollout. @default no stamp */
  readonly flags?: string;
}

/** A part of Argo CD that can be left out, as its objects' `app.kubernetes.io/component` says. */
export type Component = 'applicationset-controller' | 'dex-server' | 'notifications-controller';

const CLUSTER_SCOPED = new Set(['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition']);

/**
 * What of Argo CD's official manifest is created. Each namespaced object names its namespace, since the manifest leaves
 * it to whoever applies it; those that this program owns are taken out.
 */
export function installation(objects: readonly KubeObject[], options: InstallationOptions): Installation {
  const { namespace, profile, beside, unused, size, flags } = options;
  const dropped = new Set<string>(profile === 'minimal' ? unused : []);
  const kept = objects
    .filter((object) => !beside.has(`${object.kind}/${object.metadata.name}`))
    .filter((object) => !dropped.has(componentOf(object) ?? ''))
    .map((object) => inNamespace(object, namespace))
    .map((object) => (profile === 'ha' && size ? sized(object, size) : object))
    .map((object) => (flags === undefined ? object : stamped(object, flags)));
  return {
    definitions: kept.filter(isDefinition),
    rest: kept.filter((object) => !isDefinition(object)),
  };
}

/** Network policies carry no component label; their names begin with that of the part that they guard. */
function componentOf(object: KubeObject): string | undefined {
  if (isDefinition(object)) return undefined;
  const label = object.metadata.labels?.['app.kubernetes.io/component'];
  const match = /^argocd-(applicationset-controller|dex-server|notifications-controller)\b/.exec(
    object.metadata.name,
  );
  return label ?? match?.[1];
}

/** A binding in the manifest names the namespace that the manifest was written for. */
function inNamespace(object: KubeObject, namespace: string): KubeObject {
  const subjects = object['subjects'] as readonly Record<string, unknown>[] | undefined;
  const moved =
    subjects === undefined
      ? {}
      : { subjects: subjects.map((each) => ('namespace' in each ? { ...each, namespace } : each)) };
  const { metadata } = object;
  return {
    ...object,
    ...moved,
    metadata: CLUSTER_SCOPED.has(object.kind) ? metadata : { ...metadata, namespace },
  };
}

interface Workload {
  readonly template: { readonly spec: { readonly containers: readonly Container[] } };
}
interface Container {
  readonly env?: readonly { readonly name: string }[];
}

/** A controller has to know how many there are: it takes its share of the clusters by its number among them. */
function sized(object: KubeObject, size: Pick<Sizing, 'controllers' | 'repoServers'>): KubeObject {
  const spec = object['spec'] as Workload;
  const { kind, metadata } = object;
  if (kind === 'Deployment' && metadata.name === 'argocd-repo-server')
    return { ...object, spec: { ...spec, replicas: size.repoServers } };
  if (kind !== 'StatefulSet' || metadata.name !== 'argocd-application-controller') return object;
  const replicas = { name: 'ARGOCD_CONTROLLER_REPLICAS', value: String(size.controllers) };
  const containers = spec.template.spec.containers.map((container) => ({
    ...container,
    env: [...(container.env ?? []).filter(({ name }) => name !== replicas.name), replicas],
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...object, spec: { ...spec, replicas: size.controllers, template } };
}

/** The annotation of a pod that says which flags it was started with. */
export const FLAGS = 'stageline.dev/flags';

/** The hash of argocd-cmd-params-cm: processes read it when they start, and never again. */
export function flagsOf(settings: readonly KubeObject[]): string {
  const flags = settings.find(({ metadata }) => metadata.name === 'argocd-cmd-params-cm');
  return createHash('sha256')
    .update(JSON.stringify(flags?.['data'] ?? {}))
    .digest('hex')
    .slice(0, 16);
}

/** Redis has flags of its own. */
function stamped(object: KubeObject, flags: string): KubeObject {
  const workload = object.kind === 'Deployment' || object.kind === 'StatefulSet';
  const spec = object['spec'] as
    { readonly template?: { readonly metadata?: KubeObject['metadata'] } } | undefined;
  if (!workload || spec?.template === undefined || object.metadata.name.includes('redis')) return object;
  const { metadata } = spec.template;
  const annotations = { ...metadata?.annotations, [FLAGS]: flags };
  return {
    ...object,
    spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } },
  };
}
