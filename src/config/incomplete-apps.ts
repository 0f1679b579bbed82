import type { AppClass } from '../model/environment';
import type { Problem } from '../model/errors';
import { suggest } from '../model/nearest';
import type { Base } from './base';
import { valueAt, type LocatedMap } from './located';
import { BASE_FILE } from './stage-files';

/**
 * Apps of a stage that base.yaml does not know and that say no kind: most likely misspelt names. One problem says so,
 * instead of one for each key that such an app lacks.
 */
export function incompleteApps(
  stage: LocatedMap,
  base: Base,
  classes: readonly AppClass[],
): { readonly apps: ReadonlySet<string>; readonly problems: readonly Problem[] } {
  const shared = valueAt(base.shared, ['apps']);
  const known = new Set([
    ...(shared?.kind === 'map' ? shared.entries.keys() : []),
    ...classes.map(({ name }) => name),
  ]);
  const apps = valueAt(stage, ['apps']);
  const entries = apps?.kind === 'map' ? [...apps.entries] : [];
  const incomplete = entries.filter(
    ([name, { value }]) => !known.has(name) && value.kind === 'map' && !value.entries.has('kind'),
  );
  return {
    apps: new Set(incomplete.map(([name]) => name)),
    problems: incomplete.map(([name, entry]) => ({
      code: 'unknown-app',
      cause: `apps.${name} is not in ${BASE_FILE}, and has no kind of its own`,
      remedy: suggest(name, known, `Add "kind:" and what that kind needs, or the app to ${BASE_FILE}.`),
      at: entry.at,
    })),
  };
}
