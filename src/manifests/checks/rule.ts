import type { Cluster } from '../../model/cluster';
import type { Problem } from '../../model/errors';
import { describeObject } from '../../model/kube';
import { placeIn } from '../../model/rendered';
import type { Entry, PodEntry, StageView } from './stage-view';

/** Where objects of a kind live on a cluster; undefined for a kind nobody knows. */
export type ScopeOf = (
  apiVersion: string,
  kind: string,
  cluster: Cluster,
) => 'Namespaced' | 'Cluster' | undefined;

/** Everything that is checked: all stages at once, since two of them may share a cluster. */
export interface World {
  readonly stages: readonly StageView[];
  readonly scope: ScopeOf;
}

/** One named check. Its name is the code of the problems it finds. */
export interface Rule {
  readonly name: string;
  /** What holds when it finds nothing, in one line. */
  readonly about: string;
  /**
   * What it looks at: `each` object by itself, whole, with what its stage says of itself; or `all` of them together, as
   * outlines. A rule of all reads nothing that {@link outlineOf} leaves out.
   */
  readonly of: 'each' | 'all';
  readonly check: (world: World) => Iterable<Finding>;
}

/** What a rule found, before it becomes a Problem. */
export interface Finding {
  readonly entry: Entry;
  /** Path of the field, e.g. `spec.template.spec.containers[frontend].image`. */
  readonly field?: string;
  /** Continues `Deployment podinfo-dev/frontend: spec.replicas`, or the object's name where there is no field. */
  readonly says: string;
  readonly consequence?: string;
  readonly remedy?: string;
}

/** A rule that goes through one stage after the other. */
export function stageRule(
  of: Rule['of'],
  name: string,
  about: string,
  check: (stage: StageView, world: World) => Iterable<Finding>,
): Rule {
  return { name, about, of, check: (world) => world.stages.flatMap((stage) => [...check(stage, world)]) };
}

/** A rule that looks at each object by itself, and adds what it finds. */
export function objectRule(
  name: string,
  about: string,
  check: (entry: Entry, found: Finding[]) => void,
): Rule {
  return stageRule('each', name, about, ({ entries }) => findings(entries, check));
}

/** A rule that looks at each pod template by itself, and adds what it finds. */
export function podRule(
  name: string,
  about: string,
  check: (entry: PodEntry, found: Finding[]) => void,
): Rule {
  return stageRule('each', name, about, ({ pods }) => findings(pods, check));
}

function findings<T>(entries: readonly T[], check: (entry: T, found: Finding[]) => void): Finding[] {
  const found: Finding[] = [];
  for (const entry of entries) check(entry, found);
  return found;
}

export function toProblem(code: string, finding: Finding): Problem {
  const { entry, field, says, consequence, remedy } = finding;
  const where = field === undefined ? '' : `${field} `;
  return {
    code,
    cause: `${describeObject(entry.object)}: ${where}${says}`,
    ...(consequence === undefined ? {} : { consequence }),
    ...(remedy === undefined ? {} : { remedy }),
    at: placeIn(entry.file, entry.index),
  };
}

export { namespaceOf, wholeOf, type Entry, type PodEntry, type StageView } from './stage-view';
