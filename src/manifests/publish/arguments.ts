import { UserError, type Problem } from '../../model/errors';
import { hasMarker } from '../marker';
import { CaseIndex, caseProblem, DIST, isFilePath, isStageName } from './paths';
import type { DistReader } from './reader';

/** A stage as it is to stand below dist/. */
export interface PublishStage {
  readonly name: string;
  /** SHA-256 of the stage's inputs, for its lock. */
  readonly inputs: string;
  /** The 40-digit revision it was rendered from; null: from the working tree. */
  readonly base: string | null;
  readonly files: readonly PublishFile[];
}

/** A file of a stage. */
export interface PublishFile {
  /** Below dist/<name>/, ending in .yaml. */
  readonly path: string;
  /** Begins with `markerLine()`. Where the hash is known, it is read only if dist/ holds something else. */
  readonly text: string;
  /** SHA-256 of the text, where it is known. */
  readonly hash?: string;
}

export interface PublishOptions {
  /** The repository's root: the folder that holds dist/. */
  readonly root: string;
  /** Stages to bring up to date. `argocd` is one like the others. */
  readonly stages: readonly PublishStage[];
  /**
   * Stages that exist and are left as they are, each with the SHA-256 that its lock has to have; undefined: whatever it
   * is. Every other folder of ours below dist/ is removed.
   */
  readonly keep?: ReadonlyMap<string, string | undefined>;
  /**
   * The SHA-256 that the lock of a stage had when it was told what would change there; undefined: it had none. Where
   * somebody has written another one since, nothing is done.
   * @default any
   */
  readonly seen?: ReadonlyMap<string, string | undefined>;
  /**
   * Tells what would be done, and does none of it.
   * @default false
   */
  readonly dryRun?: boolean;
  /**
   * How long to wait for another process that writes the same dist/, in milliseconds.
   * @default 10000
   */
  readonly waitMs?: number;
  /** Give the reader that `readDist` used, so that no file is read twice. */
  readonly reader?: DistReader;
}

/**
 * Refuses names that must never reach the disk: all problems at once.
 * @throws UserError
 */
export function checkArguments({ stages, keep = new Map() }: PublishOptions): void {
  const problems: Problem[] = [];
  const cases = new CaseIndex();
  const seen = new Set<string>();
  const take = (path: string): void => {
    if (seen.has(path)) problems.push(duplicate(path));
    seen.add(path);
    const other = cases.add(path);
    if (other !== undefined) problems.push(caseProblem(path, other));
  };
  for (const name of [...stages.map((stage) => stage.name), ...keep.keys()]) {
    if (!isStageName(name)) problems.push(oddName(name, 'a stage is a DNS label, such as "prod-eu"'));
    take(name);
  }
  for (const { name, files } of stages) {
    for (const file of files) {
      const { path, hash } = file;
      if (!isFilePath(path))
        problems.push(oddName(`${name}/${path}`, 'a file is called like "frontend.yaml"'));
      else take(`${name}/${path}`);
      if (hash === undefined && !hasMarker(file.text))
        throw new TypeError(`${name}/${path} does not begin with markerLine()`);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
}

function oddName(path: string, says: string): Problem {
  return {
    code: 'output-name',
    cause: `"${DIST}/${path}" is no path that stageline writes: ${says}`,
    consequence: 'Nothing was written.',
    remedy: 'Rename the stage or the app: small letters, digits and "-", and no name that Windows reserves.',
  };
}

function duplicate(path: string): Problem {
  return {
    code: 'output-duplicate',
    cause: `"${DIST}/${path}" would be written twice`,
    consequence: 'One would overwrite the other, so nothing was written.',
    remedy: 'Rename one of the two.',
  };
}
