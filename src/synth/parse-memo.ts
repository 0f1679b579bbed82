import { parseYaml, type Located, type LocatedMap, type ParseYaml } from '../config';
import type { Cache } from './cache';

/** A value with its line and column: a scalar; a list, with 0; or a map, with 1 and its keys, each with its place. */
type Packed =
  | readonly [number, number, string | number | boolean | null]
  | readonly [number, number, 0, readonly Packed[]]
  | readonly [number, number, 1, readonly (readonly [string, number, number, Packed])[]];

/**
 * Parses YAML, except what was parsed before without a problem: large files take long. A file in which somebody allowed
 * what looks like a credential is not kept.
 */
export const memoised =
  (cache: Cache): ParseYaml =>
  (text, file) => {
    if (text.includes('allowSecret')) return parseYaml(text, file);
    const key = cache.keyOf(['yaml', file, text]);
    const known = cache.get(key);
    if (known) return { value: unpack(known as Packed, file) as LocatedMap, problems: [] };
    const parsed = parseYaml(text, file);
    if (parsed.value && parsed.problems.length === 0 && isJson(parsed.value))
      cache.put(key, pack(parsed.value));
    return parsed;
  };

/** Whether JSON brings it back: it has no infinity, and no zero below zero. */
function isJson(value: Located): boolean {
  if (value.kind === 'list') return value.items.every(isJson);
  if (value.kind === 'map') return [...value.entries.values()].every((entry) => isJson(entry.value));
  const { value: scalar } = value;
  return typeof scalar !== 'number' || (Number.isFinite(scalar) && !Object.is(scalar, -0));
}

function pack(value: Located): Packed {
  const { line = 0, column = 0 } = value.at;
  switch (value.kind) {
    case 'scalar':
      return [line, column, value.value];
    case 'list':
      return [line, column, 0, value.items.map(pack)];
    case 'map':
      return [
        line,
        column,
        1,
        [...value.entries].map(([key, { at, value: child }]) => [
          key,
          at.line ?? 0,
          at.column ?? 0,
          pack(child),
        ]),
      ];
  }
}

function unpack(packed: Packed, file: string): Located {
  const at = { file, line: packed[0], column: packed[1] };
  if (packed.length === 3) return { kind: 'scalar', at, value: packed[2] };
  if (packed[2] === 0) return { kind: 'list', at, items: packed[3].map((item) => unpack(item, file)) };
  const entries = new Map(
    packed[3].map(([key, line, column, child]) => [
      key,
      { at: { file, line, column }, value: unpack(child, file) },
    ]),
  );
  return { kind: 'map', at, entries };
}
