import { deliveryProblems, filesByHub, kindsOf, type KindsByStage } from '../delivery';
import { emitFile } from '../manifests/emit';
import { sha256, textOf, type DistReader } from '../manifests/publish';
import { readManifests } from '../manifests/read';
import { createValidator } from '../manifests/schema/validator';
import type { Cluster } from '../model/cluster';
import type { Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { groupsOf } from '../model/kube';
import type { Proven, RenderedFile } from '../model/rendered';
import { scanObject } from '../secrets/objects';
import type { Cache } from './cache';
import { stageInput } from './units/input';

/** Files that are applied to one cluster. */
export interface OnCluster {
  readonly cluster: Cluster;
  readonly files: readonly RenderedFile[];
}

/** What Argo CD itself is given, and what is wrong with it beside what single files tell. */
export interface DeliveryFiles {
  readonly onClusters: readonly OnCluster[];
  readonly problems: readonly Problem[];
}

/** As it is kept: the objects lie in dist/. */
type Kept = readonly {
  readonly cluster: Cluster;
  readonly files: readonly (Pick<RenderedFile, 'path' | 'source' | 'at'> & {
    readonly facts: Omit<Proven, 'text' | 'outlines'>;
  })[];
}[];

/**
 * The files of dist/argocd/. They follow from the repository, its stages, and the names of their apps: while those stay,
 * and dist/ holds what came of them, nothing is rendered again.
 */
export function deliveryOf(
  repository: Repository,
  kinds: KindsByStage,
  cache: Cache,
  reader: DistReader,
): DeliveryFiles {
  const stages = repository.environments.map((environment) => [
    stageInput(environment),
    environment.apps.map(({ name }) => name),
  ]);
  const key = cache.keyOf(['delivery', repository.values, stages, [...kinds]]);
  const kept = cache.get(key) as Kept | undefined;
  // Read now, a file stays as it is kept, whatever becomes of dist/ meanwhile.
  if (kept?.every(({ files }) => files.every(({ path, facts }) => reader.holding(path, facts.hash))))
    return { onClusters: kept.map((one) => fromDist(one, reader)), problems: [] };
  const problems = deliveryProblems(repository);
  const onClusters = filesByHub(repository, kinds).map(({ cluster, files }): OnCluster => {
    const validator = createValidator(cluster.kubernetes);
    const isRight = ({ objects }: RenderedFile): boolean =>
      objects.every((each) => validator.validate(each).length === 0 && scanObject(each).length === 0);
    return { cluster, files: files.map((file) => (isRight(file) ? { ...file, proven: prove(file) } : file)) };
  });
  const isProven = onClusters.every(({ files }) => files.every(({ proven }) => proven !== undefined));
  if (isProven && problems.length === 0) cache.put(key, JSON.stringify(onClusters.map(keep)));
  return { onClusters, problems };
}

function prove(file: RenderedFile): Proven {
  const text = emitFile(file);
  const [hash, size] = [sha256(text), Buffer.byteLength(text)];
  const of = { kinds: kindsOf(file.objects), groups: groupsOf(file.objects) };
  // No rule looks across what Argo CD is given.
  return { hash, size, text, ...of, outlines: [], outlineHash: '' };
}

const keep = ({ cluster, files }: OnCluster): Kept[number] => ({
  cluster,
  files: files.map(({ path, source, at, proven }) => {
    const { text: _, outlines: __, ...facts } = proven!;
    return { path, source, at, facts };
  }),
});

function fromDist({ cluster, files }: Kept[number], reader: DistReader): OnCluster {
  return {
    cluster,
    files: files.map(({ facts, ...place }) => {
      const content = reader.read(place.path)!;
      return {
        ...place,
        proven: {
          ...facts,
          outlines: [],
          get text() {
            return textOf(content);
          },
        },
        get objects() {
          return readManifests(textOf(content), `dist/${place.path}`);
        },
      };
    }),
  };
}
