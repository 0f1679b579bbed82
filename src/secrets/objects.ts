import { parseAllDocuments } from 'yaml';
import { groupOf } from '../model/kube';
import { commandLine, isCommandRule } from './commands';
import { detect, type Detection } from './detect';
import { isCiphertext } from './ciphertext';
import type { ObjectFinding } from './finding';
import { nameOf, remember, type Held, type Name } from './names';
import { isFormat } from './patterns';
import { Place } from './place';
import { decodeBase64 } from './value';
import { nameWithin } from './words';

type Fields = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every Secret with data and every credential in an object, however deep. Ciphertext is none. */
export function scanObject(object: Fields): readonly ObjectFinding[] {
  const found = scan(object);
  // A definition talks about fields of any name; what has the format of a token is one there too.
  return object['kind'] === 'CustomResourceDefinition'
    ? found.filter(({ detection, structural }) => structural || isFormat(detection.rule))
    : found;
}

/** Plain Secrets in an object or a list of them: of any shape, also inside of texts that hold manifests. */
export function plainSecrets(value: unknown): readonly ObjectFinding[] {
  return scan(value).filter(({ structural }) => structural);
}

function scan(value: unknown): readonly ObjectFinding[] {
  const found: ObjectFinding[] = [];
  walk(value, new Place(value), nameOf(''), found);
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

function walk(value: unknown, place: Place, name: Name, found: ObjectFinding[]): void {
  if (typeof value === 'string') {
    inText(value, place, name, found);
  } else if (typeof value === 'number') {
    if (!isNothing(value, name)) inText(String(value), place, name, found);
  } else if (Array.isArray(value)) {
    inList(value, place, name, found);
  } else if (isMap(value)) {
    inMap(value, place, name, found);
  }
}

function inMap(map: Fields, place: Place, name: Name, found: ObjectFinding[]): void {
  const held = secretData(map);
  if (held) {
    place.keys.push(held.field);
    found.push(structural(place.field(), held.secret));
    place.keys.pop();
  }
  for (const key in map) {
    if (held && (key === 'data' || key === 'stringData')) continue;
    const child = map[key];
    if (isCiphertext(key, child)) continue;
    const own = nameOf(key);
    if (own.inItself.length > 0) for (const detection of own.inItself) add(place, detection, found);
    const under = nameFor(map, key, own, name);
    if (typeof child !== 'object' && isNothing(child, under)) continue;
    place.keys.push(key);
    walk(child, place, under, found);
    place.keys.pop();
  }
}

/** The name that a field's value goes by: that of its variable, where the field only holds its value. */
function nameFor(map: Fields, key: string, own: Name, name: Name): Name {
  if (key === 'value') {
    const called = [map['name'], map['key']].find((one) => typeof one === 'string');
    if (called !== undefined) return nameOf(called);
  }
  if (name.strength === undefined || typeof map[key] === 'object') return own;
  return nameOf(nameWithin(name.text, key));
}

/** Whether a scalar is nothing to look at: most are not. */
const isNothing = (value: unknown, { strength }: Name): boolean =>
  typeof value === 'string'
    ? strength === undefined && isHarmless(value)
    : typeof value !== 'number' || strength !== 'password';

function inList(list: readonly unknown[], place: Place, name: Name, found: ObjectFinding[]): void {
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    place.keys.push(index);
    if (typeof item === 'string') inWord(item, list[index - 1], place, name, found);
    else walk(item, place, name, found);
    place.keys.pop();
  }
  const command = commandLine(list);
  if (command === undefined) return;
  place.keys.push(list.length - 1);
  for (const detection of heldBy(command, nameOf('')).detections)
    if (isCommandRule(detection.rule)) add(place, detection, found);
  place.keys.pop();
}

/** A word of a list, which may be a flag, or belong to the flag before it. */
function inWord(word: string, before: unknown, place: Place, name: Name, found: ObjectFinding[]): void {
  const flag = word.startsWith('-') ? /^--?([\w.-]+)=([^]*)$/.exec(word) : null;
  if (flag) inText(flag[2]!, place, nameOf(flag[1]!), found);
  else if (typeof before === 'string' && /^--?[A-Za-z][\w.-]*$/.test(before))
    inText(word, place, nameOf(before.replace(/^-+/, '')), found);
  else inText(word, place, name.strength === undefined ? nameOf('') : name, found);
}

function inText(text: string, place: Place, name: Name, found: ObjectFinding[]): void {
  if (isNothing(text, name)) return;
  const { detections, secrets } = heldBy(text, name);
  for (const secret of secrets) found.push({ ...secret, field: place.field() });
  for (const detection of detections) add(place, detection, found);
}

function add(place: Place, detection: Detection, found: ObjectFinding[]): void {
  found.push({ field: place.field(), detection, structural: false });
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

/** The same texts stand in many objects, and in every stage; what a text holds depends on itself and its name. */
function heldBy(text: string, name: Name): Held {
  const found = name.texts.get(text);
  if (found) return found;
  const held = { detections: detect(text, { name: name.text }), secrets: embeddedSecrets(text) };
  remember(name, text, held);
  return held;
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

const structural = (field: string, secret: string): ObjectFinding => ({
  field,
  structural: true,
  detection: { rule: 'plain-secret', why: 'a Secret with its data', secret, index: 0 },
});
