import { dig, strings } from '../fields';
import { isEmptySelector, mapMatches, selectorMatches, showSelector } from './label-selector';
import { kindOf, type PodTemplate } from './pods';
import { namespaceOf, stageRule, type Finding } from './rule';

const SELECTING = [
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'ReplicaSet.apps',
  'Rollout.argoproj.io',
];

/** A workload selects its own pods, and no others. */
export const selectors = stageRule(
  'all',
  'selector-mismatch',
  "A workload's selector matches its own pods, and the pods of no other workload.",
  function* (view): Iterable<Finding> {
    for (const entry of view.pods) {
      const { object, pod } = entry;
      if (!selects(pod)) continue;
      const field = 'spec.selector';
      if (!matches(pod, pod)) {
        yield {
          entry,
          field,
          says: `(${shown(pod)}) does not match the labels of its own pod template`,
          consequence: 'The API server would refuse it.',
        };
        continue;
      }
      for (const other of view.podsWith(namespaceOf(entry), wanted(pod))) {
        // Where each matches the other, one report is enough.
        if (other.object === object || !matches(pod, other.pod)) continue;
        const mutual = selects(other.pod) && matches(other.pod, pod);
        if (mutual && view.pods.indexOf(entry) > view.pods.indexOf(other)) continue;
        yield {
          entry,
          field,
          says: `(${shown(pod)}) matches the pods of ${other.object.kind} ${other.object.metadata.name}, too`,
          consequence: "Autoscalers, budgets and rollouts would count the other one's pods as its own.",
          remedy: 'Give each workload a label of its own, in the selector and on its pods.',
        };
      }
    }
  },
);

function selects({ object }: PodTemplate): boolean {
  return SELECTING.includes(kindOf(object)) || kindOf(object) === 'ReplicationController';
}

/** The labels that a selector asks for by their values. */
function wanted({ object }: PodTemplate): readonly (readonly [string, string])[] {
  const selector = dig(object, 'spec', 'selector');
  return strings(kindOf(object) === 'ReplicationController' ? selector : dig(selector, 'matchLabels'));
}

function matches({ object }: PodTemplate, pod: PodTemplate): boolean {
  const selector = dig(object, 'spec', 'selector');
  if (kindOf(object) === 'ReplicationController') return mapMatches(selector, pod.labels);
  return !isEmptySelector(selector) && selectorMatches(selector, pod.labels);
}

function shown({ object }: PodTemplate): string {
  return showSelector(dig(object, 'spec', 'selector')) || 'empty';
}
