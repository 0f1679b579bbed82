/** A leaf of an object by its path. Lists of scalars are leaves; ports and env are keyed by their name. */
export type Facts = Readonly<Record<string, unknown>>;

export function flatten(value: unknown, path = '', into: Record<string, unknown> = {}): Facts {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) into[path] = value;
    else value.forEach((item, i) => flatten(item, `${path}[${key(item, path) ?? i}]`, into));
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [name, child] of Object.entries(value))
      flatten(child, path === '' ? name : `${path}.${name}`, into);
  } else {
    into[path] = value;
  }
  return into;
}

function key(item: unknown, path: string): unknown {
  const named = /(ports|env)$/.test(path) && typeof item === 'object' && item !== null && 'name' in item;
  return named ? item.name : undefined;
}
