import { checkDist, publish, type DistFile, type PublishOptions } from '../manifests/publish';
import { formatSummaries, type StageSummary } from '../manifests/summary';
import { EXIT, formatProblem, UserError, type Problem } from '../model/errors';
import { prepare } from './prepare';

export interface SynthOptions {
  /** The repository's root. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
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
  /** Files below dist/ that were, or would be, written or removed, or that are not ours. */
  readonly files: readonly DistFile[];
  /** With `check`: dist/ is not what it should be. */
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
  const { root } = options;
  const { outputs, reader, summaries, refused, warnings } = await prepare(options);
  if (refused.length > 0) throw new UserError(refused, EXIT.refused);
  const { files, different } = write({ root, stages: outputs, reader }, options);
  return { stages: summaries, files, different, text: report(summaries, files, options), warnings };
}

function write(publication: PublishOptions, { check, dryRun }: SynthOptions) {
  if (check) {
    const { files, clean } = checkDist(publication);
    return { files, different: !clean };
  }
  return { files: publish({ ...publication, dryRun }).files, different: false };
}

function report(
  summaries: readonly StageSummary[],
  files: readonly DistFile[],
  options: SynthOptions,
): string {
  const lines = formatSummaries(summaries);
  if (options.check) {
    if (files.length === 0) return [...lines, 'dist/ is up to date'].join('\n');
    return [...lines, ...files.map(({ path, state }) => `dist/${path}: ${state}`)].join('\n');
  }
  const foreign = files.filter(({ state }) => state === 'foreign' || state === 'unlisted');
  return [...lines, ...foreign.map(({ path }) => `dist/${path} is not ours, and was left as it is`)].join(
    '\n',
  );
}

/** Warnings as they are printed. */
export const formatWarning = (problem: Problem): string => `warning: ${formatProblem(problem)}`;
