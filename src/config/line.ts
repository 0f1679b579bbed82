import type { Problem } from '../model/errors';
import { suggest } from '../model/nearest';
import { valueAt, type LocatedMap } from './located';

/** The line of promotion: how many stages lie before each stage. */
export interface Line {
  readonly depth: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

/**
 * Reads `promotesFrom` of every stage, also of stages that have other problems.
 *
 * @param names every stage that has a file, also one that cannot be parsed
 */
export function lineOf(stages: ReadonlyMap<string, LocatedMap>, names: readonly string[]): Line {
  const before = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, file] of stages) {
    const node = valueAt(file, ['promotesFrom']);
    if (node?.kind !== 'scalar' || typeof node.value !== 'string') continue;
    if (names.includes(node.value)) before.set(name, node.value);
    else {
      problems.push({
        code: 'unknown-stage',
        cause: `promotesFrom names ${JSON.stringify(node.value)}, and there is no such stage`,
        remedy: suggest(
          node.value,
          names.filter((other) => other !== name),
          'Bring that stage back, or name the one before this. Without the line this is a first stage, which Argo CD syncs by itself.',
        ),
        at: node.at,
      });
    }
  }
  const depth = new Map<string, number>();
  const reported = new Set<string>();
  for (const name of names) {
    const path = [name];
    for (let at = before.get(name); at !== undefined && !path.includes(at); at = before.get(at))
      path.push(at);
    depth.set(name, path.length - 1);
    const back = before.get(path.at(-1)!);
    if (back !== name || reported.has(name)) continue;
    path.forEach((stage) => reported.add(stage));
    problems.push({
      code: 'cycle-in-line',
      cause: `the line of promotion runs in a circle: ${[...path, name].join(' ← ')}`,
      consequence: 'Nothing could ever reach these stages.',
      remedy: 'Delete promotesFrom in the stage that comes first.',
      at: valueAt(stages.get(name), ['promotesFrom'])!.at,
    });
  }
  return { depth, problems };
}

/** By place in the line, then by name. */
export function sortByLine<T extends { readonly name: string }>(stages: readonly T[], line: Line): T[] {
  const depth = (stage: T): number => line.depth.get(stage.name) ?? 0;
  return [...stages].sort((a, b) => depth(a) - depth(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
