import { formatApproval } from '../delivery/approvals';
import { formatRendered } from './format';
import type { Outcome } from './proposal';

/** As code on one line: nobody is mentioned, nothing is linked, and no markup is read. */
const literal = (text: string): string => `\`${text.replace(/\s*[\r\n]+\s*/g, ' ').replaceAll('`', "'")}\``;

/** In Markdown, where a line end alone is none. */
const LINE_BREAK = '  ';

/** A third of the 65,536 characters that GitHub takes of a description, with room for all that has no list. */
const ROOM = 18_000;

/** As many lines as there is room for, and how many are left out; of a large promotion nobody reads them all. */
function fitting(lines: readonly string[], more: (count: number) => string): readonly string[] {
  let room = ROOM;
  const over = lines.findIndex((line) => (room -= line.length + 1) < 0);
  return over < 0 ? lines : [...lines.slice(0, over), more(lines.length - over)];
}

/** The description of a pull or merge request, in the Markdown that GitHub and GitLab both read. */
export function pullRequestBody({ proposal, preview }: Outcome): string | undefined {
  if (!proposal || !preview) return undefined;
  const rendered = formatRendered(preview).map((line) => line.replaceAll('```', "'''"));
  const files = [...preview.changes.keys()].sort().map((path) => `\`${path}\``);
  return [
    `## ${literal(proposal.subject)}`,
    '',
    ...fitting(
      proposal.lines.map((line) => `- ${literal(line)}`),
      (count) => `- and ${count} more, which the commit names`,
    ),
    '',
    '<details><summary>Rendered difference</summary>',
    '',
    '```diff',
    ...(rendered.length > 0
      ? fitting(rendered, (count) => `and ${count} more lines`)
      : ['no object changes']),
    '```',
    '',
    '</details>',
    '',
    `No other stage changes. Files: ${fitting(files, (count) => `and ${count} more`).join(', ')}`,
    ...preview.approvals.map((approval) => `\nNeeds \`${formatApproval(approval)}\``),
    '',
    // One paragraph at the end: a host that squashes may make this the message of the commit, and git finds them there.
    ...proposal.trailers.map(
      ([key, value]) => `${key}: ${/^[\w. -]*$/.test(value) ? value : literal(value)}${LINE_BREAK}`,
    ),
    '',
  ].join('\n');
}
