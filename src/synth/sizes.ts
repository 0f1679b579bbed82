import { counted } from '../model/counted';
import type { Repository } from '../model/environment';
import type { Location, Problem } from '../model/errors';
import { objectCount, type RenderedStage } from '../model/rendered';
import type { PublishOptions } from '../manifests/publish';
import type { OnCluster } from './delivery';

/** About 3,000 resources in one Application were seen to fail: argo-cd issue 14486. */
const MANY_OBJECTS = 1500;
/** The repo-server reads at most 10 MB of manifests for one Application: `reposerver.max.combined.directory.manifests.size`. */
const MANY_BYTES = 7_000_000;

interface Load {
  readonly what: string;
  readonly objects: number;
  readonly bytes: number;
  readonly at: Location;
  readonly remedy: string;
}

/** What one Application carries today and will not for long. Measured by app where each has its own Application. */
export function sizeWarnings(
  repository: Repository,
  stages: readonly RenderedStage[],
  outputs: PublishOptions['stages'],
): Problem[] {
  const perApp = repository.values.delivery.applications === 'perApp';
  return stages.flatMap(({ name, files, at }): Problem[] => {
    const output = outputs.find((candidate) => candidate.name === name);
    const parts = files.map((file, i): Load => ({
      what: `${file.path} has`,
      objects: objectCount(file),
      bytes: file.proven?.size ?? Buffer.byteLength(output?.files[i]?.text ?? ''),
      at: file.at,
      remedy: 'Split the app.',
    }));
    if (perApp) return parts.flatMap(warningOf);
    const alone = parts.filter(isMuch).map(({ what }) => what.replace(/ has$/, ''));
    const remedy =
      alone.length === 0
        ? `Set ${PER_APP}, or split the stage.`
        : `Split what is in ${alone.join(', ')}, which is too much by itself, and then set ${PER_APP}.`;
    return warningOf({ what: `stage ${name} has`, ...sumOf(parts), at, remedy });
  });
}

/** The same of root Applications, whose objects are those in dist/argocd/ that belong to the stages. */
export function rootWarnings({ values }: Repository, onClusters: readonly OnCluster[]): Problem[] {
  if (values.delivery.owner !== 'root') return [];
  return onClusters.flatMap(({ files }) => {
    const parts = files.filter(({ path }) => /\/stage-[^/]*$/.test(path));
    const loads = parts.map((file) => ({ objects: objectCount(file), bytes: file.proven?.size ?? 0 }));
    const what = `the root Application of ${values.project} has`;
    const at = { file: 'environments/base.yaml' };
    const remedy = 'Set "owner: pulumi" under delivery in environments/base.yaml, or split the repository.';
    return warningOf({ what, ...sumOf(loads), at, remedy });
  });
}

const PER_APP = '"applications: perApp" under delivery in environments/base.yaml';

const isMuch = ({ objects, bytes }: Pick<Load, 'objects' | 'bytes'>): boolean =>
  objects >= MANY_OBJECTS || bytes >= MANY_BYTES;

const sumOf = (loads: readonly Pick<Load, 'objects' | 'bytes'>[]): Pick<Load, 'objects' | 'bytes'> => ({
  objects: loads.reduce((sum, { objects }) => sum + objects, 0),
  bytes: loads.reduce((sum, { bytes }) => sum + bytes, 0),
});

function warningOf(load: Load): Problem[] {
  if (!isMuch(load)) return [];
  const { what, objects, bytes, at, remedy } = load;
  return [
    {
      code: 'many-objects',
      cause: `${what} ${counted(objects, 'object')} in ${(bytes / 1_000_000).toFixed(1)} MB`,
      consequence:
        'One Argo CD Application carries about 3,000 objects and 10 MB, and is slow well before that.',
      remedy,
      at,
    },
  ];
}
