import type { Repository } from '../model/environment';
import type { Location } from '../model/errors';

/** Where a path of base.yaml stands. */
export function locateBase(repository: Repository, path: readonly PropertyKey[]): Location {
  return repository.locate?.(path) ?? { file: 'environments/base.yaml' };
}
