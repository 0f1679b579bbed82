import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DELIVERY } from '../delivery/names';
import { listedFiles, markedFiles, readLock, textOf, type DistReader } from '../manifests/publish';
import { readManifests } from '../manifests/read';
import { UserError, type Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';

/** A file that was deployed before. */
export interface FileBefore {
  /** SHA-256 of its text. */
  readonly hash: string;
  readonly objects: () => readonly KubeObject[];
}

/** The files of a folder below dist/, by path. */
export type FilesBefore = ReadonlyMap<string, FileBefore>;

/** What was deployed before: in dist/, or at a revision. */
export interface Before {
  readonly stages: ReadonlyMap<string, FilesBefore>;
  /** What Argo CD itself was given. */
  readonly delivery: FilesBefore;
}

/** What dist/ deploys now, and what cannot be told of it. */
export interface Deployed extends Before {
  readonly warnings: readonly Problem[];
}

/**
 * What dist/ deploys now: these stages, and those that are left there. A stage without a lock that can be read is known by
 * the files beside it. A file is read as YAML only where somebody asks for its objects.
 *
 * @param others stages that nobody asks about
 */
export function deployedNow(
  root: string,
  stages: readonly string[],
  reader: DistReader,
  others: { has(name: string): boolean } = new Set(),
): Deployed {
  const dist = join(root, 'dist');
  // Who publishes says what is wrong with a file of that name.
  const folders = statSync(dist, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(dist, { withFileTypes: true })
    : [];
  const left = folders
    .filter((entry) => entry.isDirectory() && entry.name !== DELIVERY && !others.has(entry.name))
    .map(({ name }) => name);
  const warnings: Problem[] = [];
  const delivery = filesOf(root, DELIVERY, reader, warnings);
  const delivered = [...delivery.keys()];
  const known = new Map<string, FilesBefore>();
  for (const name of new Set([...stages, ...left.sort()])) {
    const file = `stage-${name}.yaml`;
    // A folder that Argo CD is not told of deploys nothing, unless its lock says that it is ours.
    const isDeployed =
      stages.includes(name) || delivered.some((path) => path === file || path.endsWith(`/${file}`));
    const files = filesOf(root, name, reader, isDeployed ? warnings : undefined);
    if (files.size > 0 || stages.includes(name)) known.set(name, files);
  }
  return { stages: known, delivery, warnings };
}

/** @param warnings absent: nobody is told, and nothing is known but what a lock lists */
function filesOf(
  root: string,
  stage: string,
  reader: DistReader,
  warnings: Problem[] | undefined,
): FilesBefore {
  const fileOf = (path: string, hash: string): FileBefore => ({
    hash,
    objects: () => readManifests(textOf(reader.read(`${stage}/${path}`)!), `dist/${stage}/${path}`),
  });
  const listed = listedFiles(root, stage, reader);
  if (!warnings || orWarn(() => readLock(root, stage, reader), warnings))
    return new Map([...listed].map(([path, hash]) => [path, fileOf(path, hash)]));
  const known = new Map<string, FileBefore>();
  for (const [path, hash] of markedFiles(stage, reader)) {
    const file = fileOf(path, hash);
    // A merge leaves several files in conflict at once: they are written anew, and say so.
    if (orWarn(file.objects, warnings)) known.set(path, file);
  }
  return known;
}

/** What can be read; otherwise what is wrong is warned of. */
export function orWarn<T>(read: () => T, warnings: Problem[]): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warnings.push(...error.problems);
    return undefined;
  }
}
