import { counted } from '../model/counted';
import { describeObject, type KubeObject } from '../model/kube';
import { podTemplate } from './checks/pods';
import type { ObjectDiff } from './diff';
import { imageName, parseImage } from './image';

/** An image that changes, and where. */
export interface ImageChange {
  /** The workloads, or `workload/container` where the container is named otherwise. */
  readonly where: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** What happens to some objects. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly {
    readonly object: string;
    readonly fields: readonly {
      readonly path: string;
      readonly before?: unknown;
      readonly after?: unknown;
    }[];
  }[];
  readonly removed: readonly string[];
}

export const NO_CHANGES: Changes = { added: [], changed: [], removed: [] };

/** What happens to one stage: the data behind the line that synth prints. */
export interface StageSummary extends Changes {
  readonly stage: string;
  /** How many objects it has afterwards. */
  readonly objects: number;
  readonly images: readonly ImageChange[];
  /** Hardening that is switched off, and other things that a reviewer should see. */
  readonly notes: readonly string[];
}

/** Sums up what changes in a stage that has so many objects afterwards. */
export function summarize(
  stage: string,
  objects: number,
  diff: ObjectDiff,
  notes: readonly string[] = [],
): StageSummary {
  return { stage, objects, ...changesOf(diff), images: imageChanges(diff), notes };
}

/** What a difference is called. */
export function changesOf(diff: ObjectDiff): Changes {
  return {
    added: diff.added.map(describeObject),
    changed: diff.changed.map(({ after: object, fields }) => ({ object: describeObject(object), fields })),
    removed: diff.removed.map(describeObject),
  };
}

/** A value as a line of a plan shows it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s*\n\s*/g, ' ⏎ ');
  return line.length > 100 ? `${line.slice(0, 97)}…` : line;
}

/** What Argo CD is told anew, under a line that says so; nothing where nothing is. */
export function formatDelivery(delivery: Changes): string[] {
  const told = formatChanges(delivery);
  return told.length > 0 ? ['dist/argocd:', ...told] : [];
}

/** What happens to some objects: deletions first, then changes by field, then what is new. */
export function formatChanges(changes: Changes | undefined): string[] {
  if (!changes) return [];
  return [
    ...changes.removed.map((object) => `  - ${object}`),
    ...changes.changed.flatMap(({ object, fields }) => [
      `  ~ ${object}`,
      ...fields.map(({ path, before, after }) => `      ${path}: ${show(before)} → ${show(after)}`),
    ]),
    ...changes.added.map((object) => `  + ${object}`),
  ];
}

/** The summaries as text: a line a stage in columns, below it what is deleted and what is noted. */
export function formatSummaries(summaries: readonly StageSummary[]): string[] {
  const width = (values: readonly string[]): number => Math.max(0, ...values.map((v) => v.length));
  const counts = summaries.map((s) => counted(s.objects, 'object'));
  const changes = summaries.map((s) => `+${s.added.length} ~${s.changed.length} -${s.removed.length}`);
  const [stageWidth, countWidth, changeWidth] = [
    width(summaries.map((s) => s.stage)),
    width(counts),
    width(changes),
  ];
  return summaries.flatMap((s, i) => {
    const head = [
      s.stage.padEnd(stageWidth),
      counts[i]!.padStart(countWidth),
      changes[i]!.padEnd(changeWidth),
    ];
    if (s.images.length > 0) head.push(`images: ${s.images.map(formatImage).join('; ')}`);
    return [
      head.join('  ').trimEnd(),
      ...s.removed.map((object) => `    - deletes ${object}`),
      ...s.notes.map((note) => `    ! ${note}`),
    ];
  });
}

/** `backend, frontend 6.14.0 → 6.14.1`; the whole reference where more than tag and digest changes. */
function formatImage({ where, from, to }: ImageChange): string {
  const [was, is] = [parseImage(from), parseImage(to)];
  const sameName = was && is && imageName(was) === imageName(is);
  const version = (reference: string): string => {
    const image = parseImage(reference);
    if (!image || !sameName) return shorten(reference);
    const onlyDigest = was.tag === is.tag;
    if (image.tag === undefined) return image.digest === undefined ? '(none)' : shorten(image.digest);
    return onlyDigest && image.digest !== undefined ? `${image.tag}@${shorten(image.digest)}` : image.tag;
  };
  return `${where.join(', ')} ${version(from)} → ${version(to)}`;
}

function shorten(reference: string): string {
  return reference.replace(/\b(sha\d+:[0-9a-f]{12})[0-9a-f]+/, '$1…');
}

function imageChanges(diff: ObjectDiff): ImageChange[] {
  const changes = new Map<string, { where: Set<string>; from: string; to: string }>();
  for (const { before, after } of diff.changed) {
    const old = new Map(podTemplate(before)?.containers.map((c) => [`${c.list}/${c.name}`, c.fields.image]));
    for (const container of podTemplate(after)?.containers ?? []) {
      const from = old.get(`${container.list}/${container.name}`);
      const to = container.fields.image;
      if (typeof from !== 'string' || typeof to !== 'string' || from === to) continue;
      const key = `${from} ${to}`;
      const change = changes.get(key) ?? { where: new Set(), from, to };
      changes.set(key, change);
      change.where.add(whereOf(after, container.name));
    }
  }
  return [...changes.values()]
    .map(({ where, from, to }) => ({ where: [...where].sort(), from, to }))
    .sort((a, b) => (a.where[0]! < b.where[0]! ? -1 : 1));
}

function whereOf(object: KubeObject, container: string): string {
  const { name } = object.metadata;
  return container === name || podTemplate(object)?.containers.length === 1 ? name : `${name}/${container}`;
}
