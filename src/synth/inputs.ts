import { sha256 } from '../manifests/publish';
import { sortedKeys } from '../model/maps';
import { NEVER_PINNED } from '../model/promotion';
import type { App, Environment } from '../model/environment';

/** The SHA-256 of what the input says of an app. */
export const appInputs = ({ kind, values }: Pick<App, 'kind' | 'values'>): string => hashOf({ kind, values });

/**
 * The SHA-256 of what a stage is rendered from: its lock holds it.
 *
 * @param inputsOf as {@link appInputs}: apps that did not change need not be looked at
 */
export function stageInputs({ cluster, values, apps }: Environment, inputsOf: (app: App) => string): string {
  const never: readonly string[] = [...NEVER_PINNED, 'apps'];
  const own = Object.keys(values).filter((key) => !never.includes(key)) as (keyof typeof values)[];
  return hashOf({
    cluster,
    values: Object.fromEntries(own.map((key) => [key, values[key]])),
    apps: apps.map((app) => [app.name, inputsOf(app)]),
  });
}

/** The SHA-256 of plain data, whatever the order of its keys. */
export const hashOf = (data: unknown): string => sha256(stableJson(data));

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
