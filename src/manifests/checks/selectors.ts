import { dig } from '../fields';
import { isEmptySelector, selectorMatches, showSelector } from './label-selector';
import { namespaceOf, stageRule, type Finding, type PodEntry } from './rule';

const SELECTING = new Set([
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'ReplicaSet.apps',
  'Rollout.argoproj.io',
  'ReplicationController',
]);

/** A workload selects its own pods, and no others. */
export const selectors = stageRule(
  'all',
  'selector-mismatch',
  "A workload's selector matches its own pods, and the pods of no other workload.",
  function* (view): Iterable<Finding> {
    for (const entry of view.pods) {
      if (!SELECTING.has(entry.kind)) continue;
      const field = 'spec.selector';
      const selector = selectorOf(entry);
      if (!matches(entry, entry)) {
        yield {
          entry,
          field,
          says: `(${shown(entry)}) does not match the labels of its own pod template`,
          consequence: 'The API server would refuse it.',
        };
        continue;
      }
      for (const other of view.podsMatching(namespaceOf(entry), selector)) {
        // Where each matches the other, one report is enough.
        if (other.object === entry.object) continue;
        const mutual = SELECTING.has(other.kind) && matches(other, entry);
        if (mutual && view.pods.indexOf(entry) > view.pods.indexOf(other)) continue;
        yield {
          entry,
          field,
          says: `(${shown(entry)}) matches the pods of ${other.object.kind} ${other.object.metadata.name}, too`,
          consequence: "Autoscalers, budgets and rollouts would count the other one's pods as its own.",
          remedy: 'Give each workload a label of its own, in the selector and on its pods.',
        };
      }
    }
  },
);

/** As a label selector: a ReplicationController has a plain map of labels. */
function selectorOf({ kind, object }: PodEntry): unknown {
  const selector = dig(object, 'spec', 'selector');
  return kind === 'ReplicationController' ? { matchLabels: selector } : selector;
}

function matches(entry: PodEntry, { pod }: PodEntry): boolean {
  const selector = selectorOf(entry);
  // A plain map that is empty stands for the labels of the template.
  const open = isEmptySelector(selector) && entry.kind !== 'ReplicationController';
  return !open && selectorMatches(selector, pod.labels);
}

function shown({ object }: PodEntry): string {
  return showSelector(dig(object, 'spec', 'selector')) || 'empty';
}
