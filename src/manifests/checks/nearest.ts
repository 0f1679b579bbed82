import { nearest } from '../../model/nearest';

/** `; did you mean "frontend"?`, or nothing: the end of a sentence that names something unknown. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const best = nearest(name, candidates);
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
