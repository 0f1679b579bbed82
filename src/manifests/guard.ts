import { KUBERNETES_VERSIONS, type KubernetesVersion } from '../model/cluster';
import { describeObject, type KubeObject } from '../model/kube';
import type { Location, Problem } from '../model/errors';
import { kindOf } from './checks/pods';
import { didYouMean } from './checks/nearest';
import { diffObjects, type ObjectDiff } from './diff';
import { immutableChanges } from './immutable';
import { counted } from '../model/counted';

/** A change that loses data, or that the cluster refuses until somebody deletes something by hand. */
export interface DestructiveChange {
  /** Stable; as a line of `allowDestructive` it acknowledges the change. */
  readonly text: string;
  readonly consequence: string;
}

/** A line of `allowDestructive`, and where it stands. */
export interface Acknowledgement {
  readonly change: string;
  readonly at: Location;
}

/** What the guard says of one stage. */
export interface Verdict {
  /** Changes that nobody acknowledged; not empty: refuse, exit code 3. */
  readonly refused: readonly Problem[];
  /** Acknowledgements of what does not happen. */
  readonly warnings: readonly Problem[];
}

const REMOVALS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'The volume, and the data on it, would go with it.',
  Namespace: 'Everything in the namespace would go with it, volumes included.',
  'StatefulSet.apps': 'Its pods would stop, and nothing would look after their volumes.',
  'CustomResourceDefinition.apiextensions.k8s.io':
    'Every object of its kind would go with it, in all namespaces.',
};
const REFUSED_BY_CLUSTER =
  'The API server refuses this change: the sync would fail until the object is deleted and created anew.';

const NEWEST = KUBERNETES_VERSIONS[KUBERNETES_VERSIONS.length - 1]!;

/** The share of a stage's objects that may go unasked, and the number of objects from which it counts. */
const MAX_SHARE = 0.3;
const MIN_OBJECTS = 4;

export interface DestructiveOptions {
  /** Of the stage's cluster. @default the newest, which refuses least */
  readonly version?: KubernetesVersion;
  /** What lies between the two, where it is known already. */
  readonly diff?: ObjectDiff;
  /** How many objects the stage has before and after that are in neither list, since they stay. @default 0 */
  readonly kept?: number;
}

/**
 * The destructive changes between what a stage has and what it would have.
 *
 * @param after everything the stage would have; undefined where the stage itself is gone from the input
 */
export function findDestructive(
  stage: string,
  before: readonly KubeObject[],
  after: readonly KubeObject[] | undefined,
  { version = NEWEST, diff = diffObjects(before, after ?? []), kept = 0 }: DestructiveOptions = {},
): DestructiveChange[] {
  const count = before.length + kept;
  if (count === 0) return [];
  if (after === undefined || after.length + kept === 0) {
    const consequence = `${count === 1 ? 'Its one object' : `All its ${count} objects`} would be deleted${whatElse(before)}.`;
    return [{ text: `${after === undefined ? 'remove' : 'empty'} stage ${stage}`, consequence }];
  }
  const { changed, removed } = diff;
  const found: DestructiveChange[] = [];
  for (const object of removed) {
    const consequence = REMOVALS[kindOf(object)];
    if (consequence !== undefined) found.push({ text: `remove ${describeObject(object)}`, consequence });
  }
  for (const change of changed) {
    for (const path of immutableChanges(change.before, change.after, version)) {
      const text = `change ${describeObject(change.after)} ${path}`;
      found.push({ text, consequence: REFUSED_BY_CLUSTER });
    }
  }
  if (count >= MIN_OBJECTS && removed.length / count > MAX_SHARE) {
    found.push({
      text: `remove ${removed.length} of ${count} objects`,
      consequence: `More than ${MAX_SHARE * 100} % of the stage would be deleted at once.`,
    });
  }
  return found;
}

/**
 * Compares destructive changes with what has been acknowledged.
 *
 * @param file the file that an acknowledgement belongs into, e.g. `environments/prod.yaml`
 * @param at where the stage is reported
 */
export function guard(
  destructive: readonly DestructiveChange[],
  acknowledged: readonly Acknowledgement[],
  { stage, file, at }: { readonly stage: string; readonly file: string; readonly at?: Location },
): Verdict {
  const allowed = new Set(acknowledged.map(({ change }) => change));
  const texts = destructive.map((change) => change.text);
  const open = destructive.filter((change) => !allowed.has(change.text));
  const stale = acknowledged.filter(({ change }) => !texts.includes(change));
  return {
    refused: open.map(({ text, consequence }) => ({
      code: 'destructive-change',
      cause: `Stage ${stage}: ${text}`,
      consequence,
      remedy: `If that is meant, acknowledge it in ${file}:\nallowDestructive:\n  - ${scalar(text)}`,
      at: at ?? { file },
    })),
    warnings: stale.map(({ change, at: line }) => {
      const meant = didYouMean(
        change,
        open.map((o) => o.text),
      );
      return {
        code: 'stale-acknowledgement',
        cause: `Stage ${stage}: allowDestructive lists "${change}", which does not happen${meant}`,
        consequence: 'Left in place, it would allow the same change unasked another day.',
        remedy: 'Remove the line.',
        at: line,
      };
    }),
  };
}

/** Names may hold what YAML reads otherwise, such as the colon of an RBAC name. */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9 ./[\]-]*$/.test(text) ? text : JSON.stringify(text);
}

function whatElse(objects: readonly KubeObject[]): string {
  const claims = objects.filter((object) => kindOf(object) === 'PersistentVolumeClaim').length;
  return claims === 0 ? '' : `, ${counted(claims, 'PersistentVolumeClaim')} among them`;
}
