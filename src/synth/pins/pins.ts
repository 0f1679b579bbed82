import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseValues, valueIn } from '../../config/yaml-edit';
import { openRepository, type Repo } from '../../git/repository';
import { DistReader, readDist, readLock, sha256, verifyLock } from '../../manifests/publish';
import type { App, Environment } from '../../model/environment';
import { appValues } from '../../model/values/app-shape';
import { UserError, type Problem } from '../../model/errors';
import type { RenderedStage } from '../../model/rendered';
import { Cache } from '../cache';
import { hashOf } from '../inputs';
import { given, inDist, PinnedFile, type PinnedText } from './pinned-file';
import { renderPinned, type PinnedRequest } from './render-pinned';
import { pinnedPart } from './stage-text';

/** A stage that renders from an earlier revision. */
export interface PinnedStage {
  /** With the apps that it has there. */
  readonly environment: Environment;
  readonly stage: Omit<RenderedStage, 'files'> & { readonly files: readonly PinnedFile[] };
  readonly output: {
    readonly name: string;
    readonly inputs: string;
    readonly base: string;
    readonly files: readonly PinnedText[];
  };
}

export interface PinOptions {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly reader?: DistReader;
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Manifests that are known already, by stage and path. */
  readonly manifests?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Render it, whatever the lock says. @default false */
  readonly deep?: boolean;
  /** Knows what was found in its files before. */
  readonly cache?: Cache;
}

/** The stages of a repository, the pinned ones with the apps and namespaces that dist/ has of them. */
export function asInDist(root: string, environments: readonly Environment[]): readonly Environment[] {
  return environments.map((environment) =>
    isPinned(environment)
      ? describe(environment, given(readDist(root, environment.name)), UNUSED).environment
      : environment,
  );
}

const UNUSED = { name: '', inputs: '', base: '' };

export const isPinned = (environment: Environment): boolean => environment.values.base !== undefined;

/**
 * A pinned stage as dist/ has it, when the lock beside it says that neither its inputs nor its files changed: without
 * Git, so that shallow clones and archives will do. Otherwise rendered from its revision.
 * @throws UserError `revision-missing` with the command that fetches it; `no-repository`
 */
export async function resolvePin(environment: Environment, options: PinOptions): Promise<PinnedStage> {
  const { root, cache = new Cache() } = options;
  const reader = options.reader ?? new DistReader(realpathSync(root));
  const { name } = environment;
  const base = environment.values.base!;
  const [text, baseText] = [`${name}.yaml`, 'base.yaml'].map(
    (file) => options.texts?.get(file) ?? readFileSync(join(root, 'environments', file), 'utf8'),
  ) as [string, string];
  const inputs = cache.of(['pinned inputs', sha256(text), sha256(baseText)], () =>
    pinnedInputs(text, baseText),
  );
  const known = options.manifests?.get(name);
  if (known) return describe(environment, given(known), { name, inputs, base }, cache);
  const lock = readLock(root, name, reader);
  const same = lock?.base === base && lock.inputs === inputs;
  // A file of somebody else's in the folder is reported by synth; it does not change what is deployed from here.
  const damage = same ? verifyLock(root, name, reader).filter(({ code }) => code !== 'dist-extra') : [];
  if (same && damage.length === 0 && options.deep !== true)
    return describe(environment, inDist(lock!, name, reader), { name, inputs, base }, cache);
  const texts = await render(environment, options, { stage: name, revision: base, text, baseText }, damage);
  return describe(environment, given(texts), { name, inputs, base }, cache);
}

async function render(
  environment: Environment,
  options: PinOptions,
  request: Pick<PinnedRequest, 'stage' | 'revision' | 'text' | 'baseText'>,
  damage: readonly Problem[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const repo = await repositoryFor(environment, options);
    return await renderPinned({ ...request, repo, root: options.root });
  } catch (error) {
    const cannot =
      error instanceof UserError && /^(revision-missing|no-repository)$/.test(error.problems[0]!.code);
    // What was edited by hand is mended by checking it out, without any rendering.
    throw cannot && damage.length > 0 ? new UserError(damage) : error;
  }
}

/** The hash of what a pinned stage is rendered from, its base apart: its own values, and its cluster as base.yaml has it. */
export function pinnedInputs(text: string, baseText: string): string {
  const [values, base] = [parseValues(pinnedPart(text)), parseValues(baseText)];
  const name = valueIn(values, ['cluster']) ?? valueIn(base, ['cluster']);
  const cluster = { name, ...(valueIn(base, ['clusters', String(name)]) as object | undefined) };
  return hashOf({ cluster, values });
}

async function repositoryFor(environment: Environment, options: PinOptions): Promise<Repo> {
  const repo = await openRepository(options.root, options.env);
  if (repo) return repo;
  throw new UserError({
    code: 'no-repository',
    cause: `stage ${environment.name} has to be rendered from ${environment.values.base}, and this is no Git repository`,
    consequence:
      'Its own values, its cluster or its files in dist/ differ from what its lock says. Nothing was written.',
    remedy: 'Change pinned stages in a clone.',
    at: environment.locate(['base']),
  });
}

function describe(
  environment: Environment,
  texts: readonly PinnedText[],
  output: Omit<PinnedStage['output'], 'files'>,
  cache = new Cache(),
): PinnedStage {
  const { name } = environment;
  const at = environment.locate([]);
  const files = texts.map((text) => new PinnedFile(name, at, text));
  const places = namespacesIn(files, cache);
  const apps = files.flatMap(({ path }, i): (readonly [string, string])[] => {
    const app = path.slice(name.length + 1).replace(/\.yaml$/, '');
    return app === '_stage' ? [] : [[app, places[i] ?? environment.namespace]];
  });
  const pinned = withApps(environment, apps);
  const { cluster, values } = environment;
  return {
    environment: pinned,
    stage: {
      name,
      cluster,
      namespaces: pinned.namespaces,
      at,
      podSecurity: values.podSecurity,
      existing: [...values.existing, ...foreignSecrets(values)],
      images: values.images,
      acknowledged: values.allowDestructive.map((change, i) => ({
        change,
        at: environment.locate(['allowDestructive', i]),
      })),
      files,
    },
    output: { ...output, files: texts },
  };
}

/** A pinned stage with the apps that it has at its revision, and their namespaces. */
export function withApps(
  environment: Environment,
  known: readonly (readonly [name: string, namespace: string])[],
): Environment {
  const at = environment.locate([]);
  const apps = known.map(([name, namespace]): App => ({
    name,
    objectName: name,
    kind: 'pinned',
    namespace,
    values: NO_VALUES,
    calls: [],
    calledBy: [],
    locate: () => at,
  }));
  const namespaces = [...new Set([environment.namespace, ...apps.map((app) => app.namespace)])];
  return { ...environment, apps, namespaces };
}

/** A pinned app says nothing of itself here. */
const NO_VALUES = appValues({}).parse({});

/** The namespace of each file's objects; null where none is in any. */
function namespacesIn(files: readonly PinnedFile[], cache: Cache): readonly (string | null)[] {
  return cache.of(['namespaces', files.map(({ content }) => content.hash)], () =>
    files.map(
      ({ objects }) =>
        objects.find(({ metadata }) => metadata.namespace !== undefined)?.metadata.namespace ?? null,
    ),
  );
}

/** Secrets that apps use and somebody else creates: what is rendered refers to them. */
const foreignSecrets = ({ apps, secrets }: Environment['values']): string[] =>
  Object.entries(apps).flatMap(([app, values]) =>
    Object.entries(values.secrets ?? {}).flatMap(([name, { existing }]) => {
      if (existing !== undefined) return [`Secret/${existing}`];
      return secrets?.provider === 'existing' ? [`Secret/${values.renamedFrom ?? app}-${name}`] : [];
    }),
  );
