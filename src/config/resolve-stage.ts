import {
  baseFileSchema,
  resolveEnvironment,
  type stageSchema,
  type AppClass,
  type Environment,
  type StageValues,
} from '../model/environment';
import type { Problem } from '../model/errors';
import { NEVER_PINNED } from '../model/promotion';
import { suggest } from '../model/nearest';
import { aboutKinds, incompleteApps, misnamedApps } from './app-entries';
import type { Base } from './base';
import { unfitClasses } from './class-values';
import { locate, valueAt, type Located, type LocatedMap } from './located';
import { merge } from './merge';
import { BASE_FILE } from './stage-files';
import { validate, type Found } from './validate';

/**
 * What the working tree says of a pinned stage. All else stands in its base, and is checked against the schema there
 * when the stage is rendered; its apps are those that it has in dist/.
 */
function unpinnedPart(file: LocatedMap): LocatedMap {
  const kept: readonly string[] = [...NEVER_PINNED, 'cluster', 'namespace', 'podSecurity', 'existing'];
  return { ...file, entries: new Map([...file.entries].filter(([key]) => kept.includes(key))) };
}

/** What is laid over what, where pins count or do not. */
export function layersOf(shared: LocatedMap, file: LocatedMap, unpinned = false) {
  const isPinned = file.entries.has('base') && !unpinned;
  return isPinned
    ? { isPinned, shared: unpinnedPart(shared), file: unpinnedPart(file) }
    : { isPinned, shared, file };
}

export interface ResolvedStage {
  readonly environment?: Environment;
  readonly problems: readonly Problem[];
}

/** Lays a stage over base.yaml, checks the result, and resolves it where nothing is wrong. */
export function resolveStage(
  name: string,
  file: LocatedMap,
  base: Base,
  classes: readonly AppClass[],
  schema: ReturnType<typeof stageSchema>,
): ResolvedStage {
  const merged = merge(base.shared, file);
  const values = merged.value;
  const incomplete = incompleteApps(file, base, classes);
  const checked = validate(schema, values);
  const problems: Problem[] = [
    ...merged.problems,
    ...misnamedApps(file),
    ...incomplete.problems,
    ...checked.problems
      .filter(({ path }) => path[0] !== 'apps' || !incomplete.apps.has(String(path[1])))
      .map(aboutKinds(classes))
      .map(inBase),
    ...(checked.value ? unfitClasses(checked.value as StageValues, classes) : []),
  ];
  const cluster = clusterOf(values, base, problems);
  if (!checked.value || !cluster || !base.values || problems.length > 0) return { problems };
  const { project } = base.values;
  return {
    environment: resolveEnvironment({
      name,
      project,
      cluster,
      values: checked.value as StageValues,
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

const BASE_KEYS = Object.keys(baseFileSchema([]).shape);

function inBase(problem: Found): Problem {
  const misplaced = problem.code === 'unknown-key' && problem.path.length === 1;
  if (!misplaced || !BASE_KEYS.includes(String(problem.path[0]))) return problem;
  return { ...problem, remedy: `It belongs in ${BASE_FILE}.` };
}
