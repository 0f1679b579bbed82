/** A pod, as network policies see it. */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: unknown;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly {
    readonly port?: number | string;
    readonly endPort?: number;
    readonly protocol?: string;
  }[];
}

export interface Policy {
  readonly namespace: string;
  readonly podSelector: Selector;
  readonly policyTypes: readonly Direction[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export type Direction = 'Ingress' | 'Egress';

/** Whether any policy selects the pod in this direction: then only what some policy allows gets through. */
export function isIsolated(policies: readonly Policy[], pod: Pod, direction: Direction): boolean {
  return selecting(policies, pod, direction).length > 0;
}

/**
 * Whether the policies let TCP pass from one pod to another, seen from one end: a connection needs both.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function allows(
  policies: readonly Policy[],
  from: Pod,
  to: Pod,
  port: number,
  direction: Direction,
): boolean {
  const [subject, other] = direction === 'Ingress' ? [to, from] : [from, to];
  const applying = selecting(policies, subject, direction);
  if (!applying.length) return true;
  return applying.some((policy) =>
    ((direction === 'Ingress' ? policy.ingress : policy.egress) ?? []).some((rule) => {
      const peers = direction === 'Ingress' ? rule.from : rule.to;
      const peer = !peers?.length || peers.some((each) => isPeer(each, policy, other));
      return peer && (!rule.ports?.length || rule.ports.some((each) => isPort(each, port)));
    }),
  );
}

function selecting(policies: readonly Policy[], pod: Pod, direction: Direction): Policy[] {
  return policies.filter(
    ({ namespace, podSelector, policyTypes }) =>
      namespace === pod.namespace && policyTypes.includes(direction) && matches(podSelector, pod.labels),
  );
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, policy: Policy, pod: Pod): boolean {
  if (ipBlock) return false;
  const here = namespaceSelector
    ? matches(namespaceSelector, { 'kubernetes.io/metadata.name': pod.namespace })
    : policy.namespace === pod.namespace;
  return here && (!podSelector || matches(podSelector, pod.labels));
}

function isPort(
  { port, endPort, protocol = 'TCP' }: NonNullable<Rule['ports']>[number],
  wanted: number,
): boolean {
  if (protocol !== 'TCP') return false;
  if (port === undefined) return true;
  if (typeof port === 'string')
    throw new Error(`a port by its name, ${port}: this reader knows numbers only`);
  return port <= wanted && wanted <= (endPort ?? port);
}

function matches(
  { matchLabels = {}, matchExpressions }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (matchExpressions?.length) throw new Error('matchExpressions: this reader knows matchLabels only');
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}
