import type { DistReader, PublishOptions } from '../manifests/publish';
import type { Environment, Repository } from '../model/environment';
import { clustersOf } from '../model/clusters';
import type { RenderedStage } from '../model/rendered';
import type { Cache } from './cache';
import { appInputs, stageInputs } from './inputs';
import type { Loaded } from './load';
import { emit } from './outputs';
import { isPinned, resolvePin, withApps, type PinnedStage, type PinOptions } from './pins/pins';
import { pathOf, renderRepository, sourceOf } from './render';
import type { RenderApp } from './anew';
import type { UnchangedStages } from './unchanged';
import { appUnits, provenUnits, type Crew, type Units } from './units';

/** The stages of a repository, rendered where they may have changed. */
export interface Stages {
  /** With the apps of pinned stages as their revisions have them. */
  readonly repository: Repository;
  /** The stages that were looked at; what follows is in their order. */
  readonly looked: readonly Environment[];
  readonly stages: readonly RenderedStage[];
  readonly outputs: PublishOptions['stages'];
  /** What the reviewers of a stage should know, by its name. */
  readonly notes: ReadonlyMap<string, readonly string[]>;
}

/** What is known, and those who find out the rest. */
export interface Known {
  readonly crew: Crew;
  readonly cache: Cache;
  readonly reader: DistReader;
  readonly unchanged: UnchangedStages;
  readonly renderApp: RenderApp;
}

/** Lets threads begin with a stage while others are still read. */
export function renderAhead(crew: Crew, environment: Environment): void {
  if (!isPinned(environment)) crew.begin(appUnits(environment, sourceOf));
}

/**
 * Renders the stages that follow the working tree, and puts the pinned ones in their places.
 *
 * @throws UserError for what cannot be rendered
 */
export async function renderStages(
  { repository: given, sources }: Loaded,
  { crew, cache, reader, unchanged, renderApp }: Known,
  options: Omit<PinOptions, 'cache' | 'reader'>,
): Promise<Stages> {
  const pins = new Map<string, PinnedStage>();
  for (const environment of given.environments)
    if (isPinned(environment) && !unchanged.has(environment.name))
      pins.set(environment.name, await resolvePin(environment, { ...options, cache, reader }));
  const environments = given.environments.map((environment): Environment => {
    const known = isPinned(environment) ? unchanged.get(environment.name) : undefined;
    return known
      ? withApps(environment, known.apps)
      : (pins.get(environment.name)?.environment ?? environment);
  });
  const looked = environments.filter(({ name }) => !unchanged.has(name));
  const following = looked.filter(({ name }) => !pins.has(name));
  const units = await provenUnits(following, [...pins.values()], { crew, cache, reader, sourceOf, pathOf });
  const renderings = renderRepository({ ...given, environments: following }, sources, { units, renderApp });
  const byName = new Map(renderings.map((rendering) => [rendering.stage.name, rendering]));
  const stages = looked.map((environment): RenderedStage => {
    const pin = pins.get(environment.name);
    const stage = pin ? lookedAt(pin, units) : byName.get(environment.name)!.stage;
    return { ...stage, clusters: clustersOf(given.values, environment) };
  });
  const outputs = looked.map((environment, i) => {
    const { name } = environment;
    const inputs = (): string => stageInputs(environment, (app) => units.get(app)?.inputs ?? appInputs(app));
    return (
      pins.get(name)?.output ?? { name, inputs: inputs(), base: null, files: emit(stages[i]!.files, name) }
    );
  });
  const notes = new Map(
    stages.map((stage) => [stage.name, [...openNetworks(stage), ...(byName.get(stage.name)?.notes ?? [])]]),
  );
  return { repository: { ...given, environments }, looked, stages, outputs, notes };
}

const openNetworks = ({ cluster, clusters = [cluster] }: RenderedStage): readonly string[] =>
  clusters.flatMap(({ name, openNetwork }) =>
    openNetwork === undefined ? [] : [`cluster "${name}" enforces no network policies: ${openNetwork}`],
  );

/** A pinned stage with what was found in its files. */
const lookedAt = ({ stage }: PinnedStage, units: Units): RenderedStage => ({
  ...stage,
  files: stage.files.map((file) => file.with(units.get(file.content))),
});
