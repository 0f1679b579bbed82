import { checkStages } from '../manifests/checks';
import { sha256 } from '../manifests/publish';
import { createValidator, type SchemaValidator } from '../manifests/schema/validator';
import { clusterIdentity, type Cluster, type KubernetesVersion } from '../model/cluster';
import { dig, text } from '../manifests/fields';
import { describeObject, isDefinition, type KubeObject } from '../model/kube';
import { getOrSet } from '../model/maps';
import type { Problem } from '../model/errors';
import { placeIn, type Proven, type RenderedFile, type RenderedStage } from '../model/rendered';
import { Cache } from './cache';
import type { OnCluster } from './delivery';

/** Stages that are right already, and on clusters together with those that are looked at: {@link seenOf} them, by cluster. */
export type Unseen = ReadonlyMap<string, readonly string[]>;

/**
 * Everything that must hold before anything is written: each object against the schema of its cluster's version, and
 * all stages together against the named rules. A stage that runs on several clusters has to hold on each.
 *
 * @returns undefined where that cannot be told without the stages that are not seen
 */
export function check(
  rendered: readonly RenderedStage[],
  delivery: readonly OnCluster[],
  cache: Cache,
  unseen: Unseen,
): Problem[] | undefined;
export function check(
  rendered: readonly RenderedStage[],
  delivery: readonly OnCluster[],
  cache?: Cache,
): Problem[];
export function check(
  rendered: readonly RenderedStage[],
  delivery: readonly OnCluster[],
  cache = new Cache(),
  unseen: Unseen = new Map(),
): Problem[] | undefined {
  const all = onEachCluster(rendered, unseen);
  // A definition holds for its whole cluster: one stage renders it, and all stages there use it.
  const definitions = new Map<string, KubeObject[]>();
  for (const { cluster, files } of all) {
    const here = getOrSet(definitions, clusterIdentity(cluster), () => []);
    // What is proven defines nothing.
    here.push(...files.flatMap((file) => (file.proven ? [] : file.objects.filter(isDefinition))));
  }
  const defined = new Map([...definitions].map(([id, crds]) => [id, new Set(crds.map(groupDefined))]));
  // What is proven fits the schemas of one version of Kubernetes, and definitions of the input win over those.
  const isOpen: IsOpen = ({ cluster, provenFor = cluster.kubernetes }, { groups }) =>
    provenFor !== cluster.kubernetes ||
    groups.some((group) => defined.get(clusterIdentity(cluster))?.has(group));
  // Nothing looks across clusters: where nothing has changed on one since it was found right, it still is.
  const keys = clusterKeys(all, isOpen, cache, unseen);
  for (const id of unseen.keys())
    if ((definitions.get(id) ?? []).length > 0 || !cache.has(keys.get(id)!)) return undefined;
  const stages = all.filter(({ cluster }) => !cache.has(keys.get(clusterIdentity(cluster))!));
  const validators = new Map<string, SchemaValidator>();
  const validatorOf = (cluster: Cluster): SchemaValidator => {
    const id = clusterIdentity(cluster);
    const crds = definitions.get(id) ?? [];
    // Clusters of one version that define nothing share a validator, and with it the schemas it has loaded.
    const key = crds.length === 0 ? cluster.kubernetes : `${cluster.kubernetes} ${id}`;
    return getOrSet(validators, key, () => createValidator(cluster.kubernetes, crds));
  };
  const unprovenOf = <T extends OnCluster>(one: T): T => ({
    ...one,
    files: one.files.filter(({ proven }) => !proven || isOpen(one, proven)),
  });
  const unproven = stages.map(unprovenOf);
  const problems = [
    ...[...unproven, ...delivery.map(unprovenOf)].flatMap(({ cluster, files }) =>
      files.length === 0 ? [] : validate(files, validatorOf(cluster)),
    ),
    ...checkStages(
      stages,
      (apiVersion, kind, cluster) => validatorOf(cluster).scope(apiVersion, kind),
      unproven,
    ),
  ];
  if (problems.length === 0) [...keys.values()].forEach((key) => cache.put(key));
  return problems;
}

/** Whether what is proven is to be looked at once more on a cluster. */
type IsOpen = (on: OnCluster & Partial<Placed>, proven: Proven) => boolean;

const groupDefined = (definition: KubeObject): string | undefined => text(dig(definition, 'spec', 'group'));

/** For each cluster, the hash of all that is checked of the stages there. */
function clusterKeys(
  stages: readonly Placed[],
  isOpen: IsOpen,
  cache: Cache,
  unseen: Unseen,
): ReadonlyMap<string, string> {
  const parts = new Map([...unseen].map(([id, seen]) => [id, [...seen]]));
  for (const one of stages) getOrSet(parts, clusterIdentity(one.cluster), () => []).push(partOf(one, isOpen));
  return new Map([...parts].map(([id, part]) => [id, cache.keyOf(['stages', part.sort()])]));
}

/**
 * The hash of what is checked of a stage on one cluster: of what is proven that is its outlines, and all of it where its
 * objects are looked at once more.
 */
function partOf(one: Placed, isOpen: IsOpen): string {
  const { files, at: _, acknowledged: __, ...stage } = one;
  const hashOf = (proven: Proven): string => (isOpen(one, proven) ? proven.hash : proven.outlineHash);
  const contents = files.map((file) => [file.path, file.proven ? hashOf(file.proven) : file.objects]);
  return sha256(JSON.stringify([stage, contents]));
}

/** The hash of what is checked of a stage that runs on one cluster, and is proven there. */
export const seenOf = (stage: RenderedStage): string =>
  partOf(onEachCluster([stage], new Map())[0]!, () => false);

/** A stage as one of its clusters gets it. */
interface Placed extends RenderedStage {
  /** The version of Kubernetes that its files were found right for. */
  readonly provenFor: KubernetesVersion;
}

/**
 * A stage once for each of its clusters that could tell something new: one that another stage, seen or not, runs on, or the
 * first of its version and of what it provides.
 */
function onEachCluster(rendered: readonly RenderedStage[], unseen: Unseen): readonly Placed[] {
  const clustersOf = ({ cluster, clusters = [cluster] }: RenderedStage): readonly Cluster[] => clusters;
  const stagesOn = new Map([...unseen].map(([id, { length }]) => [id, length]));
  for (const id of rendered.flatMap(clustersOf).map(clusterIdentity))
    stagesOn.set(id, (stagesOn.get(id) ?? 0) + 1);
  return rendered.flatMap((stage) => {
    const seen = new Set<string>();
    return clustersOf(stage).flatMap((cluster) => {
      const kind = JSON.stringify([cluster.kubernetes, [...cluster.provides].sort(), cluster.openNetwork]);
      const known = seen.has(kind);
      seen.add(kind);
      if (known && stagesOn.get(clusterIdentity(cluster)) === 1) return [];
      return [{ ...stage, cluster, provenFor: stage.cluster.kubernetes }];
    });
  });
}

function validate(files: readonly RenderedFile[], validator: SchemaValidator): Problem[] {
  return files.flatMap((file) =>
    file.objects.flatMap((object, index) =>
      validator.validate(object).map(({ path, message, nearest }): Problem => ({
        code: 'schema',
        cause: `${describeObject(object)}: ${message}${path === '' ? '' : `, at ${path}`}`,
        consequence: 'The API server would refuse it, or drop the field without a word.',
        remedy: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
        at: placeIn(file, index),
      })),
    ),
  );
}
