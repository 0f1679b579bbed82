import { distance } from 'fastest-levenshtein';

/** The candidate that a misspelt name most likely means; nothing when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 100) return undefined;
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of [...candidates].sort()) {
    if (candidate === name) continue;
    const d = slips(wanted, candidate.toLowerCase());
    if (d <= limit && (best === undefined || d < best.distance)) best = { candidate, distance: d };
  }
  return best?.candidate;
}

/** Letters in another order are one slip. */
function slips(a: string, b: string): number {
  const letters = (text: string): string => [...text].sort().join('');
  return a.length === b.length && letters(a) === letters(b) ? Math.min(1, distance(a, b)) : distance(a, b);
}

/** `Did you mean "replicas"?`, or else the names that there are, or what to do where there are none. */
export function suggest(name: string, candidates: Iterable<string>, otherwise?: string): string | undefined {
  const names = [...candidates].sort();
  const near = nearest(name, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (names.length > 0 && names.length <= 40) return `There are: ${names.join(', ')}.`;
  return otherwise;
}
