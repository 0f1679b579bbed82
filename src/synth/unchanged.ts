import { lockHash, verifyLock, type DistReader } from '../manifests/publish';
import type { StageSummary } from '../manifests/summary';
import { clusterIdentity } from '../model/cluster';
import type { Environment, Repository } from '../model/environment';
import { getOrSet } from '../model/maps';
import { isDefinition } from '../model/kube';
import type { Kinds, RenderedFile, RenderedStage } from '../model/rendered';
import { scanObject } from '../secrets/objects';
import { hashAnew, isRenderedAnew, type RenderApp } from './anew';
import type { Cache } from './cache';
import { seenOf, type Unseen } from './check';
import { pathOf } from './render';

/** What others have to know of a stage that is as an earlier run left it. */
export interface Unchanged {
  /** SHA-256 of its lock. */
  readonly lock: string;
  readonly kinds: Kinds;
  /** SHA-256 of what the rules across objects see of it. */
  readonly seen: string;
  /** SHA-256 of what came of its apps that are rendered in each run. */
  readonly anew: string;
  readonly notes: readonly string[];
  /** What it runs, and where: a pinned stage what its revision has. */
  readonly apps: readonly (readonly [name: string, namespace: string])[];
}

/** Stages by name. */
export type UnchangedStages = ReadonlyMap<string, Unchanged>;

/**
 * Stages whose input is known from an earlier run, and whose folder in dist/ holds what came of it and nothing else: to
 * check and publish them would change nothing. Of their apps, those are rendered that are in each run.
 */
export function unchangedStages(
  { environments, values }: Repository,
  cache: Cache,
  reader: DistReader,
  renderApp: RenderApp,
): UnchangedStages {
  const found = new Map<string, Unchanged>();
  // All is looked at when a stage may go.
  if (values.allowDestructive.length > 0) return found;
  const locks = new Map(environments.map(({ name }) => [name, lockHash(reader.root, name)]));
  for (const environment of environments) {
    const { name } = environment;
    const key = recordKey(cache, environment, environments, locks);
    const known = key === undefined ? undefined : (cache.get(key) as Unchanged | undefined);
    if (!known || verifyLock(reader.root, name, reader).length > 0) continue;
    if (known.anew === hashAnew(environment, renderApp)) found.set(name, known);
  }
  // Two that have to be alike are looked at together.
  const isHalf = ({ name, values: { parity } }: Environment): boolean =>
    parity !== undefined && found.has(name) !== found.has(parity.with);
  for (let half = environments.find(isHalf); half; half = environments.find(isHalf)) {
    found.delete(half.name);
    found.delete(half.values.parity!.with);
  }
  return found;
}

/** What a stage is that was written to dist/. */
export interface Written extends Pick<Unchanged, 'kinds' | 'notes'> {
  readonly environment: Environment;
  readonly stage: RenderedStage;
}

/**
 * Keeps what the next run has to know of stages that were written to dist/.
 *
 * @param environments all that there are
 * @param locks SHA-256 of theirs that were written, whoever has written there since
 */
export function keepUnchanged(
  written: readonly Written[],
  environments: readonly Environment[],
  locks: ReadonlyMap<string, string>,
  cache: Cache,
  renderApp: RenderApp,
): void {
  for (const { environment, stage, ...about } of written) {
    const { name, values, apps } = environment;
    const key = recordKey(cache, environment, environments, locks);
    // Each cluster of a fleet is judged by itself, and acknowledgements expire.
    if (key === undefined || values.fleet !== undefined || values.allowDestructive.length > 0) continue;
    if (cache.holdsCredential({ notes: about.notes })) continue;
    const others = new Set(apps.filter(isRenderedAnew).map((app) => pathOf(environment, app)));
    if (stage.files.some((file) => !file.proven && !(others.has(file.path) && isOwnAffair(file)))) continue;
    const anew = hashAnew(environment, renderApp);
    if (anew === undefined) continue;
    const [lock, seen] = [locks.get(name)!, seenOf(stage)];
    const record = {
      ...about,
      lock,
      seen,
      anew,
      apps: apps.map((app) => [app.name, app.namespace] as const),
    };
    cache.put(key, JSON.stringify(record satisfies Unchanged));
  }
}

/** Whether a file defines no kind, which is for others to know, and holds nothing that looks like a credential but is allowed. */
const isOwnAffair = ({ objects }: RenderedFile): boolean =>
  !objects.some((object) => isDefinition(object) || scanObject(object).length > 0);

/** Under which a stage is kept: by what it is, as is the one that it has to be like. Undefined where nothing is. */
function recordKey(
  cache: Cache,
  { name, values: { parity } }: Environment,
  environments: readonly Environment[],
  locks: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const parts = (parity ? [name, parity.with] : [name]).map((each) => [
    environments.find((environment) => environment.name === each)?.key,
    locks.get(each),
  ]);
  return parts.flat().includes(undefined) ? undefined : cache.keyOf(['unchanged', ...parts]);
}

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
