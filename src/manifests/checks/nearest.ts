import { closest, distance } from 'fastest-levenshtein';

/** The candidate that a typo most likely meant, or undefined where none is near. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const others = candidates.filter((candidate) => candidate !== name).sort();
  if (others.length === 0) return undefined;
  const best = closest(name, others);
  const within = Math.max(2, Math.floor(Math.max(name.length, best.length) / 3));
  return distance(name, best) <= within ? best : undefined;
}

/** `; did you mean "frontend"?`, or nothing: the end of a sentence that names something unknown. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const best = nearest(name, candidates);
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
