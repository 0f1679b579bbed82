import { posix } from 'node:path';
import { diffObjects } from '../manifests/diff';
import type { DestructiveChange } from '../manifests/guard';
import type { PublishFile } from '../manifests/publish';
import { changesOf, type Changes } from '../manifests/summary';
import type { Problem } from '../model/errors';
import type { RenderedFile } from '../model/rendered';
import { departures, type Given, type MovedIn } from './departures';
import { orWarn, type FilesBefore } from './deployed';

/** What becomes of projects, Applications and settings. */
export interface DeliveryComparison {
  readonly changes: Changes;
  /** Clusters that stages leave, by stage. */
  readonly departures: ReadonlyMap<string, readonly DestructiveChange[]>;
  /** Files that cannot be read: what becomes of their objects is not told. */
  readonly warnings: readonly Problem[];
}

/** What Argo CD is given, and the same files as they are to be written, in the same order. */
export interface GivenFiles {
  readonly files: readonly RenderedFile[];
  readonly outputs: readonly PublishFile[];
  /** What clusters there are. */
  readonly clusters: readonly string[];
}

/**
 * Holds what Argo CD is given against what it was given before.
 *
 * @param movedIn the files of a stage whose objects, or some of them, are in others now
 */
export function compareDelivery(
  before: FilesBefore,
  { files, outputs, clusters }: GivenFiles,
  movedIn: MovedIn,
): DeliveryComparison {
  const warnings: Problem[] = [];
  const was: Given[] = [];
  const is: Given[] = [];
  const stays = new Set<string>();
  for (const [i, { path, hash }] of outputs.entries()) {
    // What its Applications delete follows from their files, too.
    const isAsked = movedIn(stageOf(path)).size > 0;
    if (before.get(path)?.hash === hash && !isAsked) stays.add(path);
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
    departures: departures(was, is, { clusters, movedIn }),
    warnings,
  };
}

/** Of the path of a file below dist/argocd/: the stage that it is for, if any. */
const stageOf = (path: string): string => /(?:^|\/)stage-(.*)\.yaml$/.exec(path)?.[1] ?? '';

/** The cluster that it is for. */
const hubOf = (path: string): string => (path.includes('/') ? posix.dirname(path) : '');

function named({ added, changed, removed }: Changes, hub: string): Changes {
  const nameOf = (object: string): string => (hub === '' ? object : `${object} (${hub})`);
  return {
    added: added.map(nameOf),
    changed: changed.map(({ object, fields }) => ({ object: nameOf(object), fields })),
    removed: removed.map(nameOf),
  };
}
