import { UserError } from '../model/errors';
import { describeObject, type KubeObject } from '../model/kube';
import type { RenderedFile } from '../model/rendered';
import { markerLine } from './marker';
import { blockLiteral, inlineNumber, inlineString, Unwritable } from './yaml-scalar';

const OBJECT_ORDER = ['apiVersion', 'kind', 'metadata', 'spec', 'data', 'stringData'];
const METADATA_ORDER = ['name', 'namespace', 'labels', 'annotations'];
const MAX_DEPTH = 100;
const MAX_KEY = 1000;

/**
 * The text of a file below dist/: the marker line, then its objects in their order, as YAML that readers of version
 * 1.1 and of version 1.2 take for the same values. Keys stand in the order that Kubernetes' own documents use, and
 * are sorted below that; nothing is folded.
 *
 * @throws UserError for a value that YAML cannot hold, such as NaN, a Date or half of a character
 */
export function emitFile(file: RenderedFile): string {
  const documents = file.objects.map((object) => {
    try {
      return emitObject(object);
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      throw new UserError({
        code: 'unwritable-value',
        cause: `${describeObject(object)} cannot be written as YAML: ${error.message}`,
        remedy: 'Give it text, finite numbers, booleans, lists and maps only.',
        at: file.at,
      });
    }
  });
  return `${markerLine(file.source)}\n${documents.join('---\n')}`;
}

/** One object as a YAML document, without a separator. */
export function emitObject(object: KubeObject): string {
  return entries(object, '', OBJECT_ORDER);
}

/** The lines of a map: `first` leads, where it is there; the rest is sorted. */
function entries(map: Readonly<Record<string, unknown>>, pad: string, first: readonly string[]): string {
  if (pad.length > 2 * MAX_DEPTH) throw new Unwritable(`it nests deeper than ${MAX_DEPTH} levels`);
  let text = '';
  for (const key of keysOf(map, first)) {
    const value = map[key];
    if (value === undefined) continue;
    const name = inlineString(key);
    // YAML wants a key on one line with its colon to be short.
    text += name.length > MAX_KEY ? `${pad}? ${name}\n${pad}:` : `${pad}${name}:`;
    text += after(value, pad, pad === '' && key === 'metadata' ? METADATA_ORDER : []);
  }
  return text;
}

function keysOf(map: Readonly<Record<string, unknown>>, first: readonly string[]): string[] {
  const keys = Object.keys(map);
  if (!isSorted(keys)) keys.sort();
  if (first.length === 0) return keys;
  return [...first.filter((key) => Object.hasOwn(map, key)), ...keys.filter((key) => !first.includes(key))];
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

/** What follows `key:` or `-`; `pad` is the indentation of the key, or of the dash. */
function after(value: unknown, pad: string, first: readonly string[]): string {
  if (typeof value !== 'object' || value === null) return ` ${scalar(value, pad)}`;
  if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${items(value, `${pad}  `)}`;
  const lines = entries(plainMap(value), `${pad}  `, first);
  return lines === '' ? ' {}\n' : `\n${lines}`;
}

function items(list: readonly unknown[], pad: string): string {
  if (pad.length > 2 * MAX_DEPTH) throw new Unwritable(`it nests deeper than ${MAX_DEPTH} levels`);
  let text = '';
  for (const item of list) {
    const lines = after(item, pad, []);
    // The first line of a map or list stands beside the dash, the others below it, in the same column.
    text += lines.startsWith('\n') ? `${pad}- ${lines.slice(pad.length + 3)}` : `${pad}-${lines}`;
  }
  return text;
}

function scalar(value: unknown, pad: string): string {
  switch (typeof value) {
    case 'string':
      return blockLiteral(value, `${pad}  `) ?? `${inlineString(value)}\n`;
    case 'number':
      return `${inlineNumber(value)}\n`;
    case 'boolean':
      return `${value}\n`;
    default:
      if (value === null) return 'null\n';
      throw new Unwritable(`a ${typeof value} is no data`);
  }
}

/** A map without a class behind it: a Date, a Map or a cdk8s token would lose what it means. */
function plainMap(value: object): Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null)
    return value as Record<string, unknown>;
  throw new Unwritable(`a ${value.constructor.name} is no data`);
}
