import type { App, Environment } from '../../model/environment';
import type { Cache } from '../cache';
import { renderUnits, type CrewOptions } from './crew';
import { appInput, stageInput, type Unit, type UnitInput } from './input';

export type { CrewOptions } from './crew';
export type { Unit } from './input';

/** What was rendered and found to be right by itself: apps, and what stages have beside them. */
export type Units = ReadonlyMap<App | Environment, Unit>;

/** A class may read what it likes, and plain manifests lie in files of their own. */
const OTHERS = ['class', 'manifests'];

/**
 * Renders what depends on values and this program alone: what the cache knows is not rendered again.
 *
 * @param sourceOf what the file of an app, or of the stage itself, names as its source
 */
export async function provenUnits(
  environments: readonly Environment[],
  sourceOf: (environment: Environment, app?: App) => string,
  cache: Cache,
  crew: CrewOptions = {},
): Promise<Units> {
  const units = new Map<App | Environment, Unit>();
  const missing: { readonly of: App | Environment; readonly key: string; readonly input: UnitInput }[] = [];
  for (const environment of environments) {
    const stage = stageInput(environment);
    const about = cache.keyOf(stage);
    for (const app of [undefined, ...environment.apps.filter(({ kind }) => !OTHERS.includes(kind))]) {
      const of = app ?? environment;
      const input = { stage, app: app && appInput(app), source: sourceOf(environment, app) };
      const key = cache.keyOf([about, input.app, input.source]);
      const known = cache.get(key) as Unit | undefined;
      if (known) units.set(of, known);
      else missing.push({ of, key, input });
    }
  }
  const rendered = await renderUnits(
    missing.map(({ input }) => input),
    crew,
  );
  for (const [i, { of, key }] of missing.entries()) {
    const unit = rendered[i];
    if (!unit) continue;
    units.set(of, unit);
    cache.put(key, { ...unit, proven: { ...unit.proven, text: undefined } });
  }
  return units;
}
