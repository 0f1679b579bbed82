import { clusterIdentity } from '../../model/cluster';
import { groupOf } from '../../model/kube';
import { dig, items, text } from '../fields';
import type { Entry, Rule } from './rule';

/** Traffic of one stage never reaches another: on a cluster, a host and path belong to one stage. */
export const hosts: Rule = {
  name: 'host-twice',
  about: 'No two stages of a cluster answer to the same host and path.',
  of: 'all',
  *check({ stages }) {
    const first = new Map<string, Entry>();
    for (const entry of stages.flatMap((stage) => stage.entries)) {
      for (const address of addressesOf(entry)) {
        const key = `${clusterIdentity(entry.stage.stage.cluster)}|${address}`;
        const other = first.get(key);
        if (!other) first.set(key, entry);
        else if (other.stage !== entry.stage) {
          const stage = entry.stage.stage.name;
          yield {
            entry,
            says: `answers to ${address}, and so does stage ${other.stage.stage.name} on the same cluster`,
            consequence: 'Requests for one stage would reach the other.',
            remedy: `Give the app a host of its own in environments/${stage}.yaml.`,
          };
        }
      }
    }
  },
};

/** `shop.example.com/cart`: the hosts and paths that an Ingress or a route takes. */
function addressesOf({ object }: Entry): readonly string[] {
  const { kind, apiVersion, spec } = object;
  if (kind === 'Ingress' && groupOf(apiVersion) === 'networking.k8s.io') {
    return items(dig(spec, 'rules')).flatMap(({ host, http }) =>
      typeof host !== 'string' ? [] : items(dig(http, 'paths')).map(({ path }) => host + pathOf(path)),
    );
  }
  if (kind === 'HTTPRoute' && groupOf(apiVersion) === 'gateway.networking.k8s.io') {
    const paths = items(dig(spec, 'rules')).flatMap(({ matches }) =>
      Array.isArray(matches) ? items(matches).map(({ path }) => pathOf(dig(path, 'value'))) : ['/'],
    );
    const hostnames = dig(spec, 'hostnames');
    return Array.isArray(hostnames) ? hostnames.flatMap((host) => paths.map((path) => `${host}${path}`)) : [];
  }
  return [];
}

function pathOf(path: unknown): string {
  return text(path) ?? '/';
}
