import type { Location, Problem } from '../model/errors';
import { suggest } from '../model/nearest';
import { MAX_PROBLEMS } from './limit';
import { emptyMap, formatPath, type Entry, type Located, type LocatedMap } from './located';

/** A merged value, and the removals that removed nothing. */
export interface Merged {
  readonly value: LocatedMap;
  readonly problems: readonly Problem[];
}

/**
 * Lays `over` over `base`: maps merge key by key, anything else replaces what was there, and `null` removes a key. A
 * list is replaced as a whole; a `null` inside one is an element like any other. Keys keep the order of `base`, new
 * ones follow. Every key and value keeps its place, so that a problem with it is reported where it was written.
 */
export function merge(base: LocatedMap, over: LocatedMap): Merged {
  const problems: Problem[] = [];
  return { value: mergeMaps(base, over, [], problems), problems };
}

/** A file that lies over nothing, and a problem with each `null` in it. */
export function withoutNulls(file: LocatedMap): Merged {
  const { value, problems } = merge(emptyMap(file.at), file);
  return {
    value,
    problems: problems.map((problem) => ({
      ...problem,
      code: 'empty-value',
      cause: problem.cause.replace(/ removes nothing.*/, ' has no value'),
      remedy: 'Give it a value ({} for a map, [] for a list, "" for an empty text), or delete the line.',
    })),
  };
}

/** `path` is one array for the whole merge: only a problem needs one of its own. */
function mergeMaps(base: LocatedMap, over: LocatedMap, path: string[], problems: Problem[]): LocatedMap {
  // Over nothing, a map stays as it is but for its nulls: most maps of a file, and all that stages inherit.
  const isNew = base.entries.size === 0 && !base.removed?.size;
  let entries: Map<string, Entry> | undefined = isNew ? undefined : new Map(base.entries);
  const removed = new Map<string, Location>(base.removed);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    path.push(key);
    if (entry.value.kind === 'scalar' && entry.value.value === null) {
      if (!below) problems.push(removesNothing(path, base, entry.at, problems.length < MAX_PROBLEMS));
      entries ??= new Map(over.entries);
      entries.delete(key);
      removed.set(key, entry.at);
    } else {
      const value = mergeValues(below?.value, entry.value, path, problems);
      if (!isNew || value !== entry.value) {
        entries ??= new Map(over.entries);
        entries.set(key, { at: entry.at, value });
      }
    }
    path.pop();
  }
  return entries ? { kind: 'map', at: over.at, entries, removed } : over;
}

function mergeValues(base: Located | undefined, over: Located, path: string[], problems: Problem[]): Located {
  if (over.kind !== 'map') return over;
  return mergeMaps(base?.kind === 'map' ? base : emptyMap(over.at), over, path, problems);
}

function removesNothing(path: readonly string[], base: LocatedMap, at: Location, search: boolean): Problem {
  const key = path.at(-1)!;
  const candidates = search ? base.entries.keys() : [];
  return {
    code: 'nothing-to-remove',
    cause: `${formatPath(path)} removes nothing: environments/base.yaml has no such key`,
    remedy: suggest(key, candidates, 'Delete the line, or write {} if an empty map was meant.'),
    at,
  };
}
