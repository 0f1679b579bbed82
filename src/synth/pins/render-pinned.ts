import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BASE_FILE } from '../../config/stage-files';
import { editYaml, parseValues, valueIn } from '../../config/yaml-edit';
import { runProgram } from '../../git/program';
import type { Repo } from '../../git/repository';
import { UserError, type Problem } from '../../model/errors';
import { revisionFolder } from './revision-folder';
import { pinnedPart } from './stage-text';

/** What the program of a revision is asked, on standard input. */
export const renderRequest = z.object({
  version: z.literal(1),
  /** The files of environments/, by name. */
  environments: z.record(z.string(), z.string()),
});

/** What it answers, on standard output. */
export const renderAnswer = z.object({
  version: z.literal(1),
  /** Path below dist/<stage>/, and text. */
  files: z.array(z.object({ path: z.string(), text: z.string() })).optional(),
  problems: z.array(z.custom<Problem>((value) => typeof value === 'object' && value !== null)).optional(),
});

export interface PinnedRequest {
  readonly repo: Repo;
  readonly root: string;
  readonly stage: string;
  readonly revision: string;
  /** The stage's file, as it is now. */
  readonly text: string;
  /** base.yaml as it is now: clusters are never pinned. */
  readonly baseText: string;
}

/**
 * Renders a stage with the program, the packages and the base.yaml of the revision it is pinned to.
 * @throws UserError for a revision that is not there, and for everything its program complains of
 */
export async function renderPinned(request: PinnedRequest): Promise<ReadonlyMap<string, string>> {
  const { repo, root, stage, revision } = request;
  const folder = await revisionFolder(repo, root, revision);
  const file = `${stage}.yaml`;
  const base = join(folder, BASE_FILE);
  if (!existsSync(base))
    throw new UserError({
      code: 'pin-render',
      cause: `${short(revision)} has no ${BASE_FILE}`,
      consequence: `Stage ${stage} cannot be rendered from it. Nothing was written.`,
      remedy: 'name a revision of this repository that has one, as "stageline promote" does',
      at: { file: `environments/${file}` },
    });
  const environments = {
    'base.yaml': withTodaysCluster(readFileSync(base, 'utf8'), request),
    [file]: pinnedPart(request.text),
  };
  const input = JSON.stringify({ version: 1, environments } satisfies z.input<typeof renderRequest>);
  const { CDK8S_OUTDIR: _, ...env } = repo.env;
  const args = [programOf(folder, revision), 'render', stage];
  const result = await runProgram(process.execPath, args, { cwd: folder, env, input });
  const answer = parseAnswer(result.stdout);
  if (answer?.files) return new Map(answer.files.map(({ path, text }) => [path, text]));
  throw new UserError(
    answer?.problems?.map((problem) => ({
      ...problem,
      cause: `${problem.cause} (base ${short(revision)})`,
    })) ?? {
      code: 'pin-render',
      cause: `the program of ${short(revision)} does not render stage ${stage}`,
      consequence: result.stderr.trim().split('\n').slice(-3).join('\n') || undefined,
      remedy: 'move the base of the stage to a newer revision',
      at: { file: `environments/${file}` },
    },
  );
}

function withTodaysCluster(pinned: string, { baseText, text }: PinnedRequest): string {
  const [base, stage] = [parseValues(baseText), parseValues(text)];
  const name = valueIn(stage, ['cluster']) ?? valueIn(base, ['cluster']);
  if (typeof name !== 'string') return pinned;
  const edits = [
    { path: ['clusters'], value: { [name]: valueIn(base, ['clusters', name]) } },
    { path: ['cluster'], value: name },
  ];
  return editYaml(pinned, edits, 'environments/base.yaml');
}

/** The command of the stageline that the revision uses: the repository's own, or the package it depends on. */
function programOf(folder: string, revision: string): string {
  // Without a package.json of its own, it is rendered by what is installed above it.
  const path = join(folder, 'package.json');
  const own = existsSync(path) ? packageName(readFileSync(path, 'utf8')) : undefined;
  if (own === 'stageline') return join(folder, 'bin/stageline.js');
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules/stageline/bin/stageline.js');
    if (existsSync(candidate)) return candidate;
    if (dirname(at) === at) break;
  }
  throw new UserError({
    code: 'pin-program',
    cause: `no stageline is installed that could render ${short(revision)}`,
    remedy: 'npm ci',
  });
}

function packageName(text: string): string | undefined {
  try {
    return z.object({ name: z.string() }).safeParse(JSON.parse(text)).data?.name;
  } catch {
    return undefined;
  }
}

function parseAnswer(text: string): z.output<typeof renderAnswer> | undefined {
  try {
    return renderAnswer.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const short = (revision: string): string => revision.slice(0, 12);
