import type { App, AppClass, Environment, Repository } from '../../model/environment';
import { entriesOf } from '../app-entries';
import { emptyMap, toPlain, type LocatedMap } from '../located';
import { BASE_FILE, fileOf } from '../stage-files';
import { mergedPlain, SOME_CLASS, keyWithClasses } from './classes';
import {
  aboutKey,
  anyAllows,
  appKey,
  baseKey,
  isJson,
  keptOf,
  mayKeep,
  namesCredential,
  NOWHERE,
  putApp,
  recordOf,
  stageKey,
  withoutApps,
  type AppValues,
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
  readonly classes: readonly AppClass[];
}

/**
 * Keeps what a repository was found to say, and gives each stage and app its key. Nothing is where a file
 * holds what looks like a credential and is not allowed, be it rendered or not, or what JSON cannot hold.
 */
export function remember(
  memory: Memory,
  repository: Repository,
  { texts, base: file, shared, stages, classes }: Reading,
): Repository {
  const isKept = (each: LocatedMap, text: string, name: string): boolean =>
    isJson(each) &&
    memory.isAllAllowed(toPlain(each), text, name) &&
    mayKeep(memory, { ...(toPlain(each) as object), apps: {} });
  if (!isKept(file, texts.base, BASE_FILE)) return repository;
  for (const [name, text] of texts.stages)
    if (!isKept(stages.get(name)!, text, fileOf(name))) return repository;
  const isSecret = ({ values }: Environment): boolean =>
    Object.values(values.apps).some((app) => namesCredential(memory, app));
  if (anyAllows(texts) && repository.environments.some(isSecret)) return repository;
  const jsonOf = keptOf(memory, texts);
  const base = baseKey(memory, texts, classes);
  const entries = entriesOf(shared);
  const apps = [...entries].map(([name, { at, value }]): BaseRecord['apps'][number] => {
    const plain = toPlain(value);
    const key = memory.keyOf(['entry', plain]);
    memory.put(key, jsonOf(plain));
    return [name, key, at];
  });
  const below = new Map(apps.map(([name, key]) => [name, key]));
  const { apps: _, ...rest } = toPlain(shared) as { apps: unknown };
  memory.put(base, JSON.stringify({ values: repository.values, rest, apps } satisfies BaseRecord));
  const environments = repository.environments.map((environment): Environment => {
    const { name, cluster } = environment;
    const values = withoutApps(environment);
    const about = aboutKey(memory, name, { cluster, values }, texts.stages.get(name)!);
    const overs = entriesOf(stages.get(name)!);
    const built = new Map<string, AppValues>();
    const keys = new Map<string, string>();
    const keyed = environment.apps.map((app): App => {
      const over = overs.get(app.name)?.value;
      const own = environment.values.apps[app.name]!;
      const isClass = classes.some((each) => each.name === app.name);
      const kind = isClass ? 'class' : 'app';
      const key = appKey(memory, kind, about, below.get(app.name), over && toPlain(over));
      keys.set(app.name, key);
      if (!isClass) {
        putApp(memory, key, recordOf(own), jsonOf(own));
        return { ...app, key };
      }
      built.set(app.name, own);
      const entry = entries.get(app.name);
      const plain = mergedPlain(entry && toPlain(entry.value), over ?? emptyMap(NOWHERE));
      putApp(memory, key, SOME_CLASS, jsonOf(plain));
      return app;
    });
    const places = new Map(environment.apps.map((app) => [app.name, app.locate([])]));
    const key = stageKey(memory, base, name, texts);
    const record: StageRecord = {
      at: environment.locate([]),
      cluster,
      values,
      // In the order of the files.
      apps: Object.keys(environment.values.apps).map((app) => {
        const about = built.has(app) ? SOME_CLASS : recordOf(environment.values.apps[app]!);
        return [app, keys.get(app)!, places.get(app)!, about];
      }),
    };
    memory.put(key, JSON.stringify(record));
    return { ...environment, apps: keyed, key: keyWithClasses(memory, key, built) };
  });
  return { ...repository, environments };
}
