import { DELIVERY } from '../delivery/names';
import { mergeBase, readTree, requireCommit } from '../git/read';
import { openRepository } from '../git/repository';
import { sha256 } from '../manifests/publish';
import { readManifests } from '../manifests/read';
import { UserError } from '../model/errors';
import { getOrSet } from '../model/maps';
import type { Before, FileBefore } from './deployed';

/**
 * What dist/ deployed where the working tree and a revision parted, stage by stage: against this a pull request is
 * guarded.
 *
 * @throws UserError without a Git repository, and for a revision, or a common ancestor, that is not in the clone
 */
export async function objectsAt(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  revision: string,
): Promise<Before> {
  const repo = await openRepository(root, env);
  if (!repo) {
    throw new UserError({
      code: 'no-repository',
      cause: `--against ${revision} needs Git, and ${root} is no Git repository`,
      remedy: 'Run it in a clone, or leave --against out.',
    });
  }
  const commit = await requireCommit(repo, revision);
  const base = (await mergeBase(repo, commit, 'HEAD')) ?? commit;
  const stages = new Map<string, Map<string, FileBefore>>();
  const delivery = new Map<string, FileBefore>();
  for (const [path, text] of await readTree(repo, base, 'dist/')) {
    const [, folder, file] = /^dist\/([^/]+)\/(.+\.yaml)$/.exec(path) ?? [];
    if (folder === undefined || file === undefined) continue;
    const before: FileBefore = { hash: sha256(text), objects: () => readManifests(text, path) };
    if (folder === DELIVERY) delivery.set(file, before);
    else if (!file.includes('/')) getOrSet(stages, folder, () => new Map()).set(file, before);
  }
  return { stages, delivery };
}
