import { allowsAny } from '../config/memory/records';
import { BASE_FILE, fileOf } from '../config/stage-files';
import { parseValues } from '../config/yaml-edit';
import type { Environment } from '../model/environment';
import type { Location, Problem } from '../model/errors';
import { describeObject } from '../model/kube';
import type { RenderedFile, RenderedStage } from '../model/rendered';
import { Allowances } from '../secrets/allow';
import type { ObjectFinding } from '../secrets/finding';
import { scanObject } from '../secrets/objects';
import { suspectsIn } from '../secrets/suspects';
import { Cache } from './cache';
import { SecretPlaces } from './secret-places';

/** Objects in files: a stage's, or what Argo CD itself is given. */
type Rendered = Pick<RenderedStage, 'name' | 'files'>;

export interface PlaintextOptions {
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string> | undefined;
  /** What earlier runs found. @default nothing */
  readonly cache?: Cache;
}

/**
 * Refuses what would put a secret into Git: Secrets with data, of whatever shape and origin, and values that look like
 * credentials. Each is reported where it stands in the input, and never with its value.
 */
export function refusePlaintext(
  root: string,
  environments: readonly Environment[],
  rendered: readonly Rendered[],
  { texts, cache = new Cache() }: PlaintextOptions = {},
): readonly Problem[] {
  const places = new SecretPlaces(root, environments, texts);
  const allowances = new Allowances((file) => places.textOf(file));
  const problems = rendered.flatMap(({ files, name }) => {
    const environment = environments.find((one) => one.name === name);
    const isPinned = environment?.values.base !== undefined;
    const suspects = files.filter(({ proven }) => !proven || proven.suspect);
    return suspects.flatMap((file) => {
      const key = allowedKey(file, environment, places, cache);
      const known = key === undefined ? undefined : (cache.get(key) as readonly Location[] | undefined);
      if (known?.every((at) => allowances.covers(at))) return [];
      const found = file.objects.flatMap((object, index) =>
        scanObject(object).map((finding) => {
          const at = places.of(finding.detection.secret, file, index, environment);
          return { finding, object, at, isAllowed: !finding.structural && allowances.covers(at) };
        }),
      );
      if (key !== undefined && found.every(({ isAllowed }) => isAllowed))
        cache.put(key, JSON.stringify(found.map(({ at }) => at)));
      return found.flatMap(({ finding, object, at, isAllowed }): Problem[] => {
        if (isAllowed) return [];
        // What a pinned stage does not say itself is of its revision, and was looked at there.
        if (isPinned && !finding.structural && (at === file.at || at.file !== file.at.file)) return [];
        return [problemOf(finding, describeObject(object), at)];
      });
    });
  });
  const files = places.inputFiles();
  // What is allowed may be rendered nowhere, and overlooked on purpose.
  for (const { name } of [{ name: 'base' }, ...environments]) {
    const file = fileOf(name);
    if (allowances.of(file).length === 0) continue;
    const text = places.textOf(file)!;
    const lines = cache.of(['suspects', file, text], () => suspectsIn(parseValues(text), text, file).flat());
    for (const at of lines) allowances.covers(at);
  }
  return [...problems, ...allowances.problems(files)];
}

/**
 * Under which is kept where all stands that is allowed in the file of an app: by its text, and those that its values are
 * from. Undefined for what may be from other files, too.
 */
function allowedKey(
  { path, proven }: RenderedFile,
  environment: Environment | undefined,
  places: SecretPlaces,
  cache: Cache,
): string | undefined {
  const app = proven && environment?.apps.find(({ name }) => path === `${environment.name}/${name}.yaml`);
  if (app?.key === undefined) return undefined;
  const [base, own] = [BASE_FILE, fileOf(environment!.name)].map((file) => places.textOf(file)!);
  return cache.keyOf(['allowed', proven!.hash, app.key, base, allowsAny(own!) ? own : null]);
}

/** Manifests have no "secrets:" of their own: their pods stay as they are. */
const ANOTHER_WAY =
  'put an ExternalSecret or SealedSecret there, or list what somebody else creates under existing of the stage';

function problemOf({ detection, field, structural }: ObjectFinding, object: string, at: Location): Problem {
  const consequence = 'It would be committed to Git, for everybody who can read the repository, for ever.';
  const ofManifests = !/^(environments|src)\//.test(at.file);
  if (structural) {
    return {
      code: 'plain-secret',
      cause: `${object}: ${field} holds the Secret's data in plain (base64 is no encryption)`,
      consequence,
      remedy: ofManifests
        ? `Take it out of the folder; ${ANOTHER_WAY}.`
        : 'Declare it under "secrets:" of the app, and let the stage\'s provider bring it.',
      at,
    };
  }
  return {
    code: 'credential',
    cause: `${object.replaceAll(detection.secret, '…')}: ${field} looks like a credential: ${detection.why} (${detection.rule})`,
    consequence,
    remedy: `${ofManifests ? `Refer to a Secret; ${ANOTHER_WAY}` : 'Declare it under "secrets:" of the app'}; if it is none, end its line with "# allowSecret: <why>" ("//" in a class).`,
    at,
  };
}
