import type { Cluster } from './cluster';
import type { Environment } from './environment';
import type { Location } from './errors';
import type { KubeObject } from './kube';

/** One file of dist/, before it is written: the objects and where they come from. */
export interface RenderedFile {
  /** Path below dist/, with forward slashes: `dev/frontend.yaml`. */
  readonly path: string;
  /** What the first line names as the source: `environments/dev.yaml, apps.frontend`. */
  readonly source: string;
  /** Where a problem with one of the objects is reported, e.g. the app's entry in the stage's file. */
  readonly at: Location;
  /** Where one of the objects stands itself, by its index; undefined for one that is made here. */
  readonly placeOf?: (index: number) => Location | undefined;
  /** What is proven is read from its text when somebody asks: few do. */
  readonly objects: readonly KubeObject[];
  /** Absent where nobody has checked the objects yet. */
  readonly proven?: Proven;
}

/** Where a problem with one of the objects of a file is reported. */
export const placeIn = ({ placeOf, at }: RenderedFile, index: number): Location => placeOf?.(index) ?? at;

/** A kind of object, with its API group; the core group is the empty string. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** What some objects are, as far as their delivery depends on it. */
export interface Kinds {
  /** The kinds that belong to no namespace. */
  readonly clusterScoped: readonly GroupKind[];
  /** How many objects there are. */
  readonly objects: number;
}

/**
 * A file whose objects are right by themselves: they fit the schemas of Kubernetes, and every rule of single objects holds.
 * None of them defines a kind, or is a Secret with data.
 */
export interface Proven {
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Its length in bytes. */
  readonly size: number;
  readonly text: string;
  readonly kinds: Kinds;
  /** The API groups of its objects: what the input defines in one of them wins over what they were held against. */
  readonly groups: readonly string[];
  /** What the rules across objects see of each object, in the same order. */
  readonly outlines: readonly KubeObject[];
  /** SHA-256 of the outlines: while it stays, no rule across objects finds anything new. */
  readonly outlineHash: string;
  /** Whether they hold what looks like a credential, which somebody may have allowed where it stands. @default false */
  readonly suspect?: boolean;
}

/** How many objects a file holds. */
export const objectCount = (file: RenderedFile): number =>
  file.proven ? file.proven.kinds.objects : file.objects.length;

/** What a stage says of itself, and rules of single objects judge by. */
export interface StageFacts {
  readonly name: string;
  /** The one that it is rendered for. */
  readonly cluster: Cluster;
  /** Namespaces that the stage owns and renders. */
  readonly namespaces: readonly string[];
  /** The Pod Security level its namespaces enforce. */
  readonly podSecurity: 'restricted' | 'baseline' | 'privileged';
  /** What images it accepts. */
  readonly images?: { readonly requireDigest: boolean; readonly registries: readonly string[] };
}

/** Everything that one stage deploys. */
export interface RenderedStage extends StageFacts {
  /** Every cluster that it runs on. @default `cluster` alone */
  readonly clusters?: readonly Cluster[];
  /** Objects that somebody else creates in its namespaces, as `Kind/name`: references to them resolve. */
  readonly existing: readonly string[];
  /** Acknowledged destructive changes, as the guard prints them, with the line each stands on. */
  readonly acknowledged: readonly { readonly change: string; readonly at: Location }[];
  /** Where problems of the stage as a whole are reported. */
  readonly at: Location;
  readonly files: readonly RenderedFile[];
}

/** What a stage says of itself, as it is configured. */
export function stageFacts({
  name,
  cluster,
  namespaces,
  values,
}: Omit<Environment, 'apps' | 'locate'>): StageFacts {
  return { name, cluster, namespaces, podSecurity: values.podSecurity, images: values.images };
}
