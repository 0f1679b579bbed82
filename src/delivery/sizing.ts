import type { Environment, Repository } from '../model/environment';
import { clustersOf } from '../model/clusters';

/** How much one Argo CD has to carry, and how many of its processes that takes. */
export interface Sizing {
  readonly applications: number;
  readonly objects: number;
  readonly clusters: number;
  /** Of the application controller. Each has clusters of its own, so there are never more than clusters. */
  readonly controllers: number;
  readonly repoServers: number;
}

/** What upstream's manual gives 50 status and 25 operation processors to, which is what `ha` has. */
const APPLICATIONS_A_CONTROLLER = 1000;
/** Ours: the same at 50 objects an Application. */
const OBJECTS_A_CONTROLLER = 50_000;

/**
 * The rule of docs/delivery.md. Other profiles than `ha` have one of each.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/
 *
 * @param objects how many objects a stage deploys to each of its clusters
 */
export function sizing(
  { values }: Repository,
  stages: readonly Environment[],
  objects: (stage: string) => number,
): Sizing {
  const { applications: kind, argocd } = values.delivery;
  const total = { applications: 0, objects: 0 };
  const clusters = new Set<string>();
  for (const stage of stages) {
    const names = clustersOf(values, stage).map(({ name }) => name);
    for (const name of names) clusters.add(name);
    total.applications += names.length * (kind === 'perApp' ? stage.apps.length + 1 : 1);
    total.objects += names.length * objects(stage.name);
  }
  const shares = Math.max(
    Math.ceil(total.applications / APPLICATIONS_A_CONTROLLER),
    Math.ceil(total.objects / OBJECTS_A_CONTROLLER),
    1,
  );
  const several = argocd.profile === 'ha';
  return {
    ...total,
    clusters: clusters.size,
    controllers: several ? Math.max(1, Math.min(shares, clusters.size)) : 1,
    repoServers: several ? shares + 1 : 1,
  };
}
