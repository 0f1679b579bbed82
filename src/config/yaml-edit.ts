import { Document, isAlias, isMap, isScalar, parseDocument, Scalar, type Node, type YAMLMap } from 'yaml';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../model/errors';
import { setWithin } from '../model/maps';
import { keepLines } from './keep-lines';
import { toPlain } from './located';
import { parseYaml } from './parse-yaml';
import { readPlainYaml } from './plain-yaml';

/** A path into a YAML file, from its top. */
export type ValuePath = readonly string[];

/** A change of one value; `value` undefined takes the key away. */
export interface ValueEdit {
  readonly path: ValuePath;
  readonly value: unknown;
}

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path in plain data; undefined where nothing does. */
export function valueIn(data: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (at, key) => (isPlain(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    data,
  );
}

/** Plain data with one value changed; nothing of the original is touched. */
export function withValue(data: unknown, { path, value }: ValueEdit): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const map = isPlain(data) ? data : {};
  if (rest.length > 0) {
    if (value === undefined && !isPlain(map[key])) return data;
    return { ...map, [key]: withValue(map[key], { path: rest, value }) };
  }
  const { [key]: _, ...others } = map;
  return value === undefined ? others : { ...map, [key]: value };
}

/** Plain data of a YAML file under environments/, which may be empty. Nobody changes it: whoever asks again gets the same. */
export function parseValues(text: string): unknown {
  return parsed.get(text) ?? setWithin(parsed, FEW, text, valuesOf(text));
}

function valuesOf(text: string): unknown {
  const plain = readPlainYaml(text, '');
  return plain ? toPlain(plain) : (parse(text).toJS({ maxAliasCount: 1000 }) ?? {});
}

/** One command asks for the same few files many times, and a large one takes long. */
const parsed = new Map<string, unknown>();
const FEW = 16;

/** Duplicate keys were refused when the file was read; to look for them again takes quadratic time. */
const parse = (text: string): Document.Parsed =>
  parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false });

/**
 * Edits a YAML file: values change, comments, order and the writing of everything else stay.
 * @throws UserError `shared-anchor` when the value is shared with other places by an anchor, so that they would change
 * too; or whatever is wrong with the file
 */
export function editYaml(text: string, edits: readonly ValueEdit[], file: string): string {
  return editTogether(text, edits) ?? edits.reduce((now, edit) => editOne(now, edit, file), text);
}

/** All edits at once, for each costs a parse of the file; undefined where they have to be made one by one. */
function editTogether(text: string, edits: readonly ValueEdit[]): string | undefined {
  if (edits.length < 2 || overlap(edits)) return undefined;
  const before = parseValues(text);
  const wanted = edits.filter(({ path, value }) => !isDeepStrictEqual(valueIn(before, path), value));
  const [spliced, others] = splice(text, wanted);
  const expected = wanted.reduce(withValue, before);
  const written = others.length === 0 ? [spliced] : rewrite(spliced, others);
  return written.find((after) => isDeepStrictEqual(parseValues(after), expected));
}

/** Whether one edit changes what another one changes, too. */
function overlap(edits: readonly ValueEdit[]): boolean {
  const paths = new Set(edits.map(({ path }) => JSON.stringify(path)));
  return (
    paths.size < edits.length ||
    edits.some(({ path }) => path.some((_, i) => i > 0 && paths.has(JSON.stringify(path.slice(0, i)))))
  );
}

function editOne(text: string, edit: ValueEdit, file: string): string {
  const before = parseValues(text);
  if (isDeepStrictEqual(valueIn(before, edit.path), edit.value)) return text;
  const expected = withValue(before, edit);
  const [spliced, others] = splice(text, [edit]);
  for (const after of others.length === 0 ? [spliced, ...rewrite(text, [edit])] : rewrite(text, [edit]))
    if (isDeepStrictEqual(parseValues(after), expected)) return after;
  const { problems } = parseYaml(text, file);
  if (problems.length > 0) throw new UserError(problems);
  throw new UserError({
    code: 'shared-anchor',
    cause: `${edit.path.join('.')} cannot be edited: an anchor (&) shares it with other places`,
    consequence: 'They would change too, so nothing was changed.',
    remedy: 'Write the value out in full where the alias (*) stands, or edit the file by hand.',
    at: { file },
  });
}

/** Puts scalars in the place of others, character by character; and the edits for which that cannot be done. */
function splice(text: string, edits: readonly ValueEdit[]): [string, readonly ValueEdit[]] {
  const before = parseValues(text);
  // Where no scalar stands there is no place for another one: nobody has to parse all of the file to see it.
  if (!edits.some(({ path }) => isScalarValue(valueIn(before, path)))) return [text, edits];
  const doc = parse(text);
  const found = edits.map((edit) => ({ edit, ...placeOf(doc, edit) }));
  const places = found.filter(({ range }) => range !== undefined);
  // From the end on, so that the places before stay where they are.
  places.sort((a, b) => b.range![0] - a.range![0]);
  let spliced = text;
  for (const { range, written } of places)
    spliced = spliced.slice(0, range![0]) + written + spliced.slice(range![1]);
  return [spliced, found.filter(({ range }) => range === undefined).map(({ edit }) => edit)];
}

const isScalarValue = (value: unknown): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null);

function placeOf(
  doc: Document.Parsed,
  { path, value }: ValueEdit,
): { readonly range?: readonly [start: number, end: number]; readonly written?: string } {
  if (!isScalarValue(value) || String(value).includes('\n')) return {};
  const node = doc.getIn(path, true);
  if (!isScalar(node) || !node.range || node.anchor !== undefined || node.tag !== undefined) return {};
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) return {};
  const [start, end] = node.range;
  const written = typeof value === 'string' ? scalarText(value, node.type) : String(value);
  return start === end ? {} : { range: [start, end], written };
}

// Bare only where every reader of YAML, 1.1 or 1.2, takes it for a string.
const BARE = /^[A-Za-z][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*$/;
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

function scalarText(value: string, type?: string | null): string {
  if (type === Scalar.QUOTE_SINGLE && !/[^\x20-\x7e]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  if (type === Scalar.QUOTE_DOUBLE || !BARE.test(value) || WORDS.test(value)) return JSON.stringify(value);
  return value;
}

/** By the printer: first with the lines that it need not have touched as they were, then as it writes them. */
function rewrite(text: string, edits: readonly ValueEdit[]): readonly string[] {
  const doc = parse(text);
  if (doc.contents === null) doc.contents = doc.createNode({}) as unknown as typeof doc.contents;
  const print = (): string => doc.toString({ lineWidth: 0, indentSeq: indentsSequences(text) });
  const before = print();
  if (!edits.every((edit) => change(doc, edit))) return [];
  const after = print();
  const kept = keepLines(text.replaceAll('\r\n', '\n'), before, after);
  const written = kept === undefined ? [after] : [kept, after];
  return text.includes('\r\n') ? written.map((each) => each.replaceAll('\n', '\r\n')) : written;
}

function change(doc: Document.Parsed, { path, value }: ValueEdit): boolean {
  const parent = mapAt(doc, path.slice(0, -1), value !== undefined);
  const key = path.at(-1)!;
  if (parent === undefined) return false;
  if (value === undefined) {
    keepHead(doc, parent, key);
    parent.delete(key);
  } else {
    if (parent.items.length === 0) parent.flow = false;
    parent.set(parent.items.find((item) => nameOf(item.key) === key)?.key ?? key, nodeOf(doc, value));
  }
  return true;
}

/** What stands at the head of the file is of the file, although the parser gives it to the first key. */
function keepHead(doc: Document.Parsed, parent: YAMLMap, key: string): void {
  const first = parent.items[0];
  if (parent !== doc.contents || !first || nameOf(first.key) !== key) return;
  const head = [doc.commentBefore, parent.commentBefore, (first.key as Node).commentBefore].filter(Boolean);
  doc.commentBefore = head.length > 0 ? head.join('\n') : null;
  parent.commentBefore = null;
}

const nameOf = (key: unknown): unknown => (isScalar(key) ? key.value : key);

/** The map at a path; written out where an alias stands, made where nothing does. */
function mapAt(doc: Document.Parsed, path: ValuePath, create: boolean): YAMLMap | undefined {
  let at: unknown = doc.contents;
  for (const key of path) {
    if (!isMap(at)) return undefined;
    const next = at.get(key, true) as Node | undefined;
    if (isMap(next)) at = next;
    else if (isAlias(next)) {
      const copy = doc.createNode(next.resolve(doc)?.toJS(doc));
      at.set(key, copy);
      at = copy;
    } else {
      if (!create) return undefined;
      const made = doc.createNode({}) as unknown as YAMLMap;
      if (at.items.length === 0) at.flow = false;
      made.flow = false;
      at.set(key, made);
      at = made;
    }
  }
  return isMap(at) ? at : undefined;
}

function nodeOf(doc: Document.Parsed, value: unknown): unknown {
  const node = doc.createNode(value);
  const visitScalars = (at: unknown): void => {
    if (isScalar(at) && typeof at.value === 'string' && !at.value.includes('\n'))
      at.type = BARE.test(at.value) && !WORDS.test(at.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    else if (isMap(at)) for (const { value: child } of at.items) visitScalars(child);
    else if (at !== null && typeof at === 'object' && 'items' in at)
      for (const child of at.items as unknown[]) visitScalars(child);
  };
  visitScalars(node);
  return node;
}

/** Whether lists stand further in than their key, which the file's own lists tell. */
function indentsSequences(text: string): boolean {
  const found = /^( *)[^\s#-][^\n]*:[ \t]*\n( *)- /m.exec(text);
  return found === null || found[2]!.length > found[1]!.length;
}
