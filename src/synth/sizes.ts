import { counted } from '../model/counted';
import type { Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { objectCount, type RenderedStage } from '../model/rendered';
import type { PublishOptions } from '../manifests/publish';

/** About 3,000 resources in one Application were seen to fail: argo-cd issue 14486. */
const MANY_OBJECTS = 1500;
/** The repo-server reads at most 10 MB of manifests for one Application: `reposerver.max.combined.directory.manifests.size`. */
const MANY_BYTES = 7_000_000;

/** What one Application carries today and will not for long. Measured by app where each has its own Application. */
export function sizeWarnings(
  repository: Repository,
  stages: readonly RenderedStage[],
  outputs: PublishOptions['stages'],
): Problem[] {
  const perApp = repository.values.delivery.applications === 'perApp';
  return stages.flatMap(({ name, files, at }): Problem[] => {
    const output = outputs.find((candidate) => candidate.name === name);
    const parts = files.map((file, i) => ({
      what: `${file.path} has`,
      objects: objectCount(file),
      bytes: file.proven?.size ?? Buffer.byteLength(output?.files[i]?.text ?? ''),
      at: file.at,
    }));
    const whole = {
      what: `stage ${name} has`,
      objects: parts.reduce((sum, part) => sum + part.objects, 0),
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      at,
    };
    return (perApp ? parts : [whole])
      .filter(({ objects, bytes }) => objects >= MANY_OBJECTS || bytes >= MANY_BYTES)
      .map(({ what, objects, bytes, at }) => ({
        code: 'many-objects',
        cause: `${what} ${counted(objects, 'object')} in ${(bytes / 1_000_000).toFixed(1)} MB`,
        consequence:
          'One Argo CD Application carries about 3,000 objects and 10 MB, and is slow well before that.',
        remedy: perApp
          ? 'Split the app.'
          : 'Set "applications: perApp" under delivery in environments/base.yaml, or split the stage.',
        at,
      }));
  });
}
