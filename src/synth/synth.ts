import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterKinds, deliveryFiles, deliveryProblems } from '../delivery';
import { emitFile } from '../manifests/emit';
import {
  checkDist,
  DistReader,
  publish,
  readDist,
  type DistFile,
  type PublishOptions,
} from '../manifests/publish';
import { readManifests } from '../manifests/read';
import { formatSummaries, type StageSummary } from '../manifests/summary';
import { EXIT, formatProblem, UserError, type Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import type { RenderedFile, RenderedStage } from '../model/rendered';
import { check, warnings } from './check';
import { compare, type Before } from './compare';
import { inputsOf } from './inputs';
import { load } from './load';
import { renderRepository } from './render';
import { objectsAt } from './revision';

export interface SynthOptions {
  /** The repository's root. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Only tell whether dist/ is what it should be. */
  readonly check?: boolean;
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

/** The name under which Argo CD's own objects are published; no stage can have it. */
const DELIVERY = 'argocd';

/** Every stage of a repository as it is rendered from the working tree, checked by nothing yet. */
export function renderAll(root: string): readonly RenderedStage[] {
  const { repository, sources } = load(root);
  return renderRepository(repository, sources).map(({ stage }) => stage);
}

/**
 * The whole way: reads environments/ and src/apps/, renders every stage, checks all of it, compares it with what is
 * deployed, and publishes what changed to dist/. Until the last step nothing is written.
 *
 * @throws UserError for anything a person can mend; with exit code 3 for destructive changes nobody acknowledged
 */
export async function synth(options: SynthOptions): Promise<SynthResult> {
  const { root } = options;
  const { repository, sources } = load(root);
  const renderings = renderRepository(repository, sources);
  const stages = renderings.map(({ stage }) => stage);
  const delivery = deliveryFiles(repository, clusterKinds(stages));

  const problems = [...deliveryProblems(repository), ...check(stages, delivery)];
  if (problems.length > 0) throw new UserError(problems);

  const outputs = [
    ...repository.environments.map((environment, i) => ({
      name: environment.name,
      inputs: inputsOf(environment),
      base: null,
      files: emit(stages[i]!.files, environment.name),
    })),
    { name: DELIVERY, inputs: inputsOf(repository.values), base: null, files: emit(delivery, DELIVERY) },
  ];
  const reader = new DistReader(root);
  const dist = objectsInDist(root, stages, outputs, reader);
  const notes = new Map(renderings.map(({ stage, notes }) => [stage.name, notes]));
  const removals = repository.values.allowDestructive.map((change, i) => ({
    change,
    at: repository.locate?.(['allowDestructive', i]) ?? { file: 'environments/base.yaml' },
  }));
  const changes = compare(dist, stages, removals, (stage) => notes.get(stage) ?? []);
  const guarded = options.against
    ? compare(await objectsAt(root, options.env, options.against), stages, removals, () => [])
    : changes;
  if (guarded.refused.length > 0) throw new UserError(guarded.refused, EXIT.refused);

  const { files, different } = write({ root, stages: outputs, reader }, options);
  return {
    stages: changes.summaries,
    files,
    different,
    text: report(changes.summaries, files, options),
    warnings: [...repository.warnings, ...guarded.warnings, ...warnings(stages)],
  };
}

function emit(files: readonly RenderedFile[], stage: string): PublishOptions['stages'][number]['files'] {
  return files.map((file) => ({ path: file.path.slice(stage.length + 1), text: emitFile(file) }));
}

function write(publication: PublishOptions, { check, dryRun }: SynthOptions) {
  if (check) {
    const { files, clean } = checkDist(publication);
    return { files, different: !clean };
  }
  return { files: publish({ ...publication, dryRun }).files, different: false };
}

/** What dist/ deploys now, stage by stage. A file that stays as it is need not be read as YAML. */
function objectsInDist(
  root: string,
  stages: readonly RenderedStage[],
  outputs: PublishOptions['stages'],
  reader: DistReader,
): Before {
  const known = stages.map(({ name }) => name);
  const folders = existsSync(join(root, 'dist'))
    ? readdirSync(join(root, 'dist'), { withFileTypes: true })
    : [];
  const left = folders
    .filter((entry) => entry.isDirectory() && entry.name !== DELIVERY)
    .map(({ name }) => name);
  return new Map(
    [...new Set([...known, ...left.sort()])].flatMap((name): [string, KubeObject[]][] => {
      const texts = readDist(root, name, reader);
      if (texts.size === 0 && !known.includes(name)) return [];
      const output = outputs.find((candidate) => candidate.name === name);
      const rendered = stages.find((stage) => stage.name === name)?.files;
      const objects = [...texts].flatMap(([path, text]) => {
        const i = output?.files.findIndex((file) => file.path === path && file.text === text) ?? -1;
        return i < 0 ? readManifests(text, `dist/${name}/${path}`) : rendered![i]!.objects;
      });
      return [[name, objects]];
    }),
  );
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
