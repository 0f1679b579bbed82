import { UserError } from '../../model/errors';
import { load } from '../load';
import { emit } from '../outputs';
import { renderRepository } from '../render';
import { renderRequest } from './render-pinned';

/**
 * Renders one stage with this program from the texts that it is given: the other end of `renderPinned`.
 * @throws UserError for everything that is wrong with them
 */
export function renderStage(
  root: string,
  stage: string,
  request: string,
): readonly { readonly path: string; readonly text: string }[] {
  const { environments } = renderRequest.parse(JSON.parse(request));
  const { repository, sources } = load(root, {
    texts: new Map(Object.entries(environments)),
    unpinned: true,
  });
  const only = repository.environments.filter(({ name }) => name === stage);
  const [rendering] = renderRepository({ ...repository, environments: only }, sources);
  if (rendering) return emit(rendering.stage.files, stage);
  throw new UserError({ code: 'unknown-stage', cause: `there is no stage ${JSON.stringify(stage)}` });
}
