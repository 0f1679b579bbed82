import type { KubeObject } from '../model/kube';

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
}

/** A part of Argo CD that can be left out, as its objects' `app.kubernetes.io/component` says. */
export type Component = 'applicationset-controller' | 'dex-server' | 'notifications-controller';

const CLUSTER_SCOPED = new Set(['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition']);

/**
 * What of Argo CD's official manifest is created. Each namespaced object names its namespace, since the manifest leaves
 * it to whoever applies it; those that this program owns are taken out.
 */
export function installation(objects: readonly KubeObject[], options: InstallationOptions): Installation {
  const { namespace, profile, beside, unused } = options;
  const dropped = new Set<string>(profile === 'minimal' ? unused : []);
  const kept = objects
    .filter((object) => !beside.has(`${object.kind}/${object.metadata.name}`))
    .filter((object) => !dropped.has(componentOf(object) ?? ''))
    .map((object) => inNamespace(object, namespace));
  const isDefinition = (object: KubeObject): boolean => object.kind === 'CustomResourceDefinition';
  return {
    definitions: kept.filter(isDefinition),
    rest: kept.filter((object) => !isDefinition(object)),
  };
}

/** Network policies carry no component label; their names begin with that of the part that they guard. */
function componentOf(object: KubeObject): string | undefined {
  if (object.kind === 'CustomResourceDefinition') return undefined;
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
