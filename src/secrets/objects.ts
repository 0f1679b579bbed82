import { parseAllDocuments } from 'yaml';
import { groupOf } from '../model/kube';
import { commandLine, isCommandRule } from './commands';
import { detect, type Detection } from './detect';
import { isCiphertext } from './ciphertext';
import { isFormat } from './patterns';
import { decodeBase64 } from './value';
import { nameInList, nameWithin, strengthOf } from './words';

/** A credential in an object, or an object that is one. */
export interface ObjectFinding {
  /** `spec.template.spec.containers[0].env[DB_PASSWORD].value` */
  readonly field: string;
  readonly detection: Detection;
  /** A Secret with data: no false alarm, whatever it holds. */
  readonly structural: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every Secret with data and every credential in an object, however deep. Ciphertext is none. */
export function scanObject(object: Fields): readonly ObjectFinding[] {
  const found = scan(object, []);
  // A definition talks about fields of any name; what has the format of a token is one there too.
  return object['kind'] === 'CustomResourceDefinition'
    ? found.filter(({ detection, structural }) => structural || isFormat(detection.rule))
    : found;
}

/** Plain Secrets in an object or a list of them: of any shape, also inside of texts that hold manifests. */
export function plainSecrets(value: unknown, field: readonly string[] = []): readonly ObjectFinding[] {
  return scan(value, field).filter(({ structural }) => structural);
}

function scan(value: unknown, path: readonly string[]): readonly ObjectFinding[] {
  const found: ObjectFinding[] = [];
  walk(value, [...path], undefined, found);
  return found.length === 0 ? found : withoutValues(found);
}

/** A credential may be a key, or a name, and part of where others stand. */
function withoutValues(found: readonly ObjectFinding[]): readonly ObjectFinding[] {
  const secrets = new Set(found.filter((one) => !one.structural).map(({ detection }) => detection.secret));
  const hide = (text: string): string => [...secrets].reduce((rest, one) => rest.replaceAll(one, '…'), text);
  return found.map((one) => ({
    ...one,
    field: hide(one.field),
    detection: { ...one.detection, why: hide(one.detection.why) },
  }));
}

/** The path is one array for the whole walk: most values are no finding, and need no path of their own. */
function walk(value: unknown, path: string[], name: string | undefined, found: ObjectFinding[]): void {
  if (typeof value === 'string') {
    inText(value, path, name, found);
  } else if (typeof value === 'number') {
    if (name !== undefined && strengthOf(name) === 'password') inText(String(value), path, name, found);
  } else if (Array.isArray(value)) {
    inList(value, path, name, found);
  } else if (isMap(value)) {
    const held = secretData(value);
    if (held) found.push(structural([...path, held.field], held.secret));
    const called = [value['name'], value['key']].find((one) => typeof one === 'string');
    for (const [key, child] of Object.entries(value)) {
      if (held && (key === 'data' || key === 'stringData')) continue;
      if (isCiphertext(key, child)) continue;
      if (key.length > 12) inKey(key, path, found);
      path.push(key);
      const isText = typeof child === 'string' || typeof child === 'number';
      const own = isText ? nameWithin(name, key) : key;
      walk(child, path, key === 'value' && called !== undefined ? called : own, found);
      path.pop();
    }
  }
}

function inList(
  list: readonly unknown[],
  path: string[],
  name: string | undefined,
  found: ObjectFinding[],
): void {
  const last = path.at(-1);
  for (const [index, item] of list.entries()) {
    const called = isMap(item) && typeof item['name'] === 'string' ? item['name'] : String(index);
    path[Math.max(0, path.length - 1)] = `${last ?? ''}[${called}]`;
    const [before, flag] = [
      list[index - 1],
      typeof item === 'string' ? /^--?([\w.-]+)=([^]*)$/.exec(item) : null,
    ];
    if (flag) inText(flag[2]!, path, flag[1], found);
    else if (typeof item === 'string' && typeof before === 'string' && /^--?[A-Za-z][\w.-]*$/.test(before))
      inText(item, path, before.replace(/^-+/, ''), found);
    else walk(item, path, typeof item === 'string' ? nameInList(name) : name, found);
  }
  const command = commandLine(list);
  if (command !== undefined)
    for (const detection of detected(command, undefined))
      if (isCommandRule(detection.rule)) add(path, detection, found);
  if (last === undefined) path.length = 0;
  else path[path.length - 1] = last;
}

function inText(
  text: string,
  path: readonly string[],
  name: string | undefined,
  found: ObjectFinding[],
): void {
  if (isHarmless(text) && !isTelling(name)) return;
  for (const secret of embeddedSecrets(text)) found.push({ ...secret, field: formatField(path) });
  for (const detection of detected(text, name)) add(path, detection, found);
}

/** A key that is a token, or holds an address with a password: random letters alone make it none. */
function inKey(key: string, path: readonly string[], found: ObjectFinding[]): void {
  for (const detection of detected(key, undefined))
    if (detection.rule !== 'entropy') add(path, detection, found);
}

function add(path: readonly string[], detection: Detection, found: ObjectFinding[]): void {
  found.push({ field: formatField(path), detection, structural: false });
}

/** Secrets with data in the manifests that a text holds, be they encoded or not. */
export function embeddedSecrets(text: string): readonly ObjectFinding[] {
  const isManifest = /kind['"]?\s*:\s*['"]?secret\b/i;
  if (isManifest.test(text)) return manifestsIn(text).flatMap((one) => plainSecrets(one));
  const decoded = text.length < 40 ? undefined : decodeBase64(text);
  if (decoded === undefined || !isManifest.test(decoded)) return [];
  const inside = manifestsIn(decoded).flatMap((one) => plainSecrets(one));
  return inside.map((one) => ({ ...one, detection: { ...one.detection, secret: text } }));
}

/**
 * Shorter than every format of a token (`xoxa-` and eight more), and without the marks that an assignment needs: half of
 * all values.
 */
const isHarmless = (text: string): boolean => text.length < 13 && /^[A-Za-z0-9.-]*$/.test(text);

/** Whether a name alone makes a value a credential. */
const isTelling = (name: string | undefined): boolean => name !== undefined && strengthOf(name) !== undefined;

const known = new Map<string, readonly Detection[]>();
const MOST_KNOWN = 200_000;

/** The same texts stand in many objects, and in every stage; what a text holds depends on itself and its name. */
function detected(text: string, name: string | undefined): readonly Detection[] {
  if (text.length > 1000) return detect(text, { name });
  const key = `${name?.length ?? ''}:${name ?? ''}${text}`;
  let found = known.get(key);
  if (!found) {
    found = detect(text, { name });
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, found);
  }
  return found;
}

function manifestsIn(text: string): unknown[] {
  try {
    return parseAllDocuments(text, { prettyErrors: false }).map(
      (doc) => doc.toJS({ maxAliasCount: 100 }) as unknown,
    );
  } catch {
    return [];
  }
}

/** What a Secret holds, be it encoded or not; undefined for anything else and for one without data. */
function secretData(object: Fields): { readonly field: string; readonly secret: string } | undefined {
  if (typeof object['kind'] !== 'string' || object['kind'].toLowerCase() !== 'secret') return undefined;
  if (typeof object['apiVersion'] === 'string' && groupOf(object['apiVersion']) !== '') return undefined;
  for (const field of ['data', 'stringData']) {
    const data = object[field];
    if (data === undefined || data === null) continue;
    if (!isMap(data)) return { field, secret: String(data) };
    const held = Object.values(data).find((value) => value !== '' && value !== null);
    if (held !== undefined) return { field, secret: typeof held === 'string' ? held : JSON.stringify(held) };
  }
  return undefined;
}

const structural = (path: readonly string[], secret: string): ObjectFinding => ({
  field: formatField(path),
  structural: true,
  detection: { rule: 'plain-secret', why: 'a Secret with its data', secret, index: 0 },
});

const formatField = (path: readonly string[]): string =>
  path
    .map((key, index) =>
      /^[\w-]+(\[[^\]]*\])*$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `["${key}"]`,
    )
    .join('');
