import type { App, Environment, Repository } from '../../model/environment';
import { entriesOf } from '../app-entries';
import { toPlain, type LocatedMap } from '../located';
import {
  aboutKey,
  appKey,
  baseKey,
  isJson,
  mayKeep,
  putApp,
  recordOf,
  stageKey,
  withoutApps,
  type BaseRecord,
  type Memory,
  type StageRecord,
  type Texts,
} from './records';

/** What a run read that found nothing wrong. */
export interface Reading {
  readonly texts: Texts;
  readonly base: LocatedMap;
  /** What of it stages are laid over. */
  readonly shared: LocatedMap;
  readonly stages: ReadonlyMap<string, LocatedMap>;
}

/**
 * Keeps what a repository was found to say, and gives each stage and app its key. Nothing is where a file
 * holds what looks like a credential, be it allowed or rendered nowhere, or what JSON cannot hold.
 */
export function remember(
  memory: Memory,
  repository: Repository,
  { texts, base: file, shared, stages }: Reading,
): Repository {
  if ([texts.base, ...texts.stages.values()].some((text) => text.includes('allowSecret'))) return repository;
  const files = [file, ...stages.values()];
  if (!files.every((each) => isJson(each) && mayKeep(memory, toPlain(each)))) return repository;
  const base = baseKey(memory, texts);
  const apps = [...entriesOf(shared)].map(([name, { at, value }]): BaseRecord['apps'][number] => {
    const json = JSON.stringify(toPlain(value));
    const key = memory.keyOf(['entry', json]);
    memory.put(key, json);
    return [name, key, at];
  });
  const below = new Map(apps.map(([name, key]) => [name, key]));
  const { apps: _, ...rest } = toPlain(shared) as { apps: unknown };
  memory.put(base, JSON.stringify({ values: repository.values, rest, apps } satisfies BaseRecord));
  const environments = repository.environments.map((environment): Environment => {
    const { name, cluster } = environment;
    const values = withoutApps(environment);
    const about = aboutKey(memory, name, { cluster, values });
    const overs = entriesOf(stages.get(name)!);
    const keyed = environment.apps.map((app): App => {
      const over = overs.get(app.name)?.value;
      const key = appKey(memory, about, below.get(app.name), over && toPlain(over));
      putApp(memory, key, environment.values.apps[app.name]!);
      return { ...app, key };
    });
    const byName = new Map(keyed.map((app) => [app.name, app]));
    const key = stageKey(memory, base, name, texts);
    const record: StageRecord = {
      at: environment.locate([]),
      cluster,
      values,
      // In the order of the files.
      apps: Object.keys(environment.values.apps).map((app) => {
        const { key: own, locate } = byName.get(app)!;
        return [app, own!, locate([]), recordOf(environment.values.apps[app]!)];
      }),
    };
    memory.put(key, JSON.stringify(record));
    return { ...environment, apps: keyed, key };
  });
  return { ...repository, environments };
}
