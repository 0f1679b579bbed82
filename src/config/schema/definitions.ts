import { mapInner, type JsonSchema } from './json-schema';

/** From this many characters on a reference is worth its while. */
const WORTHWHILE = 140;

/** Says once, under `definitions`, what a schema says several times; without it the files are ten times as long. */
export function shareDefinitions(schema: JsonSchema): JsonSchema {
  const counts = countSchemas(schema);
  const names = new Map<string, string>();
  const definitions = new Map<string, JsonSchema>();

  const shorten = (inner: JsonSchema, name: string): JsonSchema => {
    const rewritten = (): JsonSchema => mapInner(inner, (next, property) => shorten(next, property ?? name));
    const text = JSON.stringify(inner);
    if (text.length < WORTHWHILE || counts.get(text) === 1) return rewritten();
    let known = names.get(text);
    if (known === undefined) {
      known = unused(name, new Set(names.values()));
      names.set(text, known);
      definitions.set(known, rewritten());
    }
    return { $ref: `#/definitions/${known}` };
  };
  const shared = mapInner(schema, (inner, property) => shorten(inner, property ?? 'value'));
  const sorted = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...shared, definitions: Object.fromEntries(sorted) };
}

function countSchemas(schema: JsonSchema): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (inner: JsonSchema): JsonSchema => {
    const text = JSON.stringify(inner);
    const seen = (counts.get(text) ?? 0) + 1;
    counts.set(text, seen);
    // What stands inside of something that is shared stands there once.
    return seen > 1 ? inner : mapInner(inner, count);
  };
  count(schema);
  return counts;
}

function unused(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/[^A-Za-z0-9]/g, '') || 'value';
  let candidate = base;
  for (let n = 2; taken.has(candidate); n++) candidate = `${base}${n}`;
  return candidate;
}
