import type { z } from 'zod';
import type { Problem } from '../model/errors';
import {
  baseFileSchema,
  ownShape,
  repositorySchema,
  type AppClass,
  type RepositoryValues,
} from '../model/environment';
import { aboutKinds, misnamedApps } from './app-entries';
import { emptyMap, valueAt, type Entry, type LocatedMap } from './located';
import { withoutNulls } from './merge';
import { validate, type Found } from './validate';

/** What base.yaml says. */
export interface Base {
  /** Absent when something is wrong with them; then there is a problem. */
  readonly values?: RepositoryValues;
  /** What stages are laid over: everything but the keys of the repository as a whole. */
  readonly shared: LocatedMap;
  readonly file: LocatedMap;
  /** Names of clusters, also of those that have problems; absent where there is no such map. */
  readonly clusters?: readonly string[];
  readonly problems: readonly Problem[];
}

const REPOSITORY_KEYS = Object.keys(repositorySchema.shape);

/**
 * Checks base.yaml as far as it can be without a stage: what is missing may still come from each stage, all else is
 * checked, also where every stage replaces or removes it. Apps that are classes are there without an entry.
 */
export function readBase(file: LocatedMap, classes: readonly AppClass[]): Base {
  // A `null` is a problem of its own; without it the rest can be checked.
  const { value: whole, problems: nulls } = withoutNulls(file);
  const checked = validate(baseFileSchema(classes) as z.ZodType, whole);
  const values = validate(
    repositorySchema,
    pick(file, (key) => REPOSITORY_KEYS.includes(key)),
  );
  const clusters = valueAt(file, ['clusters']);
  return {
    values: values.value,
    shared: sharedOf(whole, classes),
    file,
    clusters: clusters?.kind === 'map' ? [...clusters.entries.keys()] : undefined,
    problems: [
      ...nulls,
      ...misnamedApps(file),
      ...checked.problems
        .filter((problem) => !mayComeFromStage(problem, nulls))
        .map(aboutKinds(classes))
        .map(inStage),
    ],
  };
}

/** What a base.yaml without nulls shares. */
export const sharedOf = (whole: LocatedMap, classes: readonly AppClass[]): LocatedMap =>
  withClasses(
    pick(whole, (key) => !REPOSITORY_KEYS.includes(key)),
    classes,
  );

function mayComeFromStage({ path, incomplete, at }: Found, nulls: readonly Problem[]): boolean {
  if (!incomplete) return false;
  if (nulls.some((problem) => problem.at?.line === at?.line && problem.at?.column === at?.column))
    return true;
  if (REPOSITORY_KEYS.includes(String(path[0]))) return false;
  return !(path[0] === 'apps' && path.length === 3 && path[2] === 'kind');
}

const OWN_KEYS = Object.keys(ownShape);

function inStage(problem: Found): Problem {
  const misplaced = problem.code === 'unknown-key' && problem.path.length === 1;
  if (!misplaced || !OWN_KEYS.includes(String(problem.path[0]))) return problem;
  return { ...problem, remedy: 'It belongs in the file of a stage.' };
}

function pick(map: LocatedMap, wanted: (key: string) => boolean): LocatedMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => wanted(key))) };
}

function withClasses(shared: LocatedMap, classes: readonly AppClass[]): LocatedMap {
  const apps = shared.entries.get('apps');
  if (apps && apps.value.kind !== 'map') return shared;
  const at = apps?.at ?? shared.at;
  const implied = classes.map(({ name }): [string, Entry] => [name, { at, value: emptyMap(at) }]);
  const given = apps?.value.kind === 'map' ? [...apps.value.entries] : [];
  const entries = new Map([...implied, ...given]);
  return {
    ...shared,
    entries: new Map([...shared.entries, ['apps', { at, value: { kind: 'map', at, entries } }]]),
  };
}
