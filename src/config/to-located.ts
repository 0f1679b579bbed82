import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Location, Problem } from '../model/errors';
import { refusedCharacters } from './characters';
import type { Entry, Located, LocatedScalar } from './located';
import { MAX_DEPTH, tooDeep } from './nesting';

/** How many values aliases may stand for in one file, all told. */
export const MAX_ALIASED = 1000;

const CORE_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

interface Context {
  readonly place: (offset: number) => Location;
  readonly problems: Problem[];
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being walked: an alias to one of them would contain itself. */
  readonly open: Set<Node>;
  aliased: number;
  withinAlias: number;
  /** What stands for aliases that lead nowhere. */
  readonly refusedValues: Set<Located>;
  /** The file as a whole is refused; nothing more is looked at. */
  refused: boolean;
}

/**
 * Turns the nodes of a YAML document into a {@link Located} value; what cannot be kept becomes a problem. There is no
 * value where it would be too deep or too large.
 */
export function toLocated(
  contents: unknown,
  place: (offset: number) => Location,
): { readonly value?: Located; readonly problems: readonly Problem[] } {
  const context: Context = {
    place,
    problems: [],
    anchors: new Map(),
    open: new Set(),
    aliased: 0,
    withinAlias: 0,
    refusedValues: new Set(),
    refused: false,
  };
  const value = convert(contents, place(0), 1, context);
  return context.refused ? { problems: context.problems } : { value, problems: context.problems };
}

function convert(node: unknown, parent: Location, depth: number, context: Context): Located {
  const at = placeOf(node, parent, context);
  if (depth > MAX_DEPTH) {
    context.problems.push(tooDeep(at));
    context.refused = true;
    return { kind: 'scalar', at, value: null };
  }
  if (context.withinAlias > 0 && ++context.aliased > MAX_ALIASED) return refuseAliases(at, context);
  const tag = (node as { readonly tag?: string } | null)?.tag;
  if (tag !== undefined && !CORE_TAG.test(tag)) {
    context.problems.push({
      code: 'unknown-tag',
      cause: `this value has a tag, ${JSON.stringify(tag)}, that is not one of YAML's core`,
      remedy: 'Delete the tag (the word that starts with "!").',
      at,
    });
  }
  if (isAlias(node)) return convertAlias(node.source, at, depth, context);
  if (isScalar(node)) {
    if (node.anchor !== undefined) context.anchors.set(node.anchor, node);
    return convertScalar(node.value, at, context);
  }
  if (!isMap(node) && !isSeq(node)) return { kind: 'scalar', at, value: null };

  if (node.anchor !== undefined) context.anchors.set(node.anchor, node);
  context.open.add(node);
  const value: Located = isMap(node)
    ? { kind: 'map', at, entries: convertPairs(node, at, depth, context) }
    : { kind: 'list', at, items: node.items.map((item) => convert(item, at, depth + 1, context)) };
  context.open.delete(node);
  return value;
}

function placeOf(node: unknown, otherwise: Location, context: Context): Location {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range ? context.place(range[0]!) : otherwise;
}

function convertScalar(value: unknown, at: Location, context: Context): LocatedScalar {
  if (typeof value === 'string' && /\u0000|[\ud800-\udfff]/.test(value)) {
    const [refused] = refusedCharacters(value).filter(({ name }) => /NUL|surrogate/.test(name));
    if (refused) {
      context.problems.push({
        code: 'refused-character',
        cause: `this value contains ${refused.name}`,
        remedy: 'No file or variable in a container can hold it; take it out.',
        at,
      });
    }
  }
  const plain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return { kind: 'scalar', at, value: plain ? (value as LocatedScalar['value']) : String(value) };
}

function convertAlias(name: string, at: Location, depth: number, context: Context): Located {
  const target = context.anchors.get(name);
  if (!target || context.open.has(target)) {
    context.problems.push({
      code: 'bad-alias',
      cause: target ? `*${name} would contain itself` : `there is no anchor &${name} before this alias`,
      remedy: 'Write the value out.',
      at,
    });
    const value: Located = { kind: 'scalar', at, value: null };
    context.refusedValues.add(value);
    return value;
  }
  context.withinAlias++;
  const value = convert(target, at, depth, context);
  context.withinAlias--;
  return value;
}

function refuseAliases(at: Location, context: Context): Located {
  if (!context.refused) {
    context.problems.push({
      code: 'too-many-aliases',
      cause: `the aliases of this file stand for more than ${MAX_ALIASED} values`,
      remedy: 'Write the values out, or put what stages share into environments/base.yaml.',
      at,
    });
  }
  context.refused = true;
  return { kind: 'scalar', at, value: null };
}

function convertPairs(map: YAMLMap, at: Location, depth: number, context: Context): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of map.items as Pair[]) {
    if (context.refused) break;
    const keyAt = placeOf(pair.key, at, context);
    const key = keyOf(pair.key, keyAt, context);
    const value = convert(pair.value, keyAt, depth + 1, context);
    if (key === undefined) continue;
    const first = entries.get(key);
    if (first) {
      context.problems.push({
        code: 'duplicate-key',
        cause: `the key "${key}" stands here for the second time; the first is in line ${first.at.line}`,
        consequence: 'Only one of the two could count.',
        remedy: 'Delete one of them, or put their values together under one key.',
        at: keyAt,
      });
    } else {
      // What follows from a value that is refused is known by its place, and not told.
      entries.set(key, { at: context.refusedValues.has(value) ? value.at : keyAt, value });
    }
  }
  return entries;
}

function keyOf(node: unknown, at: Location, context: Context): string | undefined {
  const refuse = (code: string, cause: string, remedy: string): undefined => {
    context.problems.push({ code, cause, remedy, at });
    return undefined;
  };
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value !== 'string') {
    const written = isScalar(node) ? (node.source ?? '') : '';
    return refuse(
      'key-not-text',
      written ? `the key ${written} is no text: YAML reads it as ${value}` : 'a key must be text',
      written ? `Put it in quotes: "${written}".` : 'Write a plain word in front of the colon.',
    );
  }
  if (value === '<<') {
    return refuse(
      'merge-key',
      'merge keys (<<) are not part of YAML 1.2',
      'Put what stages share into environments/base.yaml, or write the keys out.',
    );
  }
  if (value === '__proto__') {
    return refuse('reserved-key', 'the key "__proto__" is reserved by JavaScript', 'Choose another name.');
  }
  const [refused] = refusedCharacters(value);
  if (refused) {
    return refuse('refused-character', `this key contains ${refused.name}`, 'Write the key without it.');
  }
  return value;
}
