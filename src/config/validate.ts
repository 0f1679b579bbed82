import type { z } from 'zod';
import type { Problem } from '../model/errors';
import { nearest, suggest } from '../model/nearest';
import { MAX_PROBLEMS } from './limit';
import { formatPath, locate, locateKey, valueAt, type Located } from './located';
import { toPlain } from './located';
import { describeValue, isSensitive } from './quote';
import { inWords, KEY_SEPARATOR, MISSING } from './words';

/** Either the value as its schema leaves it, defaults filled in, or what is wrong with it. */
export type Validated<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value?: undefined; readonly problems: readonly Found[] };

/** A problem, and the path that it is about. */
export interface Found extends Problem {
  readonly path: readonly PropertyKey[];
  /** The key is not there; or a rule over several keys of a map is broken. Both may be mended elsewhere. */
  readonly incomplete: boolean;
}

type Issue = z.core.$ZodIssue;

/** Checks a value against a schema and reports everything that is wrong with it, each where it stands. */
export function validate<T>(schema: z.ZodType<T>, located: Located): Validated<T> {
  const result = schema.safeParse(toPlain(located), { error: inWords });
  if (result.success) return { value: result.data, problems: [] };
  const issues = result.error.issues.flatMap((issue) => flatten(issue, located, []));
  return { problems: issues.map((issue, index) => describe(issue, located, index < MAX_PROBLEMS)) };
}

/** Takes unions and several unknown keys apart, so that each issue is about one thing. */
function flatten(issue: Issue, root: Located, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ ...issue, keys: [key], path: [...path, key] }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ ...inner, code: 'invalid_key', path }) as unknown as Issue);
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const fitting = issue.errors.filter((errors) => !errors.some(isWrongTypeAtTop));
    const chosen = fitting.length > 0 ? fewest(fitting) : undefined;
    if (chosen) return chosen.flatMap((inner) => flatten(inner, root, path));
    const messages = issue.errors.map((errors) => errors.find(isWrongTypeAtTop)!.message);
    const missing = messages.every((message) => message.startsWith(MISSING));
    const message = missing ? messages[0]! : messages.map((m) => m.replace(/^must be /, '')).join(', or ');
    return [{ ...issue, message: missing ? message : `must be ${message}`, path: [...path] }];
  }
  return [{ ...issue, path: [...path] }];
}

const isWrongTypeAtTop = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;

function fewest(branches: readonly Issue[][]): Issue[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
}

function describe(issue: Issue, root: Located, search: boolean): Found {
  const { path, message } = issue;
  const name = formatPath(path) || 'the file';
  if (issue.code === 'unrecognized_keys') {
    const key = String(path.at(-1));
    const valid = message === '' || !search ? [] : message.split(KEY_SEPARATOR);
    return {
      code: 'unknown-key',
      cause: `${name} is not known here`,
      consequence: 'It would have no effect.',
      remedy: suggest(key, valid, 'Delete it.'),
      at: locateKey(root, path),
      path,
      incomplete: false,
    };
  }
  if ((issue.code as string) === 'invalid_key') {
    const key = String(path.at(-1));
    const cause = `the key ${JSON.stringify(key.slice(0, 80))} ${message}`;
    return { code: 'invalid-name', cause, at: locateKey(root, path), path, incomplete: false };
  }
  const value = valueAt(root, path);
  if (!value && issue.code === 'invalid_union' && issue.discriminator !== undefined) {
    const kinds = ((issue as { options?: readonly unknown[] }).options ?? []).join(', ');
    return missingKey(name, `It is one of ${kinds}.`, root, path);
  }
  if (!value) return missingKey(name, message, root, path);
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined) {
    const options = (issue as { options?: readonly unknown[] }).options ?? [];
    const kinds = options.map(String);
    const near = value.kind === 'scalar' ? nearest(String(value.value), kinds) : undefined;
    return {
      code: 'invalid-value',
      cause: `${name} is ${describeValue(value, path)}: must be one of ${kinds.join(', ')}`,
      remedy: near && `Did you mean "${near}"?`,
      at: locate(root, path),
      path,
      incomplete: false,
    };
  }
  const typed = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const whole = value.kind === 'map' && !typed;
  return {
    code: whole ? 'contradiction' : typed ? 'wrong-type' : 'invalid-value',
    cause: whole ? `${name}: ${message}` : `${name} is ${describeValue(value, path)}: ${message}`,
    remedy: isSensitive(path) ? undefined : remedyFor(issue, value),
    at: locate(root, path),
    path,
    incomplete: whole,
  };
}

function remedyFor(issue: Issue, value: Located): string | undefined {
  if (value.kind !== 'scalar') return undefined;
  const [given, text] = [value.value, String(value.value)];
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    if (values.includes(text) && typeof given !== 'string') return `Put it in quotes: "${text}".`;
    const near = nearest(text, values);
    return near && `Did you mean "${near}"?`;
  }
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'string' && given !== null) return `Put it in quotes: "${text}".`;
  if (issue.expected === 'boolean' && /^(yes|no|on|off)$/i.test(text))
    return 'YAML 1.2 knows true and false.';
  const number = ['number', 'int'].includes(issue.expected) && typeof given === 'string';
  return number && /^\d+$/.test(text) ? `Write it without quotes: ${text}.` : undefined;
}

function missingKey(name: string, message: string, root: Located, path: readonly PropertyKey[]): Found {
  const missing = message.startsWith(MISSING);
  const description = missing ? message.slice(MISSING.length) : '';
  const parent = valueAt(root, path.slice(0, -1));
  const removed = parent?.kind === 'map' && parent.removed?.has(String(path.at(-1)));
  return {
    code: 'missing-key',
    cause: removed ? `${name} is removed here, and must be there` : `${name} is missing`,
    remedy: missing ? description && `${String(path.at(-1))}: ${description}` : capital(message),
    at: locate(root, path),
    path,
    incomplete: true,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
