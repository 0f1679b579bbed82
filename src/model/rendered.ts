import type { Cluster } from './cluster';
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
  readonly objects: readonly KubeObject[];
  /** Absent where nobody has checked the objects yet. */
  readonly proven?: Proven;
}

/** A file whose objects are right by themselves: they fit the schemas of Kubernetes, and hold nothing like a credential. */
export interface Proven {
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Its length in bytes. */
  readonly size: number;
  /** The file; absent where only its hash is known. */
  readonly text?: string;
}

/** Everything that one stage deploys. */
export interface RenderedStage {
  readonly name: string;
  /** The one that it is rendered for. */
  readonly cluster: Cluster;
  /** Every cluster that it runs on. @default `cluster` alone */
  readonly clusters?: readonly Cluster[];
  /** Namespaces that the stage owns and renders. */
  readonly namespaces: readonly string[];
  /** The Pod Security level its namespaces enforce. */
  readonly podSecurity: 'restricted' | 'baseline' | 'privileged';
  /** Objects that somebody else creates in its namespaces, as `Kind/name`: references to them resolve. */
  readonly existing: readonly string[];
  /** What images it accepts. */
  readonly images?: { readonly requireDigest: boolean; readonly registries: readonly string[] };
  /** Acknowledged destructive changes, as the guard prints them, with the line each stands on. */
  readonly acknowledged: readonly { readonly change: string; readonly at: Location }[];
  /** Where problems of the stage as a whole are reported. */
  readonly at: Location;
  readonly files: readonly RenderedFile[];
}
