import { formatApproval } from '../delivery/approvals';
import { formatRendered } from './format';
import type { Outcome } from './proposal';

/** As code on one line: nobody is mentioned, nothing is linked, and no markup is read. */
const literal = (text: string): string => `\`${text.replace(/\s*[\r\n]+\s*/g, ' ').replaceAll('`', "'")}\``;

/** The description of a pull or merge request, in the Markdown that GitHub and GitLab both read. */
export function pullRequestBody({ proposal, preview }: Outcome): string | undefined {
  if (!proposal || !preview) return undefined;
  const rendered = formatRendered(preview).map((line) => line.replaceAll('```', "'''"));
  return [
    `## ${literal(proposal.subject)}`,
    '',
    ...proposal.lines.map((line) => `- ${literal(line)}`),
    '',
    '<details><summary>Rendered difference</summary>',
    '',
    '```diff',
    ...(rendered.length > 0 ? rendered : ['no object changes']),
    '```',
    '',
    '</details>',
    '',
    `No other stage changes. Files: ${[...preview.changes.keys()]
      .sort()
      .map((path) => `\`${path}\``)
      .join(', ')}`,
    ...preview.approvals.map((approval) => `\nNeeds \`${formatApproval(approval)}\``),
    ...proposal.trailers.map(
      ([key, value]) => `\n${key}: ${/^[\w. -]*$/.test(value) ? value : literal(value)}`,
    ),
    '',
  ].join('\n');
}
