import { IN_CLUSTER } from '../model/cluster';
import type { Environment, Repository, RepositoryValues } from '../model/environment';

/**
 * The cluster whose Argo CD deploys to `cluster`: the one it names, itself when Argo CD reaches it by the in-cluster
 * address, else the only cluster that has that address; undefined when that leaves more than one, or none.
 */
export function hubOf(values: RepositoryValues, cluster: string): string | undefined {
  const { clusters } = values;
  const { hub, server } = clusters[cluster]!;
  if (hub !== undefined) return Object.hasOwn(clusters, hub) ? hub : undefined;
  if (server === IN_CLUSTER) return cluster;
  const local = Object.keys(clusters).filter((name) => clusters[name]!.server === IN_CLUSTER);
  return local.length === 1 ? local[0] : undefined;
}

/** The clusters that run an Argo CD, sorted; each with the stages that it deploys, in the order of the line. */
export function hubs(
  repository: Repository,
): readonly { readonly hub: string; readonly stages: readonly Environment[] }[] {
  const byHub = new Map<string, Environment[]>();
  for (const environment of repository.environments) {
    const hub = hubOf(repository.values, environment.cluster.name);
    if (hub === undefined) continue;
    byHub.set(hub, [...(byHub.get(hub) ?? []), environment]);
  }
  return [...byHub.keys()].sort().map((hub) => ({ hub, stages: byHub.get(hub)! }));
}
