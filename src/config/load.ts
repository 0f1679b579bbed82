import { UserError, type Problem } from '../model/errors';
import {
  resolveEnvironment,
  stageSchema,
  type AppClass,
  type Environment,
  type Repository,
} from '../model/environment';
import { suggest } from '../model/nearest';
import { readBase, type Base } from './base';
import { lineOf, sortByLine } from './line';
import { locate, valueAt, type Located, type LocatedMap } from './located';
import { limitPerFile } from './limit';
import { merge } from './merge';
import { blameBase, type StageProblem } from './blame';
import { incompleteApps } from './incomplete-apps';
import { checkRepository } from './rules';
import { BASE_FILE, readInputFiles } from './stage-files';
import { validate } from './validate';

export interface LoadOptions {
  /** The repository's root: the folder that holds environments/. */
  readonly root: string;
  /** The apps that are classes in src/apps/. */
  readonly classes: readonly AppClass[];
}

/**
 * Reads environments/: base.yaml and one file a stage.
 *
 * @throws UserError with every problem of every file
 */
export function loadRepository({ root, classes }: LoadOptions): Repository {
  const input = readInputFiles(root);
  const base = input.base && readBase(input.base, classes);
  const line = lineOf(input.stages, input.names);
  const found: StageProblem[] = [];
  const environments: Environment[] = [];
  for (const [name, file] of input.stages) {
    if (!base) continue;
    const stage = resolveStage(name, file, base, classes);
    for (const problem of stage.problems) found.push({ stage: name, problem });
    if (stage.environment) environments.push(stage.environment);
  }
  const further = [
    base?.problems ?? [],
    line.problems,
    blameBase(found, base?.problems ?? [], input.stages.size),
    base?.values ? checkRepository({ base, values: base.values, environments, names: input.names }) : [],
  ].flat();
  const problems = [...input.problems, ...withoutEchoes(further, input.problems)];
  if (problems.length > 0 || !base?.values) throw new UserError(limitPerFile(problems));
  return {
    values: base.values,
    environments: sortByLine(environments, line),
    warnings: input.warnings,
    locate: (path) => locate(base.file, path),
  };
}

/** Leaves out what follows from a value that could not be read in the first place. */
function withoutEchoes(further: readonly Problem[], first: readonly Problem[]): readonly Problem[] {
  const place = ({ at }: Problem): string => `${at?.file}:${at?.line}:${at?.column}`;
  const known = new Set(first.map(place));
  return further.filter((problem) => !known.has(place(problem)));
}

interface ResolvedStage {
  readonly environment?: Environment;
  readonly problems: readonly Problem[];
}

function resolveStage(
  name: string,
  file: LocatedMap,
  base: Base,
  classes: readonly AppClass[],
): ResolvedStage {
  const merged = merge(base.shared, file);
  const values = merged.value;
  const incomplete = incompleteApps(file, base, classes);
  const checked = validate(stageSchema(classes), values);
  const problems: Problem[] = [
    ...merged.problems,
    ...incomplete.problems,
    ...checked.problems.filter(({ path }) => path[0] !== 'apps' || !incomplete.apps.has(String(path[1]))),
  ];
  const cluster = clusterOf(values, base, problems);
  if (!checked.value || !cluster || !base.values || problems.length > 0) return { problems };
  const { project } = base.values;
  return {
    environment: resolveEnvironment({
      name,
      project,
      cluster,
      values: checked.value as Environment['values'],
      locate: (path) => locate(values, path),
    }),
    problems,
  };
}

function clusterOf(stage: Located, base: Base, problems: Problem[]): Environment['cluster'] | undefined {
  const node = valueAt(stage, ['cluster']);
  if (node?.kind !== 'scalar' || typeof node.value !== 'string' || !base.clusters) return undefined;
  const name = node.value;
  const found = base.values?.clusters[name];
  if (found && base.clusters.includes(name)) return { ...found, name };
  if (!base.clusters.includes(name)) {
    problems.push({
      code: 'unknown-cluster',
      cause: `there is no cluster ${JSON.stringify(name)} under "clusters" in ${BASE_FILE}`,
      remedy: suggest(name, base.clusters, `Add it under "clusters" in ${BASE_FILE}.`),
      at: node.at,
    });
  }
  return undefined;
}
