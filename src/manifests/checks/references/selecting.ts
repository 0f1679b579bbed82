import { dig, fields, items, strings, type Fields } from '../../fields';
import { isEmptySelector, selectorMatches, showSelector } from '../label-selector';
import { didYouMean } from '../nearest';
import { servedPorts, type PodTemplate } from '../pods';
import { namespaceOf, stageRule, type Entry, type Finding, type StageView } from '../rule';
import { foreignPods } from './pods';

/** Policies and budgets apply to pods that exist. */
export const selecting = stageRule(
  'all',
  'selects-nothing',
  'Every PodDisruptionBudget and NetworkPolicy selects pods, and names peers and ports that exist.',
  function* (view): Iterable<Finding> {
    for (const entry of view.of('PodDisruptionBudget.policy')) yield* budget(view, entry);
    for (const entry of view.of('NetworkPolicy.networking.k8s.io')) yield* policy(view, entry);
    yield* sharedBudgets(view);
  },
);

function podsOf(view: StageView, namespace: string, selector: unknown): PodTemplate[] {
  return view
    .podsWith(namespace, strings(dig(selector, 'matchLabels')))
    .map(({ pod }) => pod)
    .filter((pod) => selectorMatches(selector, pod.labels));
}

function finds(view: StageView, namespace: string, selector: unknown): boolean {
  return (
    podsOf(view, namespace, selector).length > 0 || view.hasForeignPods(strings(dig(selector, 'matchLabels')))
  );
}

function* budget(view: StageView, entry: Entry): Iterable<Finding> {
  const selector = dig(entry.object, 'spec', 'selector');
  if (selector !== undefined && finds(view, namespaceOf(entry), selector)) return;
  yield {
    entry,
    field: 'spec.selector',
    says:
      selector === undefined ? 'is missing' : `(${showSelector(selector)}) matches the pods of no workload`,
    consequence: 'It would protect nothing.',
    remedy: foreignPods(view),
  };
}

/** With two budgets for a pod, the API server refuses every eviction, and a node never drains. */
function* sharedBudgets(view: StageView): Iterable<Finding> {
  const budgets = new Map<PodTemplate, Entry[]>();
  for (const entry of view.of('PodDisruptionBudget.policy')) {
    for (const pod of podsOf(view, namespaceOf(entry), dig(entry.object, 'spec', 'selector')))
      budgets.set(pod, [...(budgets.get(pod) ?? []), entry].slice(0, 2));
  }
  for (const { object, pod } of view.pods) {
    const [first, second] = budgets.get(pod) ?? [];
    if (!first || !second) continue;
    yield {
      entry: second,
      field: 'spec.selector',
      says: `matches ${object.kind} ${object.metadata.name}, which PodDisruptionBudget ${first.object.metadata.name} has already`,
      consequence: 'With two budgets, the API server refuses every eviction: its node could not be drained.',
    };
  }
}

function* policy(view: StageView, entry: Entry): Iterable<Finding> {
  const spec = fields(entry.object.spec);
  const namespace = namespaceOf(entry);
  const selected = podsOf(view, namespace, spec.podSelector);
  if (!finds(view, namespace, spec.podSelector) && !isEmptySelector(spec.podSelector)) {
    yield {
      entry,
      field: 'spec.podSelector',
      says: `(${showSelector(spec.podSelector)}) matches the pods of no workload`,
      consequence: 'It would apply to nothing, and what it means to allow would stay denied.',
      remedy: foreignPods(view),
    };
    return;
  }
  for (const [direction, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of items(spec[direction]).entries()) {
      const path = `spec.${direction}[${index}]`;
      const peers = items(rule[side]);
      const reached = peers.map((peer) => peerPods(view, namespace, peer));
      for (const [i, pods] of reached.entries()) {
        const { podSelector } = peers[i]!;
        if (pods === undefined || pods.length > 0 || isEmptySelector(podSelector)) continue;
        if (view.hasForeignPods(strings(dig(podSelector, 'matchLabels')))) continue;
        yield {
          entry,
          field: `${path}.${side}[${i}].podSelector`,
          says: `(${showSelector(podSelector)}) matches the pods of no workload`,
          consequence: 'What it means to allow would stay denied.',
          remedy: foreignPods(view),
        };
      }
      const known = reached.every((pods) => pods !== undefined) && peers.length > 0;
      const listeners = direction === 'ingress' ? selected : known ? reached.flat() : undefined;
      if (listeners) yield* namedPorts(entry, `${path}.ports`, rule, listeners as PodTemplate[]);
    }
  }
}

/** The pods of the stage that a peer stands for; undefined where it reaches out of the stage. */
function peerPods(view: StageView, namespace: string, peer: Fields): PodTemplate[] | undefined {
  if (peer.podSelector === undefined || peer.ipBlock !== undefined) return undefined;
  if (peer.namespaceSelector === undefined) return podsOf(view, namespace, peer.podSelector);
  const labels = dig(peer.namespaceSelector, 'matchLabels');
  const name = fields(labels)['kubernetes.io/metadata.name'];
  const simple = Object.keys(fields(labels)).length === 1 && typeof name === 'string' && view.owns(name);
  return simple ? podsOf(view, name, peer.podSelector) : undefined;
}

function* namedPorts(
  entry: Entry,
  field: string,
  rule: Fields,
  listeners: readonly PodTemplate[],
): Iterable<Finding> {
  // Most ports are numbers: then it does not matter what the pods call theirs.
  if (!items(rule.ports).some(({ port }) => typeof port === 'string')) return;
  const names = listeners.flatMap(servedPorts).map((port) => String(port.name));
  for (const { port } of items(rule.ports)) {
    if (typeof port !== 'string' || names.includes(port) || listeners.length === 0) continue;
    yield {
      entry,
      field,
      says: `"${port}" names no port of the pods it stands for${didYouMean(port, names)}`,
      consequence: 'What it means to allow would stay denied.',
    };
  }
}
