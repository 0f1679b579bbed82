import { objectKey, type KubeObject } from '../model/kube';
import { fieldPath, isFields, type Fields } from './fields';

/** One field that differs. A value that is absent is undefined. */
export interface FieldChange {
  /** `spec.template.spec.containers[frontend].image` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** An object that is on both sides, and not the same. */
export interface ObjectChange {
  readonly before: KubeObject;
  readonly after: KubeObject;
  readonly fields: readonly FieldChange[];
}

/** What lies between two sets of objects. Each list is in the order of group, kind, namespace and name. */
export interface ObjectDiff {
  readonly added: readonly KubeObject[];
  readonly changed: readonly ObjectChange[];
  readonly removed: readonly KubeObject[];
}

/** What stands for a value of a Secret: nothing that is printed shows it. */
export const HIDDEN = '(hidden)';

/** Compares two sets of objects; an object is the same one by group, kind, namespace and name. */
export function diffObjects(before: readonly KubeObject[], after: readonly KubeObject[]): ObjectDiff {
  const [old, now] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  const added: KubeObject[] = [];
  const changed: ObjectChange[] = [];
  const removed: KubeObject[] = [];
  for (const key of keys) {
    const [was, is] = [old.get(key), now.get(key)];
    // A file that stays as it is hands on the objects that were rendered.
    if (was && was === is) continue;
    if (was && is) {
      const fields = hideSecrets(was, diffFields(was, is));
      if (fields.length > 0) changed.push({ before: was, after: is, fields });
    } else if (is) added.push(is);
    else if (was) removed.push(was);
  }
  return { added, changed, removed };
}

/**
 * The fields in which two values differ. Items of a list whose items are named (containers, env, volumes, ports) are
 * matched by that name; any other list is compared as a whole when it holds plain values, and by position otherwise.
 */
export function diffFields(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isFields(before) && isFields(after)) return diffMaps(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path);
  return before === after ? [] : [{ path, before, after }];
}

function diffMaps(before: Fields, after: Fields, path: string): FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [own(before, key), own(after, key)];
    return diffFields(was, is, fieldPath(path, key));
  });
}

function diffLists(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const all = [...before, ...after];
  const key = KEYS.find((candidate) => [before, after].every((list) => isKeyedBy(list, candidate)));
  if (key !== undefined && all.length > 0) return diffKeyed(before as Fields[], after as Fields[], key, path);
  if (!all.every(isFields)) {
    const same =
      before.length === after.length && before.every((v, i) => diffFields(v, after[i]).length === 0);
    return same ? [] : [{ path, before, after }];
  }
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, i) => diffFields(before[i], after[i], `${path}[${i}]`)).flat();
}

// In this order: a port has a name and a number, and the name is what others refer to.
const KEYS = [
  'name',
  'mountPath',
  'devicePath',
  'containerPort',
  'port',
  'key',
  'topologyKey',
  'ip',
] as const;

function isKeyedBy(list: readonly unknown[], key: string): boolean {
  const values = list.map((item) => (isFields(item) ? item[key] : undefined));
  return (
    values.every((value) => typeof value === 'string' || typeof value === 'number') &&
    new Set(values).size === values.length
  );
}

function diffKeyed(
  before: readonly Fields[],
  after: readonly Fields[],
  key: string,
  path: string,
): FieldChange[] {
  const idOf = (item: Fields): string => String(item[key]);
  const [old, now] = [before, after].map((list) => new Map(list.map((item) => [idOf(item), item])));
  const ids = [...new Set([...before, ...after].map(idOf))];
  const changes = ids.flatMap((id) => diffFields(old!.get(id), now!.get(id), `${path}[${id}]`));
  // Order has a meaning: init containers run by it, and env may refer to what stands above.
  const [was, is] = [
    before.map(idOf).filter((id) => now!.has(id)),
    after.map(idOf).filter((id) => old!.has(id)),
  ];
  if (was.join('\0') === is.join('\0')) return changes;
  return [...changes, { path: `${path}[]`, before: was, after: is }];
}

function hideSecrets(object: KubeObject, changes: readonly FieldChange[]): readonly FieldChange[] {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return changes;
  const hide = (value: unknown): unknown => (value === undefined ? undefined : HIDDEN);
  return changes.map((change) =>
    /^(data|stringData)\b/.test(change.path)
      ? { ...change, before: hide(change.before), after: hide(change.after) }
      : change,
  );
}

function own(map: Fields, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function byKey(objects: readonly KubeObject[]): Map<string, KubeObject> {
  return new Map(objects.map((object) => [objectKey(object), object]));
}
