import type { Cluster } from './cluster';
import type { Environment, RepositoryValues } from './environment';

/** Every cluster that a stage runs on, in the order of its fleet; those that base.yaml does not have are left out. */
export function clustersOf(
  { clusters }: RepositoryValues,
  { cluster, values }: Environment,
): readonly Cluster[] {
  if (values.fleet === undefined) return [cluster];
  return values.fleet
    .flatMap((each) => each.clusters)
    .filter((name) => Object.hasOwn(clusters, name))
    .map((name) => ({ ...clusters[name]!, name }));
}
