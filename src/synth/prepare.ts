import { clusterKinds } from '../delivery';
import { approvalProblems } from '../delivery/approvals';
import { DELIVERY } from '../delivery/names';
import {
  LOCK_FILE,
  recover,
  type DistReader,
  type PublishFile,
  type PublishOptions,
  type PublishStage,
} from '../manifests/publish';
import type { Changes, StageSummary } from '../manifests/summary';
import type { Repository } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import type { RenderedStage } from '../model/rendered';
import { renderOnce } from './anew';
import { Cache } from './cache';
import { check } from './check';
import { compare, type Comparison } from './compare';
import { deliveryOf } from './delivery';
import { deployedNow, type Before } from './deployed';
import { openDist } from './dist-hashes';
import { hostFiles, type HostFiles } from './host-files';
import { hashOf } from './inputs';
import type { Settled } from './last-run';
import { load } from './load';
import { onceForAllStages } from './once';
import { overlooked } from './overlooked';
import { refusePlaintext } from './plaintext';
import { emit } from './outputs';
import { parityProblems } from './parity';
import { renderRepository } from './render';
import { objectsAt } from './revision';
import { rootWarnings, sizeWarnings } from './sizes';
import { renderAhead, renderStages } from './stages';
import { keepUnchanged, summaryOf, unchangedStages, unseenOn, type Written } from './unchanged';
import { Crew, likelyUnits, type CrewOptions } from './units';

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
  /** Leave out of it stages that have not changed since dist/ was written. @default false: all are rendered */
  readonly changedOnly?: boolean;
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
  /** Stages, and Argo CD's own folder, as they are to stand below dist/. */
  readonly outputs: PublishOptions['stages'];
  /** Stages that are in dist/ already, and were looked at no further. */
  readonly keep: PublishOptions['keep'];
  /** What the others were compared with, by their locks. */
  readonly seen: PublishOptions['seen'];
  /** What the Git host is told, in files outside of dist/. */
  readonly hostFiles: HostFiles;
  readonly stages: readonly RenderedStage[];
  readonly summaries: readonly StageSummary[];
  /** What Argo CD is told anew. */
  readonly delivery: Changes;
  /** Destructive changes that nobody acknowledged. */
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly reader: DistReader;
  /** What is said once dist/ is as rendered; undefined where that holds a credential, as a reason may. */
  readonly settled: () => Settled | undefined;
  /** What was rendered, to be kept for the next run. */
  readonly cache: Cache;
  /**
   * Once all is written: keeps what tells the next run that a stage has not changed since.
   *
   * @param locks SHA-256 of those that were written
   * @returns those of all stages
   */
  readonly written: (locks: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
}

const NONE = new Map<string, never>();

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
    resolved: (environment) => renderAhead(crew, environment),
  });
  const renderApp = renderOnce(loaded);
  const unchanged = options.changedOnly ? unchangedStages(loaded.repository, cache, reader, renderApp) : NONE;
  const known = { crew, cache, reader, unchanged, renderApp };
  const { repository, looked, stages, outputs: rendered, notes } = await renderStages(loaded, known, options);
  const { environments } = repository;
  const own = clusterKinds(stages);
  const kinds = new Map(environments.map(({ name }) => [name, unchanged.get(name)?.kinds ?? own.get(name)!]));
  const delivery = deliveryOf(repository, kinds, cache, reader);
  const argocd = { name: DELIVERY, files: delivery.onClusters.flatMap(({ files }) => files) };

  const checked = check(stages, delivery.onClusters, cache, unseenOn(environments, unchanged));
  const problems = [
    ...delivery.problems,
    ...approvalProblems(repository),
    ...(checked ?? []),
    ...parityProblems(looked, stages, cache),
    ...refusePlaintext(root, repository.environments, [...stages, argocd], { texts: options.texts, cache }),
  ];
  // What is wrong is told of all stages as one.
  if (unchanged.size > 0 && (!checked || problems.length > 0))
    return prepareWith(crew, { ...options, changedOnly: false });
  if (problems.length > 0) throw new UserError(onceForAllStages(problems, stages));

  const told = emit(argocd.files, DELIVERY);
  const outputs = [
    ...rendered,
    { name: DELIVERY, inputs: hashOf(repository.values), base: null, files: told },
  ];
  const now = stages.map((stage, i) => ({ stage, output: rendered[i]! }));
  const removals = repository.values.allowDestructive.map((change, i) => ({
    change,
    at: repository.locate?.(['allowDestructive', i]) ?? { file: 'environments/base.yaml' },
  }));
  const notesOf = (stage: string): readonly string[] => notes.get(stage) ?? [];
  /** With those of the stages that were not looked at, in their places. */
  const summariesOf = ({ summaries }: Comparison): readonly StageSummary[] => [
    ...environments.map(({ name }) => {
      const known = unchanged.get(name);
      return known ? summaryOf(name, known) : summaries.find(({ stage }) => stage === name)!;
    }),
    ...summaries.filter(({ stage }) => !environments.some(({ name }) => name === stage)),
  ];
  const clusters = Object.keys(repository.values.clusters);
  const given = { files: argocd.files, outputs: told, clusters };
  const against = (before: Before) => compare(before, now, given, removals, notesOf);
  const names = stages.map(({ name }) => name);
  const deployed = deployedNow(root, names, reader, unchanged);
  const changes = against(deployed);
  // Whether a stage may leave its cluster, its own file says.
  if (changes.departing.some((name) => unchanged.has(name)))
    return prepareWith(crew, { ...options, changedOnly: false });
  const guarded = options.against ? against(await objectsAt(root, options.env, options.against)) : changes;
  const sizes = [
    ...sizeWarnings(repository, stages, outputs),
    ...rootWarnings(repository, delivery.onClusters),
  ];
  const unseen = overlooked(root, loaded.repository, options.texts);
  const warningsOf = (comparison: Comparison) => [
    ...repository.warnings,
    ...unseen,
    ...comparison.warnings,
    ...sizes,
  ];
  // Files are put in place before the lock that lists them.
  const seen = new Map(outputs.map(({ name }) => [name, reader.hash(`${name}/${LOCK_FILE}`)]));
  const keep = new Map([...unchanged].map(([name, { lock }]) => [name, lock]));
  return {
    repository,
    outputs,
    keep,
    seen,
    hostFiles: hostFiles(root, repository),
    stages,
    summaries: summariesOf(changes),
    delivery: changes.delivery,
    refused: guarded.refused,
    warnings: [...warningsOf(guarded), ...deployed.warnings],
    reader,
    cache,
    written: (locks) => {
      const all = new Map([...locks, ...keep]);
      const written = looked.flatMap((environment, i): Written[] => {
        const [stage, { name }] = [stages[i]!, environment];
        // What is said of a stage in each run is found in each run.
        if (sizeWarnings(repository, [stage], outputs).length > 0) return [];
        return [{ environment, stage, kinds: kinds.get(name)!, notes: notesOf(name) }];
      });
      keepUnchanged(written, environments, all, cache, renderApp);
      return all;
    },
    settled: () => {
      const after = against(asWritten(rendered, told));
      const says = { stages: summariesOf(after), warnings: warningsOf(after) };
      return cache.holdsCredential(says) ? undefined : says;
    },
  };
}

/** What is deployed once all is written: nothing differs from it, so that nobody asks for its objects. */
function asWritten(stages: readonly PublishStage[], told: readonly PublishFile[]): Before {
  const asBefore = (files: readonly PublishFile[]) =>
    new Map(files.map(({ path, hash }) => [path, { hash: hash!, objects: () => [] }]));
  return {
    stages: new Map(stages.map(({ name, files }) => [name, asBefore(files)])),
    delivery: asBefore(told),
  };
}
