import type { Location } from '../model/errors';

/** A YAML value that knows where each of its keys and values stands. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Location;
  readonly value: string | number | boolean | null;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly at: Location;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Location;
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys that a merge took away, and where it was told to. */
  readonly removed?: ReadonlyMap<string, Location>;
}

export interface Entry {
  /** Where the key stands. */
  readonly at: Location;
  readonly value: Located;
}

export const emptyMap = (at: Location): LocatedMap => ({ kind: 'map', at, entries: new Map() });

/** The value without its places. A key such as `constructor` becomes a property of its own and nothing else. */
export function toPlain(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(toPlain);
    case 'map':
      return plainMap(located);
  }
}

const plainMaps = new WeakMap<LocatedMap, Record<string, unknown>>();

/** What stages inherit is made plain once for all of them. No map holds the key `__proto__`: reading refuses it. */
function plainMap(map: LocatedMap): Record<string, unknown> {
  let plain = plainMaps.get(map);
  if (!plain) {
    plain = {};
    for (const [key, { value }] of map.entries) plain[key] = toPlain(value);
    plainMaps.set(map, plain);
  }
  return plain;
}

function fromPlain(value: unknown, at: Location): Located {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => fromPlain(item, at)) };
  if (typeof value !== 'object' || value === null)
    return { kind: 'scalar', at, value: value as LocatedScalar['value'] };
  return mapFromPlain(value, at);
}

/** The other way round: a map that stands in one place as a whole. */
export function mapFromPlain(value: object, at: Location): LocatedMap {
  const entries = Object.entries(value).map(([key, child]): [string, Entry] => [
    key,
    { at, value: fromPlain(child, at) },
  ]);
  return { kind: 'map', at, entries: new Map(entries) };
}

/** The value under a path; undefined where the path leads nowhere. */
export function valueAt(located: Located | undefined, path: readonly PropertyKey[]): Located | undefined {
  return path.reduce<Located | undefined>((node, step) => {
    if (node?.kind === 'map') return node.entries.get(String(step))?.value;
    if (node?.kind === 'list') return node.items[Number(step)];
    return undefined;
  }, located);
}

/**
 * Where a path stands, or the nearest thing to it: a scalar's own place, the key of a map or list, the line that
 * removed a missing key, or else the innermost map that has no such key.
 */
export function locate(root: Located, path: readonly PropertyKey[]): Location {
  let node = root;
  let at = root.at;
  for (const step of path) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(step));
      if (!entry) return node.removed?.get(String(step)) ?? at;
      node = entry.value;
      at = node.kind === 'scalar' ? node.at : entry.at;
    } else if (node.kind === 'list') {
      const item = node.items[Number(step)];
      if (!item) return at;
      node = item;
      at = item.at;
    } else {
      return at;
    }
  }
  return at;
}

/** Where the last key of a path stands, also when its value is a scalar. */
export function locateKey(root: Located, path: readonly PropertyKey[]): Location {
  const parent = valueAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.at ?? locate(root, path);
}

/** A path as messages write it: `apps.frontend.env.LOG_LEVEL`, `patches[0].op`, `files["/etc/redis.conf"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const key = String(step);
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
