import { createHash } from 'node:crypto';
import { NEVER_PINNED } from '../model/promotion';
import type { Environment, RepositoryValues } from '../model/environment';

/** The SHA-256 of what a stage, or Argo CD's own folder, is rendered from: its lock holds it. */
export function inputsOf(source: Environment | RepositoryValues): string {
  const input = 'cluster' in source ? { cluster: source.cluster, values: rendered(source.values) } : source;
  return hashOf(input);
}

/** The SHA-256 of plain data, whatever the order of its keys. */
export function hashOf(data: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(data)))
    .digest('hex');
}

function rendered(values: object): object {
  const never: readonly string[] = NEVER_PINNED;
  return Object.fromEntries(Object.entries(values).filter(([key]) => !never.includes(key)));
}

/** With the keys of every map in one order, so that the order in a file does not count. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}
