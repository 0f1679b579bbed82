import type { Problem } from '../model/errors';
import { counted } from '../model/counted';

/** How many problems of one file are told; what is beyond is counted. */
export const MAX_PROBLEMS = 50;

/** The first problems of each file, and how many more there are. */
export function limitPerFile(problems: readonly Problem[]): readonly Problem[] {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const file = problem.at?.file ?? '';
    const group = files.get(file);
    if (group) group.push(problem);
    else files.set(file, [problem]);
  }
  return [...files].flatMap(([file, group]) => limit(group, file));
}

function limit(problems: readonly Problem[], file: string): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const sorted = [...problems].sort(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
  const rest: Problem = {
    code: 'too-many-problems',
    cause: `${file} has ${counted(problems.length - MAX_PROBLEMS, 'more problem')}`,
    remedy: 'Mend the first ones, and run the command again.',
    at: sorted[MAX_PROBLEMS]!.at,
  };
  return [...sorted.slice(0, MAX_PROBLEMS), rest];
}
