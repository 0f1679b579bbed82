import { clusterIdentity } from '../../model/cluster';
import { getOrSet } from '../../model/maps';
import { fields, items, text } from '../fields';
import type { Entry, Rule } from './rule';

const INGRESS = 'Ingress.networking.k8s.io';
const ROUTE = 'HTTPRoute.gateway.networking.k8s.io';

/** Traffic of one stage never reaches another: on a cluster, a host and path belong to one stage. */
export const hosts: Rule = {
  name: 'host-twice',
  about: 'No two stages of a cluster answer to the same host and path.',
  of: 'all',
  *check({ stages }) {
    const clusters = new Map<string, Map<string, Entry>>();
    for (const view of stages) {
      const { name, cluster } = view.stage;
      const first = getOrSet(clusters, clusterIdentity(cluster), () => new Map<string, Entry>());
      for (const entry of view.entries) {
        if (entry.kind !== INGRESS && entry.kind !== ROUTE) continue;
        for (const address of addressesOf(entry)) {
          const other = first.get(address);
          if (!other) first.set(address, entry);
          else if (other.stage !== view) {
            yield {
              entry,
              says: `answers to ${address}, and so does stage ${other.stage.stage.name} on the same cluster`,
              consequence: 'Requests for one stage would reach the other.',
              remedy: `Give the app a host of its own in environments/${name}.yaml.`,
            };
          }
        }
      }
    }
  },
};

/** `shop.example.com/cart`: the hosts and paths that an Ingress or a route takes. */
function addressesOf({ kind, object }: Entry): readonly string[] {
  const { rules, hostnames } = fields(object.spec);
  if (kind === INGRESS) {
    return items(rules).flatMap(({ host, http }) =>
      typeof host !== 'string' ? [] : items(fields(http).paths).map(({ path }) => host + pathOf(path)),
    );
  }
  if (!Array.isArray(hostnames)) return [];
  const paths = items(rules).flatMap(({ matches }) =>
    Array.isArray(matches) ? items(matches).map(({ path }) => pathOf(fields(path).value)) : ['/'],
  );
  return hostnames.flatMap((host) => paths.map((path) => `${host}${path}`));
}

function pathOf(path: unknown): string {
  return text(path) ?? '/';
}
