import { dig, fields, items, strings, text, type Fields } from '../../fields';
import { isEmptySelector, showSelector } from '../label-selector';
import { didYouMean } from '../nearest';
import { servedPorts } from '../pods';
import { namespaceOf, stageRule, type Entry, type Finding, type PodEntry, type StageView } from '../rule';
import { foreignPods } from './pods';

const DIRECTIONS = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

/** Policies and budgets apply to pods that exist. */
export const selecting = stageRule(
  'all',
  'selects-nothing',
  'Every PodDisruptionBudget and NetworkPolicy selects pods, and names peers and ports that exist.',
  function* (view): Iterable<Finding> {
    const owners = new Map<PodEntry, Entry>();
    const shared = new Map<PodEntry, readonly [Entry, Entry]>();
    for (const entry of view.of('PodDisruptionBudget.policy')) {
      const { selector } = fields(entry.object.spec);
      const pods = view.podsMatching(namespaceOf(entry), selector);
      if (selector === undefined || (pods.length === 0 && !isForeign(view, selector)))
        yield withoutPods(view, entry, selector);
      for (const pod of pods) {
        const first = owners.get(pod);
        if (!first) owners.set(pod, entry);
        else if (!shared.has(pod)) shared.set(pod, [first, entry]);
      }
    }
    for (const entry of view.of('NetworkPolicy.networking.k8s.io')) yield* policy(view, entry);
    if (shared.size > 0) yield* sharedBudgets(view, shared);
  },
);

function isForeign(view: StageView, selector: unknown): boolean {
  return view.hasForeignPods(strings(dig(selector, 'matchLabels')));
}

function withoutPods(view: StageView, entry: Entry, selector: unknown): Finding {
  return {
    entry,
    field: 'spec.selector',
    says:
      selector === undefined ? 'is missing' : `(${showSelector(selector)}) matches the pods of no workload`,
    consequence: 'It would protect nothing.',
    remedy: foreignPods(view),
  };
}

/** With two budgets for a pod, the API server refuses every eviction, and a node never drains. */
function* sharedBudgets(
  view: StageView,
  shared: ReadonlyMap<PodEntry, readonly [Entry, Entry]>,
): Iterable<Finding> {
  for (const pod of view.pods) {
    const [first, second] = shared.get(pod) ?? [];
    if (!first || !second) continue;
    const { object } = pod;
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
  const selected = view.podsMatching(namespace, spec.podSelector);
  if (selected.length === 0 && !isEmptySelector(spec.podSelector) && !isForeign(view, spec.podSelector)) {
    yield {
      entry,
      field: 'spec.podSelector',
      says: `(${showSelector(spec.podSelector)}) matches the pods of no workload`,
      consequence: 'It would apply to nothing, and what it means to allow would stay denied.',
      remedy: foreignPods(view),
    };
    return;
  }
  for (const [direction, side] of DIRECTIONS) {
    for (const [index, rule] of items(spec[direction]).entries()) {
      const path = `spec.${direction}[${index}]`;
      const peers = items(rule[side]);
      const reached = peers.map((peer) => peerPods(view, namespace, peer));
      for (const [i, pods] of reached.entries()) {
        const { podSelector } = peers[i]!;
        if (pods === undefined || pods.length > 0 || isEmptySelector(podSelector)) continue;
        if (isForeign(view, podSelector)) continue;
        yield {
          entry,
          field: `${path}.${side}[${i}].podSelector`,
          says: `(${showSelector(podSelector)}) matches the pods of no workload`,
          consequence: 'What it means to allow would stay denied.',
          remedy: foreignPods(view),
        };
      }
      // Most ports are numbers: then it does not matter what the pods call theirs.
      const ports = items(rule.ports).flatMap(({ port }) => text(port) ?? []);
      if (ports.length === 0) continue;
      const known = peers.length > 0 && reached.every((pods) => pods !== undefined);
      const listeners = direction === 'ingress' ? selected : known ? reached.flat() : undefined;
      if (listeners) yield* namedPorts(entry, `${path}.ports`, ports, listeners as readonly PodEntry[]);
    }
  }
}

/** The pods of the stage that a peer stands for; undefined where it reaches out of the stage. */
function peerPods(view: StageView, namespace: string, peer: Fields): readonly PodEntry[] | undefined {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (podSelector === undefined || ipBlock !== undefined) return undefined;
  if (namespaceSelector === undefined) return view.podsMatching(namespace, podSelector);
  const labels = fields(dig(namespaceSelector, 'matchLabels'));
  const name = labels['kubernetes.io/metadata.name'];
  const simple = typeof name === 'string' && view.owns(name) && Object.keys(labels).length === 1;
  return simple ? view.podsMatching(name, podSelector) : undefined;
}

function* namedPorts(
  entry: Entry,
  field: string,
  ports: readonly string[],
  listeners: readonly PodEntry[],
): Iterable<Finding> {
  const names = listeners.flatMap(({ pod }) => servedPorts(pod)).map((port) => String(port.name));
  for (const port of ports) {
    if (names.includes(port) || listeners.length === 0) continue;
    yield {
      entry,
      field,
      says: `"${port}" names no port of the pods it stands for${didYouMean(port, names)}`,
      consequence: 'What it means to allow would stay denied.',
    };
  }
}
