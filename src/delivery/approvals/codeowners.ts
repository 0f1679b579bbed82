import type { GitHost } from '../../model/git-host';
import { covers, ownersOf, type ApprovalRule } from './rules';

const BEGIN = '# stageline: begin';
const END = '# stageline: end';
const HEAD = [
  `${BEGIN} (made of gates.approvals by "stageline synth"; a change by hand is lost)`,
  '# It stays the last part of the file: the last line that matches a path is the one that counts.',
];

/** CODEOWNERS without what stageline wrote there; undefined when its marks are not in pairs. */
export function byHand(text: string): string | undefined {
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    const [begins, ends] = [line.startsWith(BEGIN), line.startsWith(END)];
    if ((begins && inside) || (ends && !inside)) return undefined;
    if (begins && kept.at(-1) === '') kept.pop();
    if (begins) inside = true;
    else if (ends) inside = false;
    else if (!inside) kept.push(line);
  }
  return inside ? undefined : kept.join('\n');
}

export const hasBlock = (text: string): boolean => text.split('\n').some((line) => line.startsWith(BEGIN));

/** What was written by hand, and then our lines. */
export function codeowners(hand: string, rules: readonly ApprovalRule[], host: GitHost): string {
  const above = hand.trimEnd();
  if (rules.length === 0) return above === '' ? '' : `${above}\n`;
  const lines = host === 'gitlab' ? rules.flatMap(section) : list(rules);
  return [...(above === '' ? [] : [above, '']), ...HEAD, ...lines, END, ''].join('\n');
}

/** GitLab asks for the approvals of every section. https://docs.gitlab.com/user/project/codeowners/reference/ */
function section({ stage, count, owners, paths }: ApprovalRule): string[] {
  return [`${sectionName(stage)}${count > 1 ? `[${count}]` : ''} ${owners.join(' ')}`, ...paths];
}

const sectionName = (stage: string): string => `[stageline ${stage}]`;

/** Sections of the same name would be joined, and the ones by hand would overrule ours. */
export function sectionsByHand(hand: string, rules: readonly ApprovalRule[]): string[] {
  const there = hand.toLowerCase().split('\n');
  return rules
    .map(({ stage }) => sectionName(stage))
    .filter((name) => there.some((line) => line.replace(/^\s*\^?/, '').startsWith(name)));
}

/**
 * GitHub takes the last line that matches a file, so each path has one line with everybody who approves a stage that it
 * changes. https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
function list(rules: readonly ApprovalRule[]): string[] {
  const paths = [...new Set(rules.flatMap((rule) => rule.paths))].sort();
  return paths.map((path) => `${path} ${ownersOf(rules.filter((rule) => covers(rule, path))).join(' ')}`);
}
