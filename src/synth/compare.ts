import { diffObjects } from '../manifests/diff';
import { findDestructive, guard, type Acknowledgement } from '../manifests/guard';
import { sha256, type PublishStage } from '../manifests/publish';
import { summarize, type Changes, type StageSummary } from '../manifests/summary';
import type { Problem } from '../model/errors';
import { objectKey, type KubeObject } from '../model/kube';
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
  const names = [...new Set([...rendered.map(({ stage }) => stage.name), ...before.stages.keys()])];
  const differences = new Map(
    names.map((name) => {
      const now = rendered.find(({ stage }) => stage.name === name);
      return [name, { now, ...differing(before.stages.get(name) ?? new Map(), now) }];
    }),
  );
  const delivered = compareDelivery(before.delivery, given, (stage) => differences.get(stage)?.moved ?? NONE);
  const parts = [...differences].map(([name, { now, was, is, kept }]) => {
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

const NONE: ReadonlySet<string> = new Set();

interface Differing {
  readonly was: readonly KubeObject[];
  readonly is: readonly KubeObject[];
  /** How many objects there are in files that stay as they are. */
  readonly kept: number;
  /** The files whose objects, or some of them, are in others now. */
  readonly moved: ReadonlySet<string>;
}

/** The objects of the files that do not stay as they are. */
function differing(before: FilesBefore, now: Rendered | undefined): Differing {
  const stays = new Set<string>();
  const others: (readonly [path: string, file: RenderedFile])[] = [];
  let kept = 0;
  for (const [i, file] of now?.output.files.entries() ?? []) {
    const rendered = now!.stage.files[i]!;
    if (before.get(file.path)?.hash === (file.hash ?? sha256(file.text))) {
      stays.add(file.path);
      kept += objectCount(rendered);
    } else others.push([file.path, rendered]);
  }
  const was: KubeObject[] = [];
  const places = new Map<string, string>();
  for (const [path, file] of before) {
    if (stays.has(path)) continue;
    for (const object of file.objects()) {
      was.push(object);
      places.set(objectKey(object), path);
    }
  }
  // What was not there before is told by its name.
  const objectsOf = (file: RenderedFile) =>
    was.length === 0 && file.proven ? file.proven.outlines : file.objects;
  const is: KubeObject[] = [];
  const moved = new Set<string>();
  for (const [path, file] of others) {
    for (const object of objectsOf(file)) {
      is.push(object);
      const place = places.get(objectKey(object)) ?? path;
      if (place !== path) moved.add(place);
    }
  }
  return { was, is, kept, moved };
}
