import { loadRepository, type LoadOptions } from '../config';
import type { Repository } from '../model/environment';
import { ofClass } from './class-problems';
import { loadApps, type LoadedApp } from './load-apps';
import { readManifests } from './manifests-folder';
import type { Sources } from './anew';

/** What a repository says, and what is needed to render it. */
export interface Loaded {
  readonly repository: Repository;
  readonly sources: Sources;
}

export type LoadSources = Pick<LoadOptions, 'texts' | 'unpinned' | 'memory' | 'resolved'>;

/**
 * Reads environments/ and src/apps/.
 *
 * @throws UserError with every problem of every file
 */
export function load(root: string, options: LoadSources = {}): Loaded {
  const apps = loadApps(root);
  const repository = readRepository(root, apps, options);
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

function readRepository(root: string, classes: readonly LoadedApp[], options: LoadSources): Repository {
  try {
    return loadRepository({ ...options, root, classes });
  } catch (error) {
    throw ofClass(classes, error);
  }
}
