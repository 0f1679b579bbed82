import type { Problem } from '../model/errors';

export interface StageProblem {
  readonly stage: string;
  readonly problem: Problem;
}

/**
 * Puts the problems of all stages together. What several stages inherit from base.yaml is one problem; it names the
 * stages, unless all have it or base.yaml has it by itself.
 */
export function blameBase(
  found: readonly StageProblem[],
  baseProblems: readonly Problem[],
  stages: number,
): readonly Problem[] {
  const key = ({ code, cause, at }: Problem): string => JSON.stringify([code, cause, at]);
  const known = new Set(baseProblems.map(key));
  const groups = new Map<string, { problem: Problem; stages: string[] }>();
  for (const { stage, problem } of found) {
    const { code, cause, consequence, remedy, at } = problem;
    const group = groups.get(key(problem)) ?? {
      problem: { code, cause, consequence, remedy, at },
      stages: [],
    };
    group.stages.push(stage);
    groups.set(key(problem), group);
  }
  return [...groups.entries()]
    .filter(([id]) => !known.has(id))
    .map(([, group]) => {
      const inherited = group.problem.at?.file.endsWith('/base.yaml');
      if (!inherited || group.stages.length === stages) return group.problem;
      const names = group.stages.sort().join(', ');
      const consequence = `So it is in ${group.stages.length === 1 ? 'stage' : 'the stages'} ${names}.`;
      return { ...group.problem, consequence };
    });
}
