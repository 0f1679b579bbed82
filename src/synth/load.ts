import { loadRepository } from '../config';
import type { Repository } from '../model/environment';
import { loadApps } from './load-apps';
import { readManifests } from './manifests-folder';
import type { Sources } from './render';

/** What a repository says, and what is needed to render it. */
export interface Loaded {
  readonly repository: Repository;
  readonly sources: Sources;
}

export interface LoadSources {
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Take pinned stages as if they followed the working tree. @default false */
  readonly unpinned?: boolean;
}

/**
 * Reads environments/ and src/apps/.
 *
 * @throws UserError with every problem of every file
 */
export function load(root: string, { texts, unpinned }: LoadSources = {}): Loaded {
  const apps = loadApps(root);
  const repository = loadRepository({ root, classes: apps, texts, unpinned });
  const folders = new Map<string, ReturnType<typeof readManifests>>();
  return {
    repository,
    sources: {
      apps,
      manifests: (app) => {
        const { path } = app.values as unknown as { path: string };
        const objects = folders.get(path) ?? readManifests(root, path, app.locate(['path']));
        folders.set(path, objects);
        return objects;
      },
    },
  };
}
