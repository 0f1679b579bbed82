import type { Located } from './located';

// Where values that nobody should see in a log may stand, although they should not stand there.
const SENSITIVE_KEYS = new Set([
  'env',
  'files',
  'args',
  'command',
  'url',
  'content',
  'value',
  'sealed',
  'secrets',
]);
const SENSITIVE_WORDS = /passw|secret|token|credential|api-?key|private/i;
// These hold the names of Secrets, which are no secrets.
const NAMES = new Set(['secret', 'secretName', 'imagePullSecrets']);

/** Whether the value under a path must not be shown. */
export function isSensitive(path: readonly PropertyKey[]): boolean {
  // Names of apps, clusters and the like are no hint.
  const keys = path[0] === 'apps' ? path.slice(2) : path;
  if (keys.some((step) => SENSITIVE_KEYS.has(String(step)))) return true;
  const last = String(keys.findLast((step) => typeof step !== 'number') ?? '');
  return SENSITIVE_WORDS.test(last) && !NAMES.has(last);
}

/** What a value is, for a message: `the text "three"`, `the number 3`, `a list`. Never a secret's content. */
export function describeValue(value: Located, path: readonly PropertyKey[]): string {
  if (value.kind === 'map') return 'a map';
  if (value.kind === 'list') return 'a list';
  if (value.value === null) return 'empty';
  if (value.value === '') return 'the empty text';
  const type = typeof value.value;
  if (isSensitive(path)) return type === 'string' ? 'a text' : `a ${type}`;
  if (type === 'boolean') return String(value.value);
  if (type === 'number') return `the number ${String(value.value)}`;
  const text = String(value.value);
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
