import { sha256 } from '../manifests/publish';
import { sortedKeys } from '../model/maps';
import type { Cache } from './cache';
import { NEVER_PINNED } from '../model/promotion';
import type { Environment, RepositoryValues } from '../model/environment';

/** The SHA-256 of what a stage, or Argo CD's own folder, is rendered from: its lock holds it. */
export function inputsOf(source: Environment | RepositoryValues, cache?: Cache): string {
  const key =
    cache && 'cluster' in source && source.key !== undefined
      ? cache.keyOf(['inputs', source.key])
      : undefined;
  const known = key === undefined ? undefined : cache!.get(key);
  if (known !== undefined) return known as string;
  const hash = hashInputs(source);
  if (key !== undefined) cache!.put(key, JSON.stringify(hash));
  return hash;
}

function hashInputs(source: Environment | RepositoryValues): string {
  const input = 'cluster' in source ? { cluster: source.cluster, values: rendered(source.values) } : source;
  return hashOf(input);
}

/** The SHA-256 of plain data, whatever the order of its keys. */
export const hashOf = (data: unknown): string => sha256(stableJson(data));

function rendered(values: object): object {
  const never: readonly string[] = NEVER_PINNED;
  return Object.fromEntries(Object.entries(values).filter(([key]) => !never.includes(key)));
}

/** As JSON, with the keys of every map in one order, so that the order in a file does not count. */
export function stableJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(stableJson).join()}]`;
  let text = '';
  for (const key of numbersFirst(value)) {
    const child = (value as Readonly<Record<string, unknown>>)[key];
    if (child !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${stableJson(child)}`;
  }
  return `{${text}}`;
}

const PLAIN = /^[\w ./:-]*$/;

/** Most texts hold nothing that JSON escapes. */
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Sorted, but numbers first: JavaScript keeps them so in every object, and with them every lock that there is. */
function numbersFirst(map: object): string[] {
  const keys = sortedKeys(map);
  if (!keys.some((key) => key < ':' && /^\d/.test(key))) return keys;
  return Object.keys(Object.fromEntries(keys.map((key) => [key, true])));
}
