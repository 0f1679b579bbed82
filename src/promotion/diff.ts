import { diffObjects } from '../manifests/diff';
import { readTree, requireCommit, resolveCommit } from '../git/read';
import type { Repo } from '../git/repository';
import { readManifests } from '../manifests/read';
import { formatChanges, summarize, type StageSummary } from '../manifests/summary';
import { UserError, type Problem } from '../model/errors';
import { objectCount, type RenderedFile } from '../model/rendered';
import type { Prepared } from '../synth/prepare';
import { prepareNow, prepareWith } from './preview';
import { planBetween } from './promote';
import { unlike, type Words } from './unlike';
import { openRepo, readStage, requireStage, stageNames, type World } from './workspace';

/** What lies between two stages. */
export interface StageDiff {
  readonly from: string;
  readonly to: string;
  /** What promoting would change in the target. */
  readonly notYetPromoted: StageSummary;
  /** What would differ even then, from the source to the target: what the stages say of their own. */
  readonly intended: StageSummary;
  /** Destructive changes among the former that nobody acknowledged: promoting it is refused. */
  readonly refused: readonly Problem[];
}

/**
 * Compares what two stages deploy, by object and field, as if both were called like the target.
 * @throws UserError for what is wrong with one of them
 */
export async function diffStages(world: World, fromName: string, toName: string): Promise<StageDiff> {
  const repo = await openRepo(world);
  await refuseRevisions(repo, world.root, [fromName, toName]);
  const [from, to] = [await readStage(world.root, repo, fromName), await readStage(world.root, repo, toName)];
  const now = await prepareNow(world);
  const head = await requireCommit(repo, 'HEAD');
  const workspace = { world, repo, checkout: { ref: 'HEAD', head } };
  // Nobody is to be pinned to the base: it may be one that other clones have not.
  const plan = await planBetween(workspace, from, to, { report: () => undefined });
  const after =
    plan.edits.length === 0
      ? now
      : await prepareWith(world, { texts: new Map([[`${toName}.yaml`, plan.text]]) });
  const [current, promoted, source] = [filesOf(now, toName), filesOf(after, toName), filesOf(now, fromName)];
  const [was, is] = unlike(current, promoted);
  const [theirs, wanted] = unlike(source, promoted, wordsFor(now, fromName, toName));
  return {
    from: fromName,
    to: toName,
    notYetPromoted: summarize(toName, countOf(promoted), diffObjects(was, is)),
    intended: summarize(toName, countOf(promoted), diffObjects(theirs, wanted)),
    refused: after === now ? [] : after.refused,
  };
}

/** @throws UserError `unknown-stage` for a revision in place of a stage: that is asked otherwise */
async function refuseRevisions(repo: Repo, root: string, names: readonly string[]): Promise<void> {
  const stages = stageNames(root);
  const stage = names.find((name) => stages.includes(name)) ?? '<stage>';
  for (const name of names)
    if (!stages.includes(name) && (await resolveCommit(repo, name)) !== undefined)
      throw new UserError({
        code: 'unknown-stage',
        cause: `there is no stage ${JSON.stringify(name)}, but a revision`,
        remedy: `stageline diff ${stage} --against ${name}`,
      });
}

/**
 * Compares what a stage deploys with what it deployed at a revision.
 * @throws UserError `revision-missing`
 */
export async function diffAgainst(world: World, stage: string, revision: string): Promise<StageSummary> {
  const repo = await openRepo(world);
  requireStage(world.root, stage);
  const files = await readTree(repo, revision, `dist/${stage}`);
  const before = [...files]
    .filter(([path]) => path.endsWith('.yaml'))
    .flatMap(([path, text]) => readManifests(text, path));
  const after = filesOf(await prepareNow(world), stage).flatMap(({ objects }) => objects);
  return summarize(stage, after.length, diffObjects(before, after));
}

const filesOf = (prepared: Prepared, stage: string): readonly RenderedFile[] =>
  prepared.stages.find(({ name }) => name === stage)!.files;

const countOf = (files: readonly RenderedFile[]): number =>
  files.reduce((sum, file) => sum + objectCount(file), 0);

/** A stage's own name and namespaces, which differ by nature, and those of another one for them. */
function wordsFor(prepared: Prepared, from: string, to: string): Words {
  const of = (name: string) => prepared.repository.environments.find((e) => e.name === name)!;
  const [source, target] = [of(from), of(to)];
  const words = new Map<string, string>([[from, to]]);
  source.namespaces.forEach((namespace, i) => {
    const same = i === 0 ? target.namespace : target.namespaces.find((other) => other.endsWith(namespace));
    if (same !== undefined) words.set(namespace, same);
  });
  return words;
}

/** The difference of two stages as text. */
export function formatStageDiff({ from, to, notYetPromoted, intended }: StageDiff): string {
  const block = (title: string, lines: readonly string[]): string[] => [
    title,
    ...(lines.length > 0 ? lines : ['  none']),
  ];
  return [
    ...block(
      `not yet promoted to ${to} (what "stageline promote --to ${to}" would change):`,
      formatChanges(notYetPromoted),
    ),
    '',
    ...block(
      `meant to differ, and does so even then (${from} → ${to}; + only ${to} has it, - only ${from}):`,
      formatChanges(intended),
    ),
  ].join('\n');
}
