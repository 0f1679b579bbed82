import { diffObjects } from '../manifests/diff';
import { findDestructive, guard } from '../manifests/guard';
import { summarize, type StageSummary } from '../manifests/summary';
import type { KubeObject } from '../model/kube';
import type { Problem } from '../model/errors';
import type { RenderedStage } from '../model/rendered';
import type { Acknowledgement } from '../manifests/guard';

/** What was deployed before, by stage: from dist/, or from a revision. */
export type Before = ReadonlyMap<string, readonly KubeObject[]>;

export interface Comparison {
  readonly summaries: readonly StageSummary[];
  /** Destructive changes that nobody acknowledged. */
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Holds what is rendered against what was before.
 *
 * @param removals lines of base.yaml that acknowledge the removal of a whole stage, whose own file is gone
 */
export function compare(
  before: Before,
  stages: readonly RenderedStage[],
  removals: readonly Acknowledgement[],
  notes: (stage: string) => readonly string[],
): Comparison {
  const names = [...new Set([...stages.map(({ name }) => name), ...before.keys()])];
  const parts = names.map((name) => {
    const stage = stages.find((s) => s.name === name);
    const was = before.get(name) ?? [];
    const is = stage?.files.flatMap(({ objects }) => objects) ?? [];
    const diff = diffObjects(was, is);
    const destructive = findDestructive(name, was, stage && is, undefined, diff);
    const acknowledged =
      stage?.acknowledged ?? removals.filter(({ change }) => change === `remove stage ${name}`);
    const file = stage?.at.file ?? 'environments/base.yaml';
    const verdict = guard(destructive, acknowledged, { stage: name, file, at: stage?.at });
    return { summary: summarize(name, is, diff, notes(name)), ...verdict };
  });
  const stale = removals.filter(
    ({ change }) => ![...before.keys()].some((name) => change === `remove stage ${name}`),
  );
  return {
    summaries: parts.map(({ summary }) => summary),
    refused: parts.flatMap(({ refused }) => refused),
    warnings: [
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
