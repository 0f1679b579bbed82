import type { Cluster } from '../../model/cluster';
import type { Problem } from '../../model/errors';
import { describeObject, type KubeObject } from '../../model/kube';
import { getOrSet } from '../../model/maps';
import type { RenderedFile, RenderedStage } from '../../model/rendered';
import { kindOf, podTemplate, type PodTemplate } from './pods';

/** Where objects of a kind live on a cluster; undefined for a kind nobody knows. */
export type ScopeOf = (
  apiVersion: string,
  kind: string,
  cluster: Cluster,
) => 'Namespaced' | 'Cluster' | undefined;

/** An object, and where it is rendered. */
export interface Entry {
  /** The object, or its outline where the rule looks at all. */
  readonly object: KubeObject;
  readonly file: RenderedFile;
  /** Its place among the objects of the file. */
  readonly index: number;
  readonly stage: StageView;
}

export interface PodEntry extends Entry {
  readonly pod: PodTemplate;
}

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

/** A rule that looks at each object by itself. */
export function objectRule(name: string, about: string, check: (entry: Entry) => Iterable<Finding>): Rule {
  return stageRule('each', name, about, (stage) => findings(stage.entries, check));
}

/** A rule that looks at each pod template by itself. */
export function podRule(name: string, about: string, check: (entry: PodEntry) => Iterable<Finding>): Rule {
  return stageRule('each', name, about, (stage) => findings(stage.pods, check));
}

function findings<T>(entries: readonly T[], check: (entry: T) => Iterable<Finding>): Finding[] {
  const found: Finding[] = [];
  for (const entry of entries) for (const finding of check(entry)) found.push(finding);
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
    at: entry.file.at,
  };
}

/** The object itself, where a finding has to tell what its outline does not. */
export function wholeOf({ file, index }: Entry): KubeObject {
  return file.objects[index]!;
}

export function namespaceOf(entry: Entry): string {
  return entry.object.metadata.namespace ?? '';
}

/** A rendered stage with the look-ups that rules need. Kinds are written as kubectl does: `Deployment.apps`. */
export class StageView {
  readonly entries: readonly Entry[];
  readonly pods: readonly PodEntry[];
  private readonly podsByNamespace = new Map<string, PodEntry[]>();
  private readonly podsByLabel = new Map<string, Map<string, PodEntry[]>>();
  private readonly byNamespace = new Map<string, Entry[]>();
  private readonly existing: ReadonlySet<string>;
  private readonly namespaces: ReadonlySet<string>;
  private readonly byKind = new Map<string, Map<string, Map<string, Entry>>>();

  /** @param objectsOf what is looked at of a file: its objects, or their outlines */
  constructor(
    readonly stage: RenderedStage,
    objectsOf: (file: RenderedFile) => readonly KubeObject[] = ({ objects }) => objects,
  ) {
    this.existing = new Set(stage.existing);
    this.namespaces = new Set(stage.namespaces);
    this.entries = stage.files.flatMap((file) =>
      objectsOf(file).map((object, index): Entry => ({ object, file, index, stage: this })),
    );
    this.pods = this.entries.flatMap((entry) => {
      const pod = podTemplate(entry.object);
      return pod ? [{ ...entry, pod }] : [];
    });
    for (const entry of this.pods) {
      getOrSet(this.podsByNamespace, namespaceOf(entry), () => []).push(entry);
      const labels = getOrSet(this.podsByLabel, namespaceOf(entry), () => new Map());
      for (const [key, value] of Object.entries(entry.pod.labels))
        getOrSet(labels, `${key}=${value}`, () => []).push(entry);
    }
    for (const entry of this.entries) {
      getOrSet(this.byNamespace, namespaceOf(entry), () => []).push(entry);
      const kind = getOrSet(this.byKind, kindOf(entry.object), () => new Map());
      getOrSet(kind, namespaceOf(entry), () => new Map()).set(entry.object.metadata.name, entry);
    }
  }

  /** The rendered objects of a kind, in one namespace or in all. */
  of(kind: string, namespace?: string): readonly Entry[] {
    const found = this.byKind.get(kind);
    if (!found) return [];
    if (namespace !== undefined) return [...(found.get(namespace)?.values() ?? [])];
    return [...found.values()].flatMap((entries) => [...entries.values()]);
  }

  find(kind: string, namespace: string, name: string): Entry | undefined {
    return this.byKind.get(kind)?.get(namespace)?.get(name);
  }

  /** Rendered, or listed under `existing`. */
  has(kind: string, namespace: string, name: string): boolean {
    return this.find(kind, namespace, name) !== undefined || this.isExisting(kind, name);
  }

  isExisting(kind: string, name: string): boolean {
    return this.existing.has(`${kind.split('.')[0]}/${name}`);
  }

  /** Names that a reference to a kind could have meant. */
  names(kind: string, namespace: string): readonly string[] {
    const prefix = `${kind.split('.')[0]}/`;
    const existing = this.stage.existing
      .filter((e) => e.startsWith(prefix))
      .map((e) => e.slice(prefix.length));
    return [...this.of(kind, namespace).map((entry) => entry.object.metadata.name), ...existing];
  }

  /** Everything that is rendered into a namespace. */
  entriesIn(namespace: string): readonly Entry[] {
    return this.byNamespace.get(namespace) ?? [];
  }

  podsIn(namespace: string): readonly PodEntry[] {
    return this.podsByNamespace.get(namespace) ?? [];
  }

  /**
   * The pods of a namespace that may have all of these labels: no others have them. Found by the rarest label, so that
   * a thousand selectors of a thousand workloads do not cost a million comparisons.
   */
  podsWith(namespace: string, labels: readonly (readonly [string, string])[]): readonly PodEntry[] {
    const known = this.podsByLabel.get(namespace);
    let fewest = this.podsIn(namespace);
    for (const [key, value] of labels) {
      const pods = known?.get(`${key}=${value}`) ?? [];
      if (pods.length < fewest.length) fewest = pods;
    }
    return fewest;
  }

  /** Whether an operator makes pods with one of these labels: `existing` lists `Pod/<value of the label>`. */
  hasForeignPods(labels: Iterable<readonly [string, string]>): boolean {
    return [...labels].some(([, value]) => this.isExisting('Pod', value));
  }

  /** Whether the stage renders what lives in a namespace, so that its references can be judged. */
  owns(namespace: string): boolean {
    return this.namespaces.has(namespace);
  }
}
