import { clusterKinds } from '../delivery';
import { approvalProblems } from '../delivery/approvals';
import { recover, type DistReader, type PublishOptions } from '../manifests/publish';
import type { StageSummary } from '../manifests/summary';
import type { Repository } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import { clustersOf } from '../model/fleet';
import type { RenderedStage } from '../model/rendered';
import { Cache } from './cache';
import { check } from './check';
import { compare, type Before, type Comparison } from './compare';
import { deliveryOf } from './delivery';
import { DELIVERY, deployedNow } from './deployed';
import { openDist } from './dist-hashes';
import { hostFiles, type HostFiles } from './host-files';
import { appInputs, hashOf, stageInputs } from './inputs';
import type { Settled } from './last-run';
import { load, type Loaded } from './load';
import { onceForAllStages } from './once';
import { overlooked } from './overlooked';
import { refusePlaintext } from './plaintext';
import { emit } from './outputs';
import { parityProblems } from './parity';
import { isPinned, resolvePin, type PinnedStage } from './pins/pins';
import { pathOf, renderRepository, sourceOf } from './render';
import { objectsAt } from './revision';
import { sizeWarnings } from './sizes';
import { appUnits, Crew, likelyUnits, provenUnits, type CrewOptions, type Units } from './units';

export interface PrepareOptions extends CrewOptions {
  /** The repository's root. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A revision: destructive changes are those since then, not those since dist/. */
  readonly against?: string;
  /** Render pinned stages from their revisions again, whatever their locks say. */
  readonly deep?: boolean;
  /** Take apps that were rendered before from the cache. @default true */
  readonly cache?: boolean;
  /** Reads dist/: given where that has been looked at already. */
  readonly reader?: DistReader;
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Manifests of pinned stages that are known already, by stage and path: they are not rendered. */
  readonly manifests?: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** A repository rendered, checked and compared with dist/; nothing is written yet. */
export interface Prepared {
  readonly repository: Repository;
  /** Every stage, and Argo CD's own folder, as it is to stand below dist/. */
  readonly outputs: PublishOptions['stages'];
  /** What the Git host is told, in files outside of dist/. */
  readonly hostFiles: HostFiles;
  readonly stages: readonly RenderedStage[];
  readonly summaries: readonly StageSummary[];
  /** Destructive changes that nobody acknowledged. */
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly reader: DistReader;
  /** What is said once dist/ is as rendered; undefined where that holds a credential, as a reason may. */
  readonly settled: () => Settled | undefined;
  /** What was rendered, to be kept for the next run. */
  readonly cache: Cache;
}

/** Every stage of a repository as it is rendered from the working tree, checked by nothing yet; pins do not count. */
export function renderAll(root: string): readonly RenderedStage[] {
  const { repository, sources } = load(root, { unpinned: true });
  return renderRepository(repository, sources).map(({ stage }) => stage);
}

/**
 * Everything of synth but the writing: reads environments/ and src/apps/, renders every stage, checks all of it, and
 * compares it with what is deployed.
 *
 * @throws UserError for anything a person can mend
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const crew = new Crew(options);
  return prepareWith(crew, options).finally(() => crew.letGo());
}

async function prepareWith(crew: Crew, options: PrepareOptions): Promise<Prepared> {
  const { root } = options;
  // What a killed run left half done is ended first: locks are verified, and changes told, against what will stay.
  recover(root);
  const reader = options.reader ?? openDist(root, options);
  reader.refresh();
  const cache = new Cache(options.cache === false ? undefined : root);
  if (cache.isEmpty) crew.expect(likelyUnits(root));
  const loaded = load(root, {
    texts: options.texts,
    memory: options.cache === false ? undefined : cache,
    resolved: (stage) => isPinned(stage) || crew.begin(appUnits(stage, sourceOf)),
  });
  const pins = await resolvePins(loaded.repository, options, { cache, reader });
  const repository = {
    ...loaded.repository,
    environments: loaded.repository.environments.map((e) => pins.get(e.name)?.environment ?? e),
  };
  const following = repository.environments.filter(({ name }) => !pins.has(name));
  const units = await provenUnits(following, [...pins.values()], { crew, cache, reader, sourceOf, pathOf });
  const { stages, outputs: rendered, notes } = renderAround(repository, following, loaded, pins, units);
  const delivery = deliveryOf(repository, clusterKinds(stages), cache, reader);
  const argocd = { name: DELIVERY, files: delivery.onClusters.flatMap(({ files }) => files) };

  const problems = [
    ...delivery.problems,
    ...approvalProblems(repository),
    ...check(onFleets(repository, stages), delivery.onClusters, cache),
    ...parityProblems(repository.environments, stages, cache),
    ...refusePlaintext(root, repository.environments, [...stages, argocd], options.texts),
  ];
  if (problems.length > 0) throw new UserError(onceForAllStages(problems, stages));

  const outputs = [
    ...rendered,
    {
      name: DELIVERY,
      inputs: hashOf(repository.values),
      base: null,
      files: emit(argocd.files, DELIVERY),
    },
  ];
  const now = stages.map((stage, i) => ({ stage, output: rendered[i]! }));
  const removals = repository.values.allowDestructive.map((change, i) => ({
    change,
    at: repository.locate?.(['allowDestructive', i]) ?? { file: 'environments/base.yaml' },
  }));
  const notesOf = (stage: string): readonly string[] => notes.get(stage) ?? [];
  const against = (before: Before) => compare(before, now, removals, notesOf);
  const names = stages.map(({ name }) => name);
  const changes = against(deployedNow(root, names, reader));
  const guarded = options.against ? against(await objectsAt(root, options.env, options.against)) : changes;
  const sizes = sizeWarnings(repository, stages, outputs);
  const unseen = overlooked(root, loaded.repository, options.texts);
  const warningsOf = (comparison: Comparison) => [
    ...repository.warnings,
    ...unseen,
    ...comparison.warnings,
    ...sizes,
  ];
  return {
    repository,
    outputs,
    hostFiles: hostFiles(root, repository),
    stages,
    summaries: changes.summaries,
    refused: guarded.refused,
    warnings: warningsOf(guarded),
    reader,
    cache,
    settled: () => {
      const after = against(asWritten(rendered));
      const says = { stages: after.summaries, warnings: warningsOf(after) };
      return cache.holdsCredential(says) ? undefined : says;
    },
  };
}

/** What is deployed once all is written: nothing differs from it, so that nobody asks for its objects. */
function asWritten(outputs: PublishOptions['stages']): Before {
  return new Map(
    outputs.map(({ name, files }) => [
      name,
      new Map(files.map(({ path, hash }) => [path, { hash: hash!, objects: () => [] }])),
    ]),
  );
}

/** Each stage with every cluster that it runs on. */
function onFleets({ environments, values }: Repository, stages: readonly RenderedStage[]): RenderedStage[] {
  return stages.map((stage, i) => ({ ...stage, clusters: clustersOf(values, environments[i]!) }));
}

async function resolvePins(
  repository: Repository,
  options: PrepareOptions,
  known: { readonly cache: Cache; readonly reader: DistReader },
): Promise<ReadonlyMap<string, PinnedStage>> {
  const pins = new Map<string, PinnedStage>();
  for (const environment of repository.environments)
    if (isPinned(environment))
      pins.set(environment.name, await resolvePin(environment, { ...options, ...known }));
  return pins;
}

/** Renders the stages that follow the working tree, and puts the pinned ones in their places. */
function renderAround(
  repository: Repository,
  following: Repository['environments'],
  { sources }: Loaded,
  pins: ReadonlyMap<string, PinnedStage>,
  units: Units,
): Pick<Prepared, 'stages' | 'outputs'> & { readonly notes: ReadonlyMap<string, readonly string[]> } {
  const renderings = renderRepository({ ...repository, environments: following }, sources, units);
  const byName = new Map(renderings.map((rendering) => [rendering.stage.name, rendering]));
  const stages = repository.environments.map(({ name }): RenderedStage => {
    const { stage } = pins.get(name) ?? {};
    if (!stage) return byName.get(name)!.stage;
    return { ...stage, files: stage.files.map((file) => file.with(units.get(file.content))) };
  });
  return {
    stages,
    outputs: repository.environments.map(
      (environment, i) =>
        pins.get(environment.name)?.output ?? {
          name: environment.name,
          inputs: stageInputs(environment, (app) => units.get(app)?.inputs ?? appInputs(app)),
          base: null,
          files: emit(stages[i]!.files, environment.name),
        },
    ),
    notes: new Map(renderings.map(({ stage, notes }) => [stage.name, notes])),
  };
}
