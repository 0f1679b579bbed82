import type { Environment, Repository } from '../model/environment';
import { clustersOf } from '../model/clusters';
import type { KubeObject } from '../model/kube';
import { CASCADE, CLUSTER_LABEL } from './names';
import { resolvePolicy } from './policy';

/** What an Application of a set is called. */
export const onCluster = (name: string, cluster: string): string => `${name}-${cluster}`;

/** The Applications that an object is: itself, those of a set, or none. */
export function applicationNames(
  { values }: Repository,
  environment: Environment,
  { kind, metadata: { name } }: KubeObject,
): string[] {
  if (kind === 'Application') return [name];
  if (kind !== 'ApplicationSet') return [];
  return clustersOf(values, environment).map((cluster) => onCluster(name, cluster.name));
}

/**
 * Whether the clusters of a stage are synced in an order. Argo CD's rolling sync takes `automated` off the Applications
 * and syncs them itself, so a stage that is synced by hand has none.
 */
export function rolls(environment: Environment): boolean {
  const { fleet = [] } = environment.values;
  const ordered = fleet.length > 1 || fleet.some(({ maxUpdate }) => maxUpdate !== undefined);
  return ordered && resolvePolicy(environment).mode === 'auto';
}

/**
 * The Application of a stage, once for each cluster of its fleet. The clusters stand in the set itself, so that a
 * review sees which are added or removed. Applications of a stage that outlives its Application are never deleted by
 * the set: neither when a cluster leaves the fleet nor when the set goes.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
 */
export function applicationSet(
  repository: Repository,
  environment: Environment,
  application: KubeObject,
): KubeObject {
  const { apiVersion, metadata, spec } = application;
  const { name, namespace, annotations = {}, finalizers } = metadata;
  const { [CLUSTER_LABEL]: _, ...labels } = metadata.labels ?? {};
  const { destination, ...rest } = spec as Record<string, object>;
  const { outlives } = resolvePolicy(environment);
  const owned = Object.entries(annotations).filter(([key]) => key === SYNC_OPTIONS);
  return {
    apiVersion,
    kind: 'ApplicationSet',
    metadata: {
      name,
      namespace,
      labels,
      ...(owned.length > 0 ? { annotations: Object.fromEntries(owned) } : {}),
      ...(outlives ? { finalizers: [CASCADE] } : {}),
    },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [
        {
          list: {
            elements: clustersOf(repository.values, environment).map(({ name: cluster, server }) => ({
              cluster,
              server,
            })),
          },
        },
      ],
      ...(rolls(environment) ? { strategy: strategy(environment) } : {}),
      ...(outlives
        ? { syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true } }
        : {}),
      template: {
        metadata: {
          name: onCluster(name, '{{.cluster}}'),
          labels: { ...labels, [CLUSTER_LABEL]: '{{.cluster}}' },
          annotations: literal(
            Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== SYNC_OPTIONS)),
          ),
          ...(finalizers === undefined ? {} : { finalizers }),
        },
        spec: { ...(literal(rest) as object), destination: { ...destination, server: '{{.server}}' } },
      },
    },
  };
}

/** What a root Application may do to its child: it is the set that it owns, and not the Applications. */
const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

/** Every cluster is in exactly one step: what no step selects would never be synced. */
function strategy({ values }: Environment): Record<string, unknown> {
  const steps = values.fleet!.map(({ clusters, maxUpdate }) => ({
    matchExpressions: [{ key: CLUSTER_LABEL, operator: 'In', values: clusters }],
    ...(maxUpdate === undefined ? {} : { maxUpdate }),
  }));
  return { type: 'RollingSync', rollingSync: { steps } };
}

/** Text in which `{{` would open a template, written so that it means itself. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('{{', '{{"{{"}}');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
}
