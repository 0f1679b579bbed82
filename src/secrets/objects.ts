import { parseAllDocuments } from 'yaml';
import { groupOf } from '../model/kube';
import { detect, type Detection } from './detect';

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
  if (object['kind'] === 'CustomResourceDefinition') return [];
  return [...walk(object, [], undefined)];
}

/** Plain Secrets in an object or a list of them: of any shape, also inside of texts that hold manifests. */
export function plainSecrets(value: unknown, field: readonly string[] = []): readonly ObjectFinding[] {
  return [...walk(value, field, undefined)].filter(({ structural }) => structural);
}

function* walk(value: unknown, path: readonly string[], name: string | undefined): Iterable<ObjectFinding> {
  if (typeof value === 'string') {
    yield* inText(value, path, name);
  } else if (Array.isArray(value)) {
    yield* inList(value, path, name);
  } else if (isMap(value)) {
    const held = secretData(value);
    if (held) yield structural([...path, held.field], held.secret);
    const called = typeof value['name'] === 'string' ? value['name'] : undefined;
    for (const [key, child] of Object.entries(value)) {
      if (held && (key === 'data' || key === 'stringData')) continue;
      if (isCiphertext(value, key)) continue;
      yield* walk(child, [...path, key], key === 'value' && called !== undefined ? called : key);
    }
  }
}

function* inList(
  list: readonly unknown[],
  path: readonly string[],
  name: string | undefined,
): Iterable<ObjectFinding> {
  for (const [index, item] of list.entries()) {
    const called = isMap(item) && typeof item['name'] === 'string' ? item['name'] : String(index);
    const here = [...path.slice(0, -1), `${path.at(-1) ?? ''}[${called}]`];
    const [before, flag] = [
      list[index - 1],
      typeof item === 'string' ? /^--?([\w.-]+)=([^]*)$/.exec(item) : null,
    ];
    if (flag) yield* inText(flag[2]!, here, flag[1]);
    else if (typeof item === 'string' && typeof before === 'string' && /^--?[A-Za-z][\w.-]*$/.test(before))
      yield* inText(item, here, before.replace(/^-+/, ''));
    else yield* walk(item, here, typeof item === 'string' ? undefined : name);
  }
}

function* inText(text: string, path: readonly string[], name: string | undefined): Iterable<ObjectFinding> {
  const field = formatField(path);
  const embedded = /kind['"]?\s*:\s*['"]?Secret\b/.test(text) ? manifestsIn(text) : [];
  for (const secret of embedded.flatMap((one) => plainSecrets(one))) yield { ...secret, field };
  for (const detection of detect(text, { name })) yield { field, detection, structural: false };
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
  if (object['kind'] !== 'Secret') return undefined;
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

/** Values that are encrypted, or public by nature. */
const isCiphertext = (parent: Fields, key: string): boolean =>
  key === 'encryptedData' ||
  key === 'sealed' ||
  key === 'caBundle' ||
  key === 'sops' ||
  isEncrypted(parent[key]);

const isEncrypted = (value: unknown): boolean => typeof value === 'string' && /^ENC\[AES256_GCM,/.test(value);

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
