import { createHash } from 'node:crypto';
import { isYamlApp } from '../../constructs';
import type { App, Environment } from '../../model/environment';
import { UnitCache } from './cache';
import { renderUnits, type CrewOptions } from './crew';
import { engineHash } from './engine';
import { appInput, stageInput, type Unit, type UnitInput } from './unit';

export { UnitCache } from './cache';
export type { CrewOptions } from './crew';
export type { Unit } from './unit';

/** Apps that were rendered, and found to be right by themselves. */
export type Units = ReadonlyMap<App, Unit>;

/**
 * Renders the apps that depend on their values and this program alone: those that the cache knows are not rendered
 * again. A class may read what it likes, and plain manifests lie in files of their own: they are no such apps.
 *
 * @param sourceOf what the file of an app names as its source
 */
export async function provenUnits(
  environments: readonly Environment[],
  sourceOf: (environment: Environment, app: App) => string,
  cache: UnitCache,
  crew: CrewOptions = {},
): Promise<Units> {
  const units = new Map<App, Unit>();
  const missing: { readonly app: App; readonly key: string; readonly input: UnitInput }[] = [];
  const engine = cache.isOn ? engineHash() : '';
  for (const environment of environments) {
    const stage = stageInput(environment);
    const about = sha256([engine, stage]);
    for (const app of environment.apps.filter(isYamlApp)) {
      const input = { stage, app: appInput(app), source: sourceOf(environment, app) };
      const key = cache.isOn ? sha256([about, input.app, input.source]) : '';
      const known = cache.get(key);
      if (known) units.set(app, known);
      else missing.push({ app, key, input });
    }
  }
  const rendered = await renderUnits(
    missing.map(({ input }) => input),
    crew,
  );
  for (const [i, { app, key }] of missing.entries()) {
    const unit = rendered[i];
    if (!unit) continue;
    units.set(app, unit);
    cache.add(key, unit);
  }
  return units;
}

/** In the order in which the keys stand: what comes in another order is rendered again, to the same end. */
const sha256 = (data: unknown): string => createHash('sha256').update(JSON.stringify(data)).digest('hex');
