import { dig, fields, items, text, type Fields } from '../../fields';
import { kindOf, podTemplate } from '../pods';
import { namespaceOf, stageRule, wholeOf, type Entry, type Finding, type StageView } from '../rule';
import { missing, renderOrList } from './pods';

const SCALERS = [
  'HorizontalPodAutoscaler.autoscaling',
  'ScaledObject.keda.sh',
  'VerticalPodAutoscaler.autoscaling.k8s.io',
];

/** An autoscaler has a target, owns its number of replicas alone, and can measure it. */
export const autoscalers = stageRule(
  'all',
  'autoscaler-target',
  'Every autoscaler finds its target, which sets no replicas and requests what is measured.',
  function* (view): Iterable<Finding> {
    const targets = new Map<Entry, Entry>();
    for (const entry of SCALERS.flatMap((kind) => view.of(kind))) {
      const field = entry.object.kind === 'VerticalPodAutoscaler' ? 'targetRef' : 'scaleTargetRef';
      const reference = fields(dig(entry.object, 'spec', field));
      const { name, kind = 'Deployment', apiVersion = 'apps/v1' } = reference;
      const id = kindOf({ apiVersion: String(apiVersion), kind: String(kind) });
      const namespace = namespaceOf(entry);
      const target = view.find(id, namespace, String(name));
      if (!target) {
        if (view.isExisting(id, String(name))) continue;
        yield {
          entry,
          field: `spec.${field}`,
          says: missing(String(kind), String(name), namespace, view.names(id, namespace)),
          consequence: 'It would scale nothing.',
          remedy: renderOrList(String(kind), String(name), view),
        };
        continue;
      }
      if (entry.object.kind === 'VerticalPodAutoscaler') continue;
      const other = targets.get(target);
      if (other) {
        const says = `names ${target.object.kind} ${String(name)}, as ${other.object.kind} ${other.object.metadata.name} does`;
        const consequence = 'The two would undo what the other one does.';
        yield { entry, field: `spec.${field}`, says, consequence };
      }
      targets.set(target, entry);
      yield* fixedReplicas(entry, target);
      yield* requests(view, entry, target);
    }
  },
);

function* fixedReplicas(scaler: Entry, target: Entry): Iterable<Finding> {
  if (dig(target.object, 'spec', 'replicas') === undefined) return;
  yield {
    entry: target,
    field: 'spec.replicas',
    says: `${String(dig(wholeOf(target), 'spec', 'replicas'))} is set, and ${scaler.object.kind} ${scaler.object.metadata.name} scales it`,
    consequence: 'Each sync would set the number back.',
    remedy: 'Leave spec.replicas out.',
  };
}

/** A share of the request needs a request, in every container that is measured. */
function* requests(view: StageView, scaler: Entry, target: Entry): Iterable<Finding> {
  const pod = podTemplate(target.object, target.kind);
  if (!pod) return;
  // A LimitRange may fill requests in.
  if (view.of('LimitRange', namespaceOf(scaler)).some(({ object }) => fillsRequests(object))) return;
  for (const metric of items(dig(scaler.object, 'spec', 'metrics'))) {
    const source = metric.type === 'ContainerResource' ? metric.containerResource : metric.resource;
    const { name, container: only, target: goal } = fields(source) as Fields;
    const resource = text(name);
    const measured = pod.containers.filter((c) => c.serves && (only === undefined || c.name === only));
    if (only !== undefined && measured.length === 0) {
      yield {
        entry: scaler,
        field: 'spec.metrics',
        says: `"${String(only)}" names no container of its target`,
      };
    }
    if (resource === undefined || fields(goal).type !== 'Utilization') continue;
    for (const container of measured) {
      const { requests: asked, limits } = fields(container.fields.resources);
      if (fields(asked)[resource] !== undefined || fields(limits)[resource] !== undefined) continue;
      yield {
        entry: scaler,
        field: 'spec.metrics',
        says: `measures ${resource} as a share of the request, and ${target.object.kind} ${target.object.metadata.name} has none in ${container.path}`,
        consequence: 'It would never scale.',
      };
    }
  }
}

function fillsRequests(limitRange: Entry['object']): boolean {
  return items(dig(limitRange, 'spec', 'limits')).some(
    (limit) => limit.default !== undefined || limit.defaultRequest !== undefined,
  );
}
