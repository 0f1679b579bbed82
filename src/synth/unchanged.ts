import { lockHash, verifyLock, type DistReader } from '../manifests/publish';
import type { StageSummary } from '../manifests/summary';
import { clusterIdentity } from '../model/cluster';
import type { Environment, Repository } from '../model/environment';
import { getOrSet } from '../model/maps';
import type { Kinds, RenderedStage } from '../model/rendered';
import type { Cache } from './cache';
import { seenOf, type Unseen } from './check';

/** What others have to know of a stage that is as an earlier run left it. */
export interface Unchanged {
  /** SHA-256 of its lock. */
  readonly lock: string;
  readonly kinds: Kinds;
  /** SHA-256 of what the rules across objects see of it. */
  readonly seen: string;
  readonly notes: readonly string[];
  /** What it runs, and where: a pinned stage what its revision has. */
  readonly apps: readonly (readonly [name: string, namespace: string])[];
}

/** Stages by name. */
export type UnchangedStages = ReadonlyMap<string, Unchanged>;

/**
 * Stages whose input is known from an earlier run, and whose folder in dist/ holds what came of it and nothing else: to
 * render, check and publish them would change nothing.
 */
export function unchangedStages(
  { environments, values }: Repository,
  cache: Cache,
  reader: DistReader,
): UnchangedStages {
  const found = new Map<string, Unchanged>();
  // One that is held against another is looked at; so is all when a stage may go.
  if (environments.some((each) => each.values.parity) || values.allowDestructive.length > 0) return found;
  for (const { name, key } of environments) {
    const lock = lockHash(reader.root, name);
    if (key === undefined || lock === undefined) continue;
    const known = cache.get(recordKey(cache, key, lock)) as Unchanged | undefined;
    if (known && verifyLock(reader.root, name, reader).length === 0) found.set(name, known);
  }
  return found;
}

/**
 * Keeps what the next run has to know of a stage that was written to dist/.
 *
 * @param about with the lock that was written, whoever has written there since
 */
export function keepUnchanged(
  { key, values, apps }: Environment,
  stage: RenderedStage,
  about: Pick<Unchanged, 'lock' | 'kinds' | 'notes'>,
  cache: Cache,
): void {
  if (key === undefined) return;
  // Each cluster of a fleet is judged by itself, acknowledgements expire, and what is not proven is looked at each time.
  if (values.fleet !== undefined || values.allowDestructive.length > 0) return;
  if (!stage.files.every(({ proven }) => proven) || cache.holdsCredential({ notes: about.notes })) return;
  const record = {
    ...about,
    seen: seenOf(stage),
    apps: apps.map((app) => [app.name, app.namespace] as const),
  };
  cache.put(recordKey(cache, key, about.lock), JSON.stringify(record satisfies Unchanged));
}

const recordKey = (cache: Cache, key: string, lock: string): string => cache.keyOf(['unchanged', key, lock]);

/** What they are to their clusters. */
export function unseenOn(environments: readonly Environment[], stages: UnchangedStages): Unseen {
  const found = new Map<string, string[]>();
  for (const { name, cluster } of environments) {
    const known = stages.get(name);
    if (known) getOrSet(found, clusterIdentity(cluster), () => []).push(known.seen);
  }
  return found;
}

export const summaryOf = (stage: string, { kinds, notes }: Unchanged): StageSummary => ({
  stage,
  objects: kinds.objects,
  added: [],
  changed: [],
  removed: [],
  images: [],
  notes,
});
