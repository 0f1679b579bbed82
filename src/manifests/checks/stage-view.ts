import type { KubeObject } from '../../model/kube';
import { getOrSet } from '../../model/maps';
import type { RenderedFile, RenderedStage } from '../../model/rendered';
import { fields, isFields } from '../fields';
import { selectorMatches } from './label-selector';
import { kindOf, podTemplate, type PodTemplate } from './pods';

/** An object, and where it is rendered. */
export interface Entry {
  /** The object, or its outline where the rule looks at all. */
  readonly object: KubeObject;
  /** As kubectl writes it: `Deployment.apps`. */
  readonly kind: string;
  readonly file: RenderedFile;
  /** Its place among the objects of the file. */
  readonly index: number;
  readonly stage: StageView;
}

export interface PodEntry extends Entry {
  readonly pod: PodTemplate;
}

export function namespaceOf({ object }: Entry): string {
  return object.metadata.namespace ?? '';
}

/** The object itself, where a finding has to tell what its outline does not. */
export function wholeOf({ file, index }: Entry): KubeObject {
  return file.objects[index]!;
}

type ByNamespace<T> = Map<string, Map<string, T>>;
/** The pods of a namespace: all of them, and by key and value of their labels. */
interface PodIndex {
  readonly pods: PodEntry[];
  readonly byLabel: Map<string, Map<string, PodEntry[]>>;
}

const NONE: readonly never[] = [];

/**
 * A rendered stage with the look-ups that rules need, each made when it is first asked for. Kinds are written as kubectl
 * does: `Deployment.apps`.
 */
export class StageView {
  readonly entries: readonly Entry[];
  private ownPods?: readonly PodEntry[];
  private ownNamespaces?: ReadonlySet<string>;
  private existing?: ReadonlySet<string>;
  private byKind?: ReadonlyMap<string, ByNamespace<Entry>>;
  private duplicates = false;
  private byNamespace?: Map<string, PodIndex>;

  /** @param objectsOf what is looked at of a file: its objects, or their outlines */
  constructor(
    readonly stage: RenderedStage,
    objectsOf: (file: RenderedFile) => readonly KubeObject[] = ({ objects }) => objects,
  ) {
    const entries: Entry[] = [];
    for (const file of stage.files) {
      let index = 0;
      for (const object of objectsOf(file))
        entries.push({ object, kind: kindOf(object), file, index: index++, stage: this });
    }
    this.entries = entries;
  }

  get pods(): readonly PodEntry[] {
    if (this.ownPods) return this.ownPods;
    const pods: PodEntry[] = [];
    for (const entry of this.entries) {
      const pod = podTemplate(entry.object, entry.kind);
      if (pod) pods.push({ ...entry, pod });
    }
    return (this.ownPods = pods);
  }

  /** The rendered objects of a kind, in one namespace or in all. */
  of(kind: string, namespace?: string): readonly Entry[] {
    const found = this.kinds().get(kind);
    if (!found) return NONE;
    if (namespace !== undefined) return [...(found.get(namespace)?.values() ?? NONE)];
    return [...found.values()].flatMap((entries) => [...entries.values()]);
  }

  /** The first one that is rendered under a name. */
  find(kind: string, namespace: string, name: string): Entry | undefined {
    return this.kinds().get(kind)?.get(namespace)?.get(name);
  }

  /** Rendered, or listed under `existing`. */
  has(kind: string, namespace: string, name: string): boolean {
    return this.find(kind, namespace, name) !== undefined || this.isExisting(kind, name);
  }

  isExisting(kind: string, name: string): boolean {
    this.existing ??= new Set(this.stage.existing);
    return this.existing.size > 0 && this.existing.has(`${kind.split('.')[0]}/${name}`);
  }

  /** Names that a reference to a kind could have meant. */
  names(kind: string, namespace: string): readonly string[] {
    const prefix = `${kind.split('.')[0]}/`;
    const existing = this.stage.existing
      .filter((e) => e.startsWith(prefix))
      .map((e) => e.slice(prefix.length));
    return [...this.of(kind, namespace).map((entry) => entry.object.metadata.name), ...existing];
  }

  podsIn(namespace: string): readonly PodEntry[] {
    return this.podIndex(namespace)?.pods ?? NONE;
  }

  /**
   * The pods of a namespace that a label selector finds, by the rarest of its labels: so a thousand selectors of a
   * thousand workloads do not cost a million comparisons.
   */
  podsMatching(namespace: string, selector: unknown): readonly PodEntry[] {
    const known = this.podIndex(namespace);
    if (!known) return NONE;
    const { matchLabels, matchExpressions } = fields(selector);
    let pods: readonly PodEntry[] = known.pods;
    let wanted = 0;
    if (isFields(matchLabels))
      for (const key in matchLabels) {
        const value = matchLabels[key];
        if (typeof value !== 'string') continue;
        wanted++;
        const having = known.byLabel.get(key)?.get(value) ?? NONE;
        if (having.length < pods.length) pods = having;
      }
    if (wanted <= 1 && matchExpressions === undefined) return pods;
    const matches = ({ pod }: PodEntry): boolean => selectorMatches(selector, pod.labels);
    return pods.every(matches) ? pods : pods.filter(matches);
  }

  /** Whether an operator makes pods with one of these labels: `existing` lists `Pod/<value of the label>`. */
  hasForeignPods(labels: readonly (readonly [string, string])[]): boolean {
    return labels.some(([, value]) => this.isExisting('Pod', value));
  }

  /** Whether the stage renders what lives in a namespace, so that its references can be judged. */
  owns(namespace: string): boolean {
    this.ownNamespaces ??= setOf(this.stage.namespaces);
    return this.ownNamespaces.has(namespace);
  }

  /** Whether it renders anything twice. */
  get hasDuplicates(): boolean {
    this.kinds();
    return this.duplicates;
  }

  private kinds(): ReadonlyMap<string, ByNamespace<Entry>> {
    if (this.byKind) return this.byKind;
    const kinds = new Map<string, ByNamespace<Entry>>();
    for (const entry of this.entries) {
      const ofKind = getOrSet(kinds, entry.kind, newMap<string, Map<string, Entry>>);
      const named = getOrSet(ofKind, namespaceOf(entry), newMap<string, Entry>);
      const { name } = entry.object.metadata;
      if (named.has(name)) this.duplicates = true;
      else named.set(name, entry);
    }
    return (this.byKind = kinds);
  }

  private podIndex(namespace: string): PodIndex | undefined {
    if (this.byNamespace) return this.byNamespace.get(namespace);
    this.byNamespace = new Map();
    for (const entry of this.pods) {
      const { pods, byLabel } = getOrSet(this.byNamespace, namespaceOf(entry), newIndex);
      pods.push(entry);
      const { labels } = entry.pod;
      for (const key in labels) {
        const values = getOrSet(byLabel, key, newMap<string, PodEntry[]>);
        getOrSet(values, labels[key]!, newList<PodEntry>).push(entry);
      }
    }
    return this.byNamespace.get(namespace);
  }
}

const newMap = <K, V>(): Map<K, V> => new Map();
const newList = <T>(): T[] => [];
const newIndex = (): PodIndex => ({ pods: [], byLabel: new Map() });

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Apps of one stage are looked at one by one: the list of its namespaces is the same for all of them. */
function setOf(list: readonly string[]): ReadonlySet<string> {
  const known = sets.get(list);
  if (known) return known;
  const set = new Set(list);
  sets.set(list, set);
  return set;
}
