import { dig, fields, items, strings, text, type Fields } from '../../fields';
import { didYouMean } from '../nearest';
import { servedPorts } from '../pods';
import { namespaceOf, stageRule, type Finding, type PodEntry, type StageView } from '../rule';
import { foreignPods, missing, renderOrList } from './pods';

/** A Service finds pods, and its ports are ports of theirs; a StatefulSet finds its headless Service. */
export const services = stageRule(
  'all',
  'service-target',
  'Every Service selects pods of a workload that listens on its target ports.',
  function* (view): Iterable<Finding> {
    for (const entry of view.of('Service')) {
      const { selector: matchLabels, type, ports } = fields(entry.object.spec);
      const selector = strings(matchLabels);
      if (selector.length === 0 || type === 'ExternalName') continue;
      const namespace = namespaceOf(entry);
      const pods = view.podsMatching(namespace, { matchLabels });
      if (pods.length === 0) {
        if (view.hasForeignPods(selector)) continue;
        const shown = selector.map(([key, value]) => `${key}=${value}`).join(', ');
        yield {
          entry,
          field: 'spec.selector',
          says: `(${shown}) matches the pods of no workload in the namespace${nearMiss(selector, view.podsIn(namespace))}`,
          consequence: 'Nobody would answer.',
          remedy: foreignPods(view),
        };
        continue;
      }
      for (const port of items(ports)) {
        const wrong = targetProblem(port, pods);
        if (wrong === undefined) continue;
        const name = String(port.name ?? port.port);
        const consequence = 'Connections to this port would be refused.';
        yield { entry, field: `spec.ports[${name}].targetPort`, says: wrong, consequence };
      }
    }
    yield* statefulSets(view);
  },
);

function targetProblem(port: Fields, entries: readonly PodEntry[]): string | undefined {
  const target = port.targetPort ?? port.port;
  const protocol = port.protocol ?? 'TCP';
  const served = entries
    .flatMap(({ pod }) => servedPorts(pod))
    .filter((p) => (p.protocol ?? 'TCP') === protocol);
  if (served.some((p) => (typeof target === 'string' ? p.name === target : p.containerPort === target))) {
    return undefined;
  }
  const known = served.map((p) => (typeof target === 'string' ? text(p.name) : String(p.containerPort)));
  const names = known.filter((name) => name !== undefined);
  const workloads = entries.map(({ object }) => `${object.kind} ${object.metadata.name}`).join(', ');
  const hint = typeof target === 'string' ? didYouMean(target, names) : '';
  const listed = names.length > 0 ? ` (it has ${names.join(', ')})` : '';
  return `${JSON.stringify(target)} is no ${String(protocol)} port of ${workloads}${hint === '' ? listed : hint}`;
}

/** Says which label of the nearest workload differs. */
function nearMiss(selector: readonly (readonly [string, string])[], candidates: readonly PodEntry[]): string {
  for (const { pod } of candidates) {
    const wrong = selector.filter(([key, value]) => pod.labels[key] !== value);
    const [key] = wrong[0]!;
    if (wrong.length === 1 && (selector.length > 1 || pod.labels[key] !== undefined)) {
      const { kind, metadata } = pod.object;
      return `; ${kind} ${metadata.name} has ${key}=${pod.labels[key] ?? '(none)'}`;
    }
  }
  return '';
}

function* statefulSets(view: StageView): Iterable<Finding> {
  for (const entry of view.of('StatefulSet.apps')) {
    const name = text(dig(entry.object, 'spec', 'serviceName'));
    const namespace = namespaceOf(entry);
    if (name === undefined || name === '' || view.isExisting('Service', name)) continue;
    const field = 'spec.serviceName';
    const service = view.find('Service', namespace, name);
    if (!service) {
      const says = missing('Service', name, namespace, view.names('Service', namespace));
      const consequence = 'Its pods would have no names in DNS.';
      yield { entry, field, says, consequence, remedy: renderOrList('Service', name, view) };
    } else if (dig(service.object, 'spec', 'clusterIP') !== 'None') {
      const consequence = 'Its pods would have no names in DNS.';
      yield { entry, field, says: `"${name}" names a Service that is not headless`, consequence };
    }
  }
}
