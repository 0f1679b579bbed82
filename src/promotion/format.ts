import { formatApproval } from '../delivery/approvals';
import type { StageSummary } from '../manifests/summary';
import type { Proposal } from './proposal';
import type { Preview } from './preview';

/** A value as a line of a plan shows it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s*\n\s*/g, ' ⏎ ');
  return line.length > 100 ? `${line.slice(0, 97)}…` : line;
}

/** What happens to the objects of a stage: deletions first, then changes by field, then what is new. */
export function formatSummary(summary: StageSummary | undefined): string[] {
  if (!summary) return [];
  return [
    ...summary.removed.map((object) => `  - ${object}`),
    ...summary.changed.flatMap(({ object, fields }) => [
      `  ~ ${object}`,
      ...fields.map(({ path, before, after }) => `      ${path}: ${show(before)} → ${show(after)}`),
    ]),
    ...summary.added.map((object) => `  + ${object}`),
  ];
}

/** The plan, the rendered difference, and the proof that no other stage changes. */
export function formatPreview({
  proposal,
  preview,
}: {
  readonly proposal: Proposal;
  readonly preview: Preview;
}): string {
  const rendered = formatSummary(preview.summary);
  const files = [...preview.changes.keys()].sort();
  return [
    proposal.subject,
    ...proposal.lines.map((line) => `  ${line}`),
    '',
    `rendered difference of ${proposal.stage}:`,
    ...(rendered.length > 0 ? rendered : ['  none: no object changes']),
    '',
    `no other stage changes; files: ${files.join(', ')}`,
    ...preview.approvals.map((approval) => `a pull request needs ${formatApproval(approval)}`),
  ].join('\n');
}
