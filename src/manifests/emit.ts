import { UserError } from '../model/errors';
import { describeObject, type KubeObject } from '../model/kube';
import { setWithin, sortedKeys } from '../model/maps';
import { placeIn, type RenderedFile } from '../model/rendered';
import { markerLine } from './marker';
import { blockLiteral, inlineNumber, inlineString, Unwritable } from './yaml-scalar';

const OBJECT_ORDER = ['apiVersion', 'kind', 'metadata', 'spec', 'data', 'stringData'];
const METADATA_ORDER = ['name', 'namespace', 'labels', 'annotations'];
const MAX_DEPTH = 100;
const MAX_KEY = 1000;
const MOST_KNOWN = 50_000;
const LONGEST_KNOWN = 100;
const NONE: readonly string[] = [];

/**
 * Argo CD passes over a file in which this stands anywhere
 * (https://argo-cd.readthedocs.io/en/stable/user-guide/directory/).
 */
const PASSED_OVER = '+argocd:skip-file-rendering';

/**
 * The text of a file below dist/: the marker line, then its objects in their order, as YAML that readers of version
 * 1.1 and of version 1.2 take for the same values. Keys stand in the order that Kubernetes' own documents use, and
 * are sorted below that; nothing is folded.
 *
 * @throws UserError for a value that YAML cannot hold, such as NaN, a Date or half of a character; and for a text that has
 * Argo CD pass over the file
 */
export function emitFile(file: RenderedFile): string {
  const documents = file.objects.map((object, index) => {
    try {
      return emitObject(object);
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      const path = placeWithin(object);
      throw new UserError({
        code: 'unwritable-value',
        cause: `${describeObject(object)} cannot be written as YAML: ${error.message}${path && `, at ${path}`}`,
        consequence: `It comes from ${file.source}.`,
        remedy: 'Give it text, finite numbers, booleans, lists and maps only.',
        at: placeIn(file, index),
      });
    }
  });
  const passedOver = documents.findIndex((text) => text.includes(PASSED_OVER));
  if (passedOver >= 0)
    throw new UserError({
      code: 'passed-over',
      cause: `${describeObject(file.objects[passedOver]!)} holds the text "${PASSED_OVER}"`,
      consequence: 'Argo CD would pass over the whole file, and prune what it deployed of it.',
      remedy: 'Take it out, or put something in the middle of it.',
      at: placeIn(file, passedOver),
    });
  return `${markerLine(file.source)}\n${documents.join('---\n')}`;
}

/** One object as a YAML document, without a separator. */
export function emitObject(object: KubeObject): string {
  const writer = new Writer();
  writer.map(object, 0, false, OBJECT_ORDER);
  return writer.text;
}

/** The innermost part of a value that cannot be written: the path that leads there, ten steps of it at most. */
function placeWithin(value: object, steps = 10): string {
  const [key, child] = Object.entries(value).find(([, each]) => !isWritable(each)) ?? [];
  if (key === undefined || steps === 0) return '';
  return `/${key}${typeof child === 'object' && child !== null ? placeWithin(child, steps - 1) : ''}`;
}

function isWritable(value: unknown): boolean {
  try {
    new Writer().map({ value }, 0, false, NONE);
    return true;
  } catch {
    return false;
  }
}

/** What has been written so far. What stands `beside` a dash has its first line there, and the others below it. */
class Writer {
  text = '';

  /** The lines of a map: `first` leads, where it is there; the rest is sorted. False where there are none. */
  map(
    map: Readonly<Record<string, unknown>>,
    depth: number,
    beside: boolean,
    first: readonly string[],
  ): boolean {
    let isFirst = true;
    const keys = keysOf(map, first);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const value = map[key];
      if (value === undefined) continue;
      this.text += headOf(key, depth, beside && isFirst);
      isFirst = false;
      this.after(value, depth, false, depth === 0 && key === 'metadata' ? METADATA_ORDER : NONE);
    }
    return !isFirst;
  }

  private list(list: readonly unknown[], depth: number, beside: boolean): void {
    const { dash } = levelAt(depth);
    for (let i = 0; i < list.length; i++) {
      this.text += beside && i === 0 ? '-' : dash;
      this.after(list[i], depth, true, NONE);
    }
  }

  /** What follows `key:`, or a dash. */
  private after(value: unknown, depth: number, beside: boolean, first: readonly string[]): void {
    if (typeof value === 'string') {
      this.text += lineOf(value, depth);
    } else if (typeof value !== 'object' || value === null) {
      this.text += ` ${scalar(value)}\n`;
    } else if (Array.isArray(value)) {
      if (value.length === 0) this.text += ' []\n';
      else {
        this.text += beside ? ' ' : '\n';
        this.list(value, depth + 1, beside);
      }
    } else {
      const before = this.text;
      this.text += beside ? ' ' : '\n';
      if (!this.map(plainMap(value), depth + 1, beside, first)) this.text = `${before} {}\n`;
    }
  }
}

/** How lines of one depth begin. */
interface Level {
  readonly pad: string;
  readonly dash: string;
  /** Keys with all that stands before and right after them. */
  readonly heads: Map<string, string>;
}

const levels: Level[] = Array.from({ length: MAX_DEPTH + 1 }, (_, depth) => {
  const pad = '  '.repeat(depth);
  return { pad, dash: `${pad}-`, heads: new Map<string, string>() };
});

function levelAt(depth: number): Level {
  const level = levels[depth];
  if (level) return level;
  throw new Unwritable(`it nests deeper than ${MAX_DEPTH} levels`);
}

function headOf(key: string, depth: number, beside: boolean): string {
  const level = levelAt(depth);
  const { heads } = beside ? levelAt(0) : level;
  const known = heads.get(key);
  if (known !== undefined) return known;
  const name = inlineString(key);
  const pad = beside ? '' : level.pad;
  // YAML wants a key on one line with its colon to be short.
  if (name.length > MAX_KEY) return `${pad}? ${name}\n${level.pad}:`;
  return remember(heads, key, `${pad}${name}:`);
}

const lines = new Map<string, string>();

/** A text after its key or dash. */
function lineOf(text: string, depth: number): string {
  const known = lines.get(text);
  if (known !== undefined) return known;
  const block = blockLiteral(text, '  '.repeat(depth + 1));
  return block === undefined ? remember(lines, text, ` ${inlineString(text)}\n`) : ` ${block}`;
}

/** Keys and most values stand in many objects. */
function remember(known: Map<string, string>, text: string, written: string): string {
  return text.length > LONGEST_KNOWN ? written : setWithin(known, MOST_KNOWN, text, written);
}

function keysOf(map: Readonly<Record<string, unknown>>, first: readonly string[]): string[] {
  const keys = sortedKeys(map);
  if (first.length === 0) return keys;
  return [...first.filter((key) => Object.hasOwn(map, key)), ...keys.filter((key) => !first.includes(key))];
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return inlineNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null) return 'null';
      throw new Unwritable(`a ${typeof value} is no data`);
  }
}

/** A map without a class behind it: a Date, a Map or a cdk8s token would lose what it means. */
function plainMap(value: object): Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null)
    return value as Record<string, unknown>;
  throw new Unwritable(`a ${value.constructor.name} is no data`);
}
