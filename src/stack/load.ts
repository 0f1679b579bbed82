import type { KindsByStage } from '../delivery';
import type { Repository } from '../model/environment';
import { load } from '../synth/load';
import { readKinds } from './read-dist';

/** What the program is about: the stages, and the kinds that they deploy. */
export interface Sources {
  readonly repository: Repository;
  readonly kinds: KindsByStage;
}

/**
 * Reads environments/ and what dist/ says of the kinds outside of any namespace.
 *
 * @throws UserError with every problem of every file
 */
export function loadSources(root: string): Sources {
  const { repository } = load(root);
  return { repository, kinds: readKinds(root, repository.environments) };
}
