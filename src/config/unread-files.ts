import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../model/environment';
import type { Problem } from '../model/errors';
import { FOLDER } from './stage-files';

/** The folders that apps of kind `manifests` name, as they name them. */
export function manifestFolders(environments: readonly Pick<Environment, 'apps'>[]): string[] {
  return environments.flatMap(({ apps }) =>
    apps
      .filter(({ kind }) => kind === 'manifests')
      .map((app) => (app.values as { path?: string }).path ?? ''),
  );
}

/** Warns of YAML below environments/ that looks like a stage to whoever put it there, and is none: one of each folder. */
export function unreadFiles(root: string, environments: readonly Environment[]): Problem[] {
  const folders = readdirSync(join(root, FOLDER), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'schema')
    .map(({ name }) => `${FOLDER}/${name}`)
    .sort();
  if (folders.length === 0) return [];
  const read = manifestFolders(environments).map((path) => `${path.replace(/\/+$/, '')}/`);
  return folders.flatMap((folder) => {
    const [file, ...others] = yamlBelow(root, folder, read);
    if (file === undefined) return [];
    const more = others.length === 0 ? '' : `, nor ${others.length} more below ${folder}/`;
    return [
      {
        code: 'unread-file',
        cause: `nobody reads this file${more}`,
        consequence: `A stage is a file of ${FOLDER}/ itself. Only a class in src/apps/ could know of this one.`,
        remedy: `Move it: a stage to ${FOLDER}/<stage>.yaml, manifests to the "path" of an app of kind manifests, anything else out of ${FOLDER}/.`,
        at: { file },
      },
    ];
  });
}

function yamlBelow(root: string, folder: string, read: readonly string[]): string[] {
  if (read.some((path) => `${folder}/`.startsWith(path))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return yamlBelow(root, child, read);
      return entry.isFile() && /\.ya?ml$/i.test(entry.name) ? [child] : [];
    });
}
