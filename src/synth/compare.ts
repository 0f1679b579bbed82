import { diffObjects } from '../manifests/diff';
import { findDestructive, guard, type Acknowledgement } from '../manifests/guard';
import { sha256, type PublishStage } from '../manifests/publish';
import { summarize, type Changes, type StageSummary } from '../manifests/summary';
import type { Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import { objectCount, type RenderedFile, type RenderedStage } from '../model/rendered';
import { compareDelivery, type GivenFiles } from './compare-delivery';
import type { Before, FilesBefore } from './deployed';

/** A stage, and its files as they are to be written, in the same order. */
export interface Rendered {
  readonly stage: RenderedStage;
  readonly output: PublishStage;
}

export interface Comparison {
  readonly summaries: readonly StageSummary[];
  /** What Argo CD is told anew. */
  readonly delivery: Changes;
  /** Stages that leave a cluster. */
  readonly departing: readonly string[];
  /** Destructive changes that nobody acknowledged. */
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Holds what is rendered against what was before.
 *
 * @param given what Argo CD is given
 * @param removals lines of base.yaml that acknowledge the removal of a whole stage, whose own file is gone
 */
export function compare(
  before: Before,
  rendered: readonly Rendered[],
  given: GivenFiles,
  removals: readonly Acknowledgement[],
  notes: (stage: string) => readonly string[],
): Comparison {
  const delivered = compareDelivery(before.delivery, given);
  const names = [...new Set([...rendered.map(({ stage }) => stage.name), ...before.stages.keys()])];
  const parts = names.map((name) => {
    const now = rendered.find(({ stage }) => stage.name === name);
    const { was, is, kept } = differing(before.stages.get(name) ?? new Map(), now);
    const diff = diffObjects(was, is);
    const left = delivered.departures.get(name) ?? [];
    const destructive = [...findDestructive(name, was, now && is, { diff, kept }), ...left];
    const acknowledged =
      now?.stage.acknowledged ?? removals.filter(({ change }) => change === `remove stage ${name}`);
    const file = now?.stage.at.file ?? 'environments/base.yaml';
    const verdict = guard(destructive, acknowledged, { stage: name, file, at: now?.stage.at });
    return { summary: summarize(name, is.length + kept, diff, notes(name)), ...verdict };
  });
  const stale = removals.filter(
    ({ change }) => ![...before.stages.keys()].some((name) => change === `remove stage ${name}`),
  );
  return {
    summaries: parts.map(({ summary }) => summary),
    delivery: delivered.changes,
    departing: [...delivered.departures.keys()],
    refused: parts.flatMap(({ refused }) => refused),
    warnings: [
      ...delivered.warnings,
      ...parts.flatMap(({ warnings }) => warnings),
      ...stale.map(({ change, at }): Problem => ({
        code: 'stale-acknowledgement',
        cause: `"${change}" acknowledges what does not happen`,
        remedy: 'Delete the line.',
        at,
      })),
    ],
  };
}

/** The objects of the files that do not stay as they are, and how many there are in those that do. */
function differing(
  before: FilesBefore,
  now: Rendered | undefined,
): { readonly was: readonly KubeObject[]; readonly is: readonly KubeObject[]; readonly kept: number } {
  const stays = new Set<string>();
  const others: RenderedFile[] = [];
  let kept = 0;
  for (const [i, file] of now?.output.files.entries() ?? []) {
    const rendered = now!.stage.files[i]!;
    if (before.get(file.path)?.hash === (file.hash ?? sha256(file.text))) {
      stays.add(file.path);
      kept += objectCount(rendered);
    } else others.push(rendered);
  }
  const was: KubeObject[] = [];
  for (const [path, file] of before) if (!stays.has(path)) was.push(...file.objects());
  // What was not there before is told by its name.
  const objectsOf = (file: RenderedFile) =>
    was.length === 0 && file.proven ? file.proven.outlines : file.objects;
  return { was, is: others.flatMap(objectsOf), kept };
}
