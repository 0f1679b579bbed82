import { clusterIdentity } from '../../model/cluster';
import { groupOf } from '../../model/kube';
import type { Entry, Rule } from './rule';

/** Traffic of one stage never reaches another: on a cluster, a host and path belong to one stage. */
export const hosts: Rule = {
  name: 'host-twice',
  about: 'No two stages of a cluster answer to the same host and path.',
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

interface IngressSpec {
  readonly rules?: readonly { host?: string; http?: { paths?: readonly { path?: string }[] } }[];
}
interface RouteSpec {
  readonly hostnames?: readonly string[];
  readonly rules?: readonly { matches?: readonly { path?: { value?: string } }[] }[];
}

/** `shop.example.com/cart`: the hosts and paths that an Ingress or a route takes. */
function addressesOf({ object }: Entry): ReadonlySet<string> {
  const group = groupOf(object.apiVersion);
  if (object.kind === 'Ingress' && group === 'networking.k8s.io') {
    const { rules = [] } = (object['spec'] ?? {}) as IngressSpec;
    return new Set(
      rules.flatMap(({ host, http }) =>
        host === undefined ? [] : (http?.paths ?? []).map(({ path = '/' }) => `${host}${path}`),
      ),
    );
  }
  if (object.kind === 'HTTPRoute' && group === 'gateway.networking.k8s.io') {
    const { hostnames = [], rules = [] } = (object['spec'] ?? {}) as RouteSpec;
    const paths = rules.flatMap(({ matches }) => matches?.map(({ path }) => path?.value ?? '/') ?? ['/']);
    return new Set(hostnames.flatMap((host) => paths.map((path) => `${host}${path}`)));
  }
  return new Set();
}
