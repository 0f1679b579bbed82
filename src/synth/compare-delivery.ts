import { posix } from 'node:path';
import { diffObjects } from '../manifests/diff';
import type { PublishFile } from '../manifests/publish';
import { changesOf, type Changes } from '../manifests/summary';
import type { Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import type { RenderedFile } from '../model/rendered';
import type { FilesBefore } from './compare';
import { orWarn } from './deployed';

/** What becomes of projects, Applications and settings. */
export interface DeliveryComparison {
  readonly changes: Changes;
  /** Files that cannot be read: what becomes of their objects is not told. */
  readonly warnings: readonly Problem[];
}

/** Objects of one file, and the cluster whose Argo CD is given it: empty where only one cluster runs an Argo CD. */
interface Given {
  readonly hub: string;
  readonly objects: readonly KubeObject[];
}

/**
 * Holds what Argo CD is given against what it was given before.
 *
 * @param outputs the same files as they are to be written, in the same order
 */
export function compareDelivery(
  before: FilesBefore,
  files: readonly RenderedFile[],
  outputs: readonly PublishFile[],
): DeliveryComparison {
  const warnings: Problem[] = [];
  const was: Given[] = [];
  const is: Given[] = [];
  const stays = new Set<string>();
  for (const [i, { path, hash }] of outputs.entries()) {
    if (before.get(path)?.hash === hash) stays.add(path);
    else is.push({ hub: hubOf(path), objects: files[i]!.objects });
  }
  for (const [path, file] of before) {
    if (stays.has(path)) continue;
    const objects = orWarn(file.objects, warnings);
    if (objects) was.push({ hub: hubOf(path), objects });
  }
  // Each Argo CD has settings and projects of the same names.
  const hubs = [...new Set([...was, ...is].map(({ hub }) => hub))].sort();
  const all = hubs.map((hub) => {
    const of = (given: readonly Given[]) => given.flatMap((one) => (one.hub === hub ? one.objects : []));
    return named(changesOf(diffObjects(of(was), of(is))), hub);
  });
  return {
    changes: {
      added: all.flatMap(({ added }) => added),
      changed: all.flatMap(({ changed }) => changed),
      removed: all.flatMap(({ removed }) => removed),
    },
    warnings,
  };
}

/** Of the path of a file below dist/argocd/. */
const hubOf = (path: string): string => (path.includes('/') ? posix.dirname(path) : '');

function named({ added, changed, removed }: Changes, hub: string): Changes {
  const nameOf = (object: string): string => (hub === '' ? object : `${object} (${hub})`);
  return {
    added: added.map(nameOf),
    changed: changed.map(({ object, fields }) => ({ object: nameOf(object), fields })),
    removed: removed.map(nameOf),
  };
}
