/** A map of a manifest whose values are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a map; empty where it is none, so that a chain of look-ups never throws. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The maps in a list; empty where the value is no list. */
export function items(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) return [];
  return value.every(isFields) ? value : value.filter(isFields);
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What stands at a path of keys, or undefined. */
export function dig(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isFields(at)) return undefined;
    at = at[key];
  }
  return at;
}

/** The entries of a map that are strings: labels, annotations, data. */
export function strings(value: unknown): readonly (readonly [string, string])[] {
  if (!isFields(value)) return [];
  return Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

/** `base.key`, or `base["a.key"]` where the key would be mistaken for several. */
export function fieldPath(base: string, key: string): string {
  if (!/^[A-Za-z0-9_$-]+$/.test(key)) return `${base}[${JSON.stringify(key)}]`;
  return base === '' ? key : `${base}.${key}`;
}
