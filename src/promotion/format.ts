import { formatApproval } from '../delivery/approvals';
import { formatChanges, formatDelivery } from '../manifests/summary';
import type { Proposal } from './proposal';
import type { Preview } from './preview';

/** What happens to the objects of a stage, and to what Argo CD is told of it. */
export function formatRendered({ summary, delivery }: Preview): string[] {
  return [...formatChanges(summary), ...formatDelivery(delivery)];
}

/** The plan, the rendered difference, and the proof that no other stage changes. */
export function formatPreview({
  proposal,
  preview,
}: {
  readonly proposal: Proposal;
  readonly preview: Preview;
}): string {
  const rendered = formatRendered(preview);
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
