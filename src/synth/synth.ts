import { checkDist, publish, type DistFile, type PublishOptions } from '../manifests/publish';
import { NO_CHANGES, type Changes, type StageSummary } from '../manifests/summary';
import { EXIT, formatProblem, UserError, type Problem } from '../model/errors';
import { keepHashes, openDist } from './dist-hashes';
import { staleHostFiles, writeHostFiles, type HostFiles } from './host-files';
import { LastRunFile } from './last-run';
import type * as prepareModule from './prepare';
import type { PrepareOptions } from './prepare';
import { isDeployedUnseen, report } from './report';

export interface SynthOptions extends Pick<
  PrepareOptions,
  'root' | 'env' | 'cache' | 'threads' | 'progress'
> {
  /** Only tell whether dist/ is what it should be. */
  readonly check?: boolean;
  /** Render pinned stages from their revisions again, whatever their locks say. */
  readonly deep?: boolean;
  /** Only tell what would change. */
  readonly dryRun?: boolean;
  /** A revision: destructive changes are those since then, not those since dist/. */
  readonly against?: string;
}

export interface SynthResult {
  readonly stages: readonly StageSummary[];
  /** What Argo CD is told anew, in dist/argocd/. */
  readonly delivery: Changes;
  /** Files below dist/ that were, or would be, written or removed, or that are not ours. */
  readonly files: readonly DistFile[];
  /** Files for the Git host (CODEOWNERS and the like) that were, or would be, written or removed. */
  readonly hostFiles: readonly string[];
  /** With `check`: dist/, or a file for the Git host, is not what it should be, or deploys what nobody has checked. */
  readonly different: boolean;
  /** What a person reads. */
  readonly text: string;
  readonly warnings: readonly Problem[];
}

/**
 * The whole way: reads environments/ and src/apps/, renders every stage, checks all of it, compares it with what is
 * deployed, and publishes what changed to dist/. Until the last step nothing is written.
 *
 * @throws UserError for anything a person can mend; with exit code 3 for destructive changes nobody acknowledged
 */
export async function synth(options: SynthOptions): Promise<SynthResult> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt(options);
    } catch (error) {
      if (
        left === 0 ||
        !(error instanceof UserError) ||
        error.problems.some(({ code }) => code !== 'dist-changed')
      )
        throw error;
    }
  }
}

/** Another run may write what this one has just looked at: then it looks again. */
const ATTEMPTS = 3;

async function attempt(options: SynthOptions): Promise<SynthResult> {
  const { root } = options;
  const writes = !options.check && !options.dryRun;
  const last =
    options.cache === false || options.deep || options.against !== undefined
      ? undefined
      : new LastRunFile(root);
  const reader = openDist(root, options);
  const settled = last?.settled(reader);
  if (settled) {
    if (writes) keepHashes(reader);
    const said = { ...settled, delivery: NO_CHANGES, files: [], hostFiles: [] };
    return { ...said, different: false, text: report(said, options) };
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- cdk8s is loaded only when something may be rendered
  const { prepare } = require('./prepare') as typeof prepareModule;
  const changedOnly = last !== undefined;
  const {
    outputs,
    keep,
    seen,
    summaries: stages,
    delivery,
    refused,
    warnings,
    ...rest
  } = await prepare({
    ...options,
    reader,
    changedOnly,
  });
  if (refused.length > 0) throw new UserError(refused, EXIT.refused);
  const stale = staleHostFiles(root, rest.hostFiles);
  const { files, locks, different } = write({ root, stages: outputs, keep, seen, reader }, stale, options);
  if (writes) {
    const all = rest.written(locks);
    rest.cache.save();
    if (options.cache !== false) keepHashes(reader);
    last?.save(rest.repository, all, rest.settled);
  }
  const hostFiles = [...stale.keys()].sort();
  const said = { stages, delivery, files, hostFiles };
  return { ...said, different, text: report(said, options), warnings };
}

function write(publication: PublishOptions, stale: HostFiles, { check, dryRun }: SynthOptions) {
  if (check) {
    const { files, locks, clean } = checkDist(publication);
    return { files, locks, different: !clean || stale.size > 0 || files.some(isDeployedUnseen) };
  }
  const { files, locks } = publish({ ...publication, dryRun });
  if (!dryRun) writeHostFiles(publication.root, stale);
  return { files, locks, different: false };
}

/** Warnings as they are printed. */
export const formatWarning = (problem: Problem): string => `warning: ${formatProblem(problem)}`;
