/** Where in an input file a problem was found. Lines and columns count from 1. */
export interface Location {
  /** Path relative to the repository's root, with forward slashes. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that a person can mend: what is wrong, what follows, what to do. */
export interface Problem {
  /** Stable, kebab-case identifier, e.g. `unknown-key`; documented in docs/errors.md. */
  readonly code: string;
  /** What is wrong, with the offending value quoted (never a secret's value). */
  readonly cause: string;
  /** What would happen, or did not happen, because of it. */
  readonly consequence?: string;
  /** What to do about it. */
  readonly remedy?: string;
  readonly at?: Location;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, error: 1, different: 2, refused: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An error that a user can cause and mend. It carries every problem found in the input, not only the first;
 * the command line prints them without a stack and exits with `exitCode`.
 */
export class UserError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(problems: Problem | readonly Problem[], exitCode: ExitCode = EXIT.error) {
    const list = sortProblems(Array.isArray(problems) ? problems : [problems as Problem]);
    super(formatProblems(list));
    this.name = 'UserError';
    this.problems = list;
    this.exitCode = exitCode;
  }
}

/** `file:line:column: cause (code)`, then consequence and remedy on lines of their own. */
export const formatProblem = (problem: Problem): string => formatProblems([problem]);

/** What follows from several in a row, and what to do about it, is said once where it is the same. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map((problem, i) => {
      const next = problems[i + 1];
      const isLast = next === undefined || next.code !== problem.code || tailOf(next) !== tailOf(problem);
      const head = `${formatLocation(problem.at)}${visible(problem.cause)} [${problem.code}]`;
      return isLast ? `${head}${tailOf(problem)}` : head;
    })
    .join('\n');
}

const tailOf = ({ consequence, remedy }: Problem): string =>
  [consequence, remedy && `→ ${remedy}`]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => `\n    ${visible(part!).replaceAll('\n', '\n      ')}`)
    .join('');

function formatLocation(at: Location | undefined): string {
  if (!at) return '';
  const position = [at.line, at.column].filter((n) => n !== undefined).map((n) => `:${n}`);
  return `${visible(at.file)}${position.join('')}: `;
}

/** Control and bidirectional characters would let an input rewrite the terminal: show them escaped. */
function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => {
      return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}

function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((p) => [JSON.stringify(p), p]));
  const key = (p: Problem): [string, number, number] => [
    p.at?.file ?? '',
    p.at?.line ?? 0,
    p.at?.column ?? 0,
  ];
  return [...unique.values()].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : x[1] - y[1] || x[2] - y[2];
  });
}
