import type { KindsByStage } from '../delivery';
import type { Repository } from '../model/environment';
import { load } from '../synth/load';
import { asInDist } from '../synth/pins/pins';
import { readKinds } from './read-dist';

/** What the program is about: the stages, and the kinds that they deploy. */
export interface Sources {
  readonly repository: Repository;
  readonly kinds: KindsByStage;
}

/**
 * Reads environments/, and from dist/ the kinds outside of any namespace and the apps of pinned stages: base.yaml and
 * src/ say what the next base will have, and not what these run.
 *
 * @throws UserError with every problem of every file
 */
export function loadSources(root: string): Sources {
  const { repository } = load(root);
  const kinds = readKinds(root, repository.environments);
  return { repository: { ...repository, environments: asInDist(root, repository.environments) }, kinds };
}
