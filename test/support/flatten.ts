/** The leaves of an object by their paths. */
export type Facts = Readonly<Record<string, unknown>>;

/** Lists whose items have an identity: what tells them apart. Others are told apart by position. */
const KEYS: Readonly<Record<string, string>> = {
  ports: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

/** Lists of scalars are leaves; so is an empty map or list. */
export function flatten(value: unknown, path = '', into: Record<string, unknown> = {}): Facts {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) into[path] = value;
    else value.forEach((item, i) => flatten(item, `${path}[${identity(item, path) ?? i}]`, into));
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [name, child] of Object.entries(value))
      flatten(child, path === '' ? name : `${path}.${name}`, into);
  } else {
    into[path] = value;
  }
  return into;
}

function identity(item: unknown, path: string): unknown {
  const key = KEYS[path.slice(path.lastIndexOf('.') + 1)];
  return key === undefined ? undefined : (item as Record<string, unknown>)[key];
}
