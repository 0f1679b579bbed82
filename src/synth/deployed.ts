import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DELIVERY } from '../delivery/names';
import { listedFiles, readLock, textOf, type DistReader } from '../manifests/publish';
import { readManifests } from '../manifests/read';
import { UserError, type Problem } from '../model/errors';
import type { Before, FileBefore } from './compare';

/**
 * What dist/ deploys now: these stages, and those that are left there. A file is read as YAML only where somebody asks
 * for its objects.
 *
 * @param others stages that nobody asks about
 */
export function deployedNow(
  root: string,
  stages: readonly string[],
  reader: DistReader,
  others: { has(name: string): boolean } = new Set(),
): Before {
  const dist = join(root, 'dist');
  // Who publishes says what is wrong with a file of that name.
  const folders = statSync(dist, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(dist, { withFileTypes: true })
    : [];
  const left = folders
    .filter((entry) => entry.isDirectory() && entry.name !== DELIVERY && !others.has(entry.name))
    .map(({ name }) => name);
  const names = [...new Set([...stages, ...left.sort()])];
  const files = names.map((name): [string, Map<string, FileBefore>] => [name, filesOf(root, name, reader)]);
  return new Map(files.filter(([name, { size }]) => size > 0 || stages.includes(name)));
}

/** Locks that cannot be read: nobody can tell what is removed from beside them. */
export function damagedLocks(
  root: string,
  stages: readonly string[],
  reader: DistReader,
): readonly Problem[] {
  return stages.flatMap((stage) => {
    try {
      readLock(root, stage, reader);
      return [];
    } catch (error) {
      if (error instanceof UserError) return error.problems;
      throw error;
    }
  });
}

function filesOf(root: string, stage: string, reader: DistReader): Map<string, FileBefore> {
  const files = new Map<string, FileBefore>();
  for (const [path, hash] of listedFiles(root, stage, reader)) {
    const objects = () => readManifests(textOf(reader.read(`${stage}/${path}`)!), `dist/${stage}/${path}`);
    files.set(path, { hash, objects });
  }
  return files;
}
