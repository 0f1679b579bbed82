import { isMap, isScalar, parseDocument } from 'yaml';
import { NEVER_PINNED } from '../../model/promotion';

/**
 * A stage's file without what is never pinned, for a program that may not know those keys yet. What is left keeps its
 * line and column.
 */
export function pinnedPart(text: string): string {
  const doc = parseDocument(text, { version: '1.2', schema: 'core' });
  if (!isMap(doc.contents)) return text;
  const never: readonly unknown[] = NEVER_PINNED;
  const keys = doc.contents.items.map((pair) => ({
    name: isScalar(pair.key) ? pair.key.value : undefined,
    start: isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0,
  }));
  if (doc.contents.flow) {
    for (const { name } of keys) if (never.includes(name)) doc.contents.delete(name);
    return doc.toString({ lineWidth: 0 });
  }
  const end = doc.contents.range?.[2] ?? text.length;
  let out = text.slice(0, keys[0]?.start ?? 0);
  keys.forEach(({ name, start }, i) => {
    const part = text.slice(start, keys[i + 1]?.start ?? end);
    out += never.includes(name) ? part.replace(/[^\n]/g, '') : part;
  });
  const rest = out + text.slice(end);
  return keys.every(({ name }) => never.includes(name)) ? `${rest.trimEnd()}\n{}\n` : rest;
}
