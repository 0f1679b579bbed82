import type { Cluster } from '../model/cluster';
import type { Environment, Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { clustersOf } from '../model/clusters';
import { suggest } from '../model/nearest';
import { rolls } from './application-set';
import { hubOf } from './hubs';
import { resolvePolicy } from './policy';

const BASE = 'environments/base.yaml';

/** What is wrong with the fleet of a stage that no single field's schema can tell. */
export function fleetProblems(repository: Repository, environment: Environment): Problem[] {
  if (environment.values.fleet === undefined) return [];
  const names = nameProblems(repository, environment);
  if (names.length > 0) return names;
  return [
    ...likenessProblems(repository, environment),
    ...hubProblems(repository, environment),
    ...orderProblems(environment),
  ];
}

function nameProblems(repository: Repository, environment: Environment): Problem[] {
  const { cluster, locate, values } = environment;
  const known = Object.keys(repository.values.clusters);
  const seen = new Set<string>();
  const found = values.fleet!.flatMap(({ clusters }, step) =>
    clusters.flatMap((name, index): Problem[] => {
      const at = locate(['fleet', step, 'clusters', index]);
      if (!known.includes(name)) {
        const cause = `there is no cluster ${JSON.stringify(name)} under "clusters" in ${BASE}`;
        return [
          {
            code: 'unknown-cluster',
            cause,
            remedy: suggest(name, known, `Add it under "clusters" in ${BASE}.`),
            at,
          },
        ];
      }
      if (seen.has(name)) {
        return [
          {
            code: 'fleet-cluster-twice',
            cause: `the fleet names the cluster "${name}" twice`,
            consequence: 'Two Applications of one name cannot be, and a step would wait for itself.',
            remedy: 'Keep it in one step.',
            at,
          },
        ];
      }
      seen.add(name);
      return [];
    }),
  );
  if (found.length > 0 || seen.has(cluster.name)) return found;
  return [
    {
      code: 'fleet-without-cluster',
      cause: `the fleet does not have the cluster "${cluster.name}", for which the stage is rendered`,
      consequence: 'It would be checked against a cluster that it does not run on.',
      remedy: 'Add it to a step, or set "cluster" to one of the fleet.',
      at: locate(['fleet']),
    },
  ];
}

/** The stage is rendered once: what it takes from its cluster has to fit all of them. */
function likenessProblems(repository: Repository, environment: Environment): Problem[] {
  const { cluster, locate } = environment;
  const others = clustersOf(repository.values, environment).filter(({ name }) => name !== cluster.name);
  const differing = (['apiServer', 'gateway', 'ingress', 'monitoring'] as const).flatMap((key) =>
    others.filter((other) => !same(other[key], cluster[key])).map(({ name }) => ({ key, name })),
  );
  return [
    ...differing.map(({ key, name }) => ({
      code: 'fleet-differs',
      cause: `clusters.${name}.${key} is not what clusters.${cluster.name}.${key} is`,
      consequence: `The fleet runs what is rendered for "${cluster.name}", and it would not fit "${name}".`,
      remedy: 'Make them alike, or give the cluster a stage of its own.',
      at: locate(['fleet']),
    })),
    ...others
      .filter((other) => minor(other) < minor(cluster))
      .map(({ name, kubernetes }) => ({
        code: 'fleet-differs',
        cause: `cluster "${name}" runs Kubernetes ${kubernetes}, and "${cluster.name}", for which the stage is rendered, ${cluster.kubernetes}`,
        consequence: 'It would get what only the newer version understands.',
        remedy: `Set "cluster" to the oldest of the fleet.`,
        at: locate(['cluster']),
      })),
  ];
}

const minor = ({ kubernetes }: Cluster): number => Number(kubernetes.split('.')[1]);

/** The schema has put the keys of both in one order. */
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function hubProblems(repository: Repository, environment: Environment): Problem[] {
  const { clusters } = repository.values;
  const names = clustersOf(repository.values, environment).map(({ name }) => name);
  const hub = hubOf(repository.values, environment.cluster.name);
  if (hub === undefined) return [];
  const strangers = names.filter((name) => hubOf(repository.values, name) !== hub);
  const addressed = new Map<string, string>();
  const twice = names.filter((name) => {
    const server = clusters[name]!.server.replace(/\/+$/, '');
    if (addressed.has(server)) return true;
    addressed.set(server, name);
    return false;
  });
  return [
    ...strangers.map((name) => ({
      code: 'fleet-hubs',
      cause: `cluster "${name}" of the fleet is not deployed to from "${hub}", as "${environment.cluster.name}" is`,
      consequence: 'One ApplicationSet cannot reach it.',
      remedy: `Set clusters.${name}.hub in ${BASE} to ${hub}, or give the cluster a stage of its own.`,
      at: environment.locate(['fleet']),
    })),
    ...(strangers.length > 0 ? [] : twice).map((name) => ({
      code: 'fleet-cluster-twice',
      cause: `the clusters "${addressed.get(clusters[name]!.server.replace(/\/+$/, ''))!}" and "${name}" of the fleet have one address`,
      consequence: 'Two Applications would deploy the same objects to the same place.',
      remedy: `Correct clusters.${name}.server in ${BASE}.`,
      at: environment.locate(['fleet']),
    })),
  ];
}

function orderProblems(environment: Environment): Problem[] {
  const { fleet = [], sync } = environment.values;
  const at = environment.locate(['fleet']);
  const ordered = fleet.length > 1 || fleet.some(({ maxUpdate }) => maxUpdate !== undefined);
  if (ordered && resolvePolicy(environment).mode === 'manual') {
    return [
      {
        code: 'fleet-not-automatic',
        cause: `stage "${environment.name}" is synced by hand, and its fleet says in which order`,
        consequence: 'The order has no effect: each cluster waits for its owner.',
        remedy:
          'Set sync.mode to auto, and let the promotion be what people approve; or name all clusters in one step.',
        at,
      },
    ];
  }
  if (!rolls(environment)) return [];
  const ignored = [
    ...(sync.selfHeal === false ? ['selfHeal: false'] : []),
    ...(sync.allowEmpty ? ['allowEmpty: true'] : []),
  ];
  return ignored.map((setting) => ({
    code: 'fleet-not-automatic',
    cause: `sync says ${setting}, and the fleet has an order`,
    consequence: 'A rolling sync undoes changes by hand, and knows no guard for the last object.',
    remedy: 'Remove it, or name all clusters in one step without maxUpdate.',
    at: environment.locate(['sync', setting.split(':')[0]!]),
  }));
}
