import { applicationsByCluster } from '../delivery';
import type { Repository } from '../model/environment';
import { asInDist } from '../synth/pins/pins';
import type { Deployment } from './records';

/** Who reports for a stage. */
export interface Reporters {
  /** Of a fleet: the Applications on each cluster. @default the stage is on one, and anybody may report */
  readonly clusters?: ReadonlyMap<string, readonly string[]>;
  /** The Applications that deploy a part of the stage each: what one of them says is of that part alone. @default none */
  readonly apps?: ReadonlySet<string>;
}

/** Who has to report before a stage counts as deployed: of a fleet, every cluster. */
export function reportersOf(root: string, repository: Repository, name: string): Reporters {
  const stages = asInDist(
    root,
    repository.environments.filter((environment) => environment.name === name),
  );
  const [stage] = stages;
  if (!stage) return {};
  const clusters = applicationsByCluster(repository, stage);
  const isPerApp = repository.values.delivery.applications === 'perApp';
  return {
    clusters: stage.values.fleet === undefined ? undefined : clusters,
    apps: isPerApp ? new Set([...clusters.values()].flat()) : undefined,
  };
}

/** What the records of a stage say of some content. */
export interface Run {
  /** Since when everything is well, everywhere; undefined: it is not. */
  readonly since?: number;
  /** The newest record that says what is not. */
  readonly bad?: Deployment;
  /** The clusters of a fleet that did not report it yet. */
  readonly silent?: readonly string[];
}

const isGood = ({ result, health }: Pick<Deployment, 'result' | 'health'>): boolean =>
  result === 'Succeeded' && health === 'Healthy';

/**
 * The record to show where one has room. The newest of each that reports counts, and one that is not well is not made
 * so by another: the newest of those, or else the newest of all.
 *
 * @param records those of some content, oldest first
 */
export function telling<T extends Pick<Deployment, 'at' | 'result' | 'health' | 'by'>>(
  records: readonly T[],
): T | undefined {
  const newest = [...new Map(records.map((record) => [record.by, record])).values()];
  return newestBad(newest) ?? records.at(-1);
}

const newestBad = <T extends Pick<Deployment, 'at' | 'result' | 'health'>>(
  records: readonly T[],
): T | undefined =>
  records
    .filter((record) => !isGood(record))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1);

/**
 * What the last records say of this content, without a break. The newest of each that reports counts: of its one
 * Application, or of each app's own, of which one that failed is not made good by another, whatever content it was synced
 * with: an app whose files stayed is not synced again. A fleet runs it when every cluster does; what comes from none of its
 * clusters says nothing of it.
 *
 * @param records those of the stage, oldest first
 */
export function runOf(
  records: readonly Deployment[],
  content: string,
  { clusters: fleet, apps }: Reporters = {},
): Run {
  const clusters = fleet === undefined ? [''] : [...fleet.keys()];
  const clusterOf = (by: string): string | undefined =>
    fleet === undefined ? '' : clusters.find((cluster) => fleet.get(cluster)!.includes(by));
  const newest = new Map(clusters.map((cluster) => [cluster, new Map<string, Deployment>()]));
  // Of apps that were synced last with other content.
  const others = new Map<string, Deployment>();
  const all = (): Deployment[] => [
    ...[...newest.values()].flatMap((each) => [...each.values()]),
    ...others.values(),
  ];
  let since: number | undefined;
  for (const record of records) {
    const by = record.by ?? '';
    const cluster = clusterOf(by);
    if (cluster === undefined) continue;
    const reported = newest.get(cluster)!;
    others.delete(by);
    if (record.content === content) reported.set(by, record);
    else if (apps?.has(by)) {
      // It had this content, and left it: so did the stage.
      if (reported.has(by)) reported.clear();
      others.set(by, record);
    } else reported.clear();
    const everywhere = [...newest.values()].every(({ size }) => size > 0);
    since = everywhere && all().every(isGood) ? (since ?? Date.parse(record.at)) : undefined;
  }
  const bad = newestBad(all());
  const silent = fleet && clusters.filter((cluster) => newest.get(cluster)!.size === 0);
  return { since, bad, silent };
}
