import type { Problem } from '../model/errors';
import type { Preview } from './preview';

/** One commit to be made: which files under environments/ change, and how the commit says so. */
export interface Proposal {
  readonly stage: string;
  /** New texts of files under environments/, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifests?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly subject: string;
  /** What is to change, a line each: shown, and the body of the commit. */
  readonly lines: readonly string[];
  readonly trailers: readonly (readonly [key: string, value: string])[];
  /** The fields and their values before and after; another value before means that somebody was faster. */
  readonly fields: readonly (readonly [field: string, before: unknown, after: unknown])[];
  /** The gates that are closed: it is shown, and not made. @default none */
  readonly closed?: readonly Problem[];
}

/** What became of it. */
export interface Outcome {
  /** Absent when there was nothing to change, and with `dryRun`. */
  readonly commit?: string;
  readonly branch?: string;
  /** With a new branch: the commit was there already, since an earlier run made the same change. */
  readonly madeBefore?: boolean;
  readonly pushed: boolean;
  readonly proposal?: Proposal;
  readonly preview?: Preview;
  /** With `dryRun`: what guards refuse of it, a closed gate or a destructive change. */
  readonly refused?: readonly Problem[];
}
