import type { Problem } from '../model/errors';
import type { RenderedStage } from '../model/rendered';

/**
 * Tells a mistake in base.yaml or in a class once, and not once for each stage that inherits it: problems of one place
 * that differ in the namespace alone become the first of them, which names the other namespaces.
 */
export function onceForAllStages(problems: readonly Problem[], stages: readonly RenderedStage[]): Problem[] {
  const namespaces = stages.flatMap((stage) => stage.namespaces).sort((a, b) => b.length - a.length);
  const groups = new Map<string, { readonly first: Problem; readonly others: Set<string> }>();
  for (const problem of problems) {
    const namespace = namespaces.find((name) => problem.cause.includes(`${name}/`));
    const cause = namespace === undefined ? problem.cause : problem.cause.replaceAll(`${namespace}/`, '*/');
    const key = JSON.stringify([problem.code, problem.at, cause]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: problem, others: new Set() });
    else if (namespace !== undefined && problem.cause !== group.first.cause) group.others.add(namespace);
  }
  return [...groups.values()].map(({ first, others }) => {
    if (others.size === 0) return first;
    const also = `So it is in ${[...others].sort().join(', ')} too.`;
    return { ...first, consequence: [first.consequence, also].filter(Boolean).join(' ') };
  });
}
