import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { App, Environment, Peer } from '../model/environment';
import { INSTANCE_LABEL, MANIFESTS_LABEL } from './labels';
import { intOrString } from './values';

/** The label by which the API server marks each namespace with its own name. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Of published manifests, whose ports are not known by name. */
export const ANY_PORT = '*';

/** What the pods of one component listen on, and for whom. */
export interface Endpoint {
  readonly ports: readonly EndpointPort[];
  /** Names of ports that come in from outside the cluster: `anywhere` past any proxy. */
  readonly anywhere?: boolean;
  readonly ingressPort?: string;
  readonly routePort?: string;
  /** Whether its pods talk to one another, as replicas of a store do. */
  readonly peers?: boolean;
}

export interface EndpointPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: string;
  /** Whether the Service carries it. */
  readonly served: boolean;
}

/**
 * The policy of one app. It is computed when the app is rendered, because its components are added one by one.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function appNetworkPolicy(
  environment: Environment,
  app: App,
  endpoints: () => readonly Endpoint[],
): k8s.NetworkPolicySpec {
  const own = podsOf(app);
  return {
    podSelector: own,
    policyTypes: ['Ingress', 'Egress'],
    ingress: Lazy.any({ produce: () => ingressOf(environment, app, endpoints()) }) as never,
    egress: Lazy.any({ produce: () => egressOf(environment, app, endpoints()) }) as never,
  };
}

function ingressOf(environment: Environment, app: App, endpoints: readonly Endpoint[]) {
  const { gateway, ingress, monitoring } = environment.cluster;
  const all = endpoints.flatMap((endpoint) => endpoint.ports);
  const named = (ports: readonly EndpointPort[], name: string | undefined) =>
    ports.filter((port) => port.name === name);
  const served = all.some((port) => port.served) ? all.filter((port) => port.served) : all;
  const manifests = app.kind === 'manifests';

  const rules: k8s.NetworkPolicyIngressRule[] = [];
  const allow = (from: k8s.NetworkPolicyPeer[], ports: readonly EndpointPort[], anyPort = false): void => {
    if (from.length > 0 && (anyPort || ports.length > 0)) {
      rules.push(anyPort ? { from } : { from, ports: policyPorts(ports) });
    }
  };
  if (talksToItself(endpoints)) {
    rules.push({ from: [{ podSelector: podsOf(app) }] });
  }
  const callers = [
    ...app.calledBy.map((peer) => peerOf(app, peer)),
    ...app.values.network.fromNamespaces.map(namespaceOf),
  ];
  allow(callers, served, manifests);
  if (monitoring) {
    const metrics = all.filter((port) => port.name.includes('metrics'));
    allow([namespaceOf(monitoring.namespace)], metrics, manifests);
  }
  for (const endpoint of endpoints) {
    for (const [proxy, port] of [
      [ingress, endpoint.ingressPort],
      [gateway, endpoint.routePort],
    ] as const)
      if (proxy) allow([namespaceOf(proxy.namespace)], named(endpoint.ports, port), port === ANY_PORT);
    const open = endpoint.ports.filter((port) => port.served);
    if (endpoint.anywhere && open.length > 0) rules.push({ ports: policyPorts(open) });
  }
  return rules;
}

function egressOf(environment: Environment, app: App, endpoints: readonly Endpoint[]) {
  const { toCidrs, toNamespaces } = app.values.network;
  const rules: k8s.NetworkPolicyEgressRule[] = [
    {
      to: [namespaceOf('kube-system')],
      ports: policyPorts([
        { containerPort: 53, protocol: 'UDP' },
        { containerPort: 53, protocol: 'TCP' },
      ]),
    },
  ];
  if (talksToItself(endpoints)) {
    rules.push({ to: [{ podSelector: podsOf(app) }] });
  }
  const to = [...app.calls.map((peer) => peerOf(app, peer)), ...toNamespaces.map(namespaceOf)];
  if (to.length > 0) rules.push({ to });
  const { apiServer } = environment.cluster;
  if (apiServer && (app.values.api ?? []).length > 0) {
    const ports = policyPorts([{ containerPort: apiServer.port, protocol: 'TCP' }]);
    rules.push({ to: apiServer.cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports });
  }
  for (const { cidr, ports } of toCidrs) {
    const numbers = ports.map((containerPort) => ({ containerPort, protocol: 'TCP' }));
    rules.push({ to: [{ ipBlock: { cidr } }], ports: policyPorts(numbers) });
  }
  return rules;
}

const talksToItself = (endpoints: readonly Endpoint[]): boolean =>
  endpoints.length > 1 || endpoints.some((endpoint) => endpoint.peers);

const podsOf = ({ kind, objectName }: Peer): k8s.LabelSelector => ({
  matchLabels: { [kind === 'manifests' ? MANIFESTS_LABEL : INSTANCE_LABEL]: objectName },
});

function peerOf(app: App, peer: Peer): k8s.NetworkPolicyPeer {
  const podSelector = podsOf(peer);
  return peer.namespace === app.namespace ? { podSelector } : { podSelector, ...namespaceOf(peer.namespace) };
}

const namespaceOf = (name: string): k8s.NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } },
});

const policyPorts = (
  ports: readonly Pick<EndpointPort, 'containerPort' | 'protocol'>[],
): k8s.NetworkPolicyPort[] =>
  ports.map(({ containerPort, protocol }) => ({ port: intOrString(containerPort), protocol }));
