import {
  resolveEnvironment,
  type AppClass,
  type UnresolvedApp,
  type Environment,
  type Repository,
} from '../../model/environment';
import type { Location } from '../../model/errors';
import { yamlApp } from '../../model/values/workloads';
import { sharedOf } from '../base';
import { lineOf, sortByLine } from '../line';
import { emptyMap, locate, mapFromPlain, toPlain, valueAt, type LocatedMap } from '../located';
import { merge } from '../merge';
import { parseYaml } from '../parse-yaml';
import { layersOf } from '../resolve-stage';
import { checkApp, checkRepository, checkStage, type Facts, type Trait } from '../rules';
import { BASE_FILE, fileOf } from '../stage-files';
import { undeclaredCalls } from '../undeclared-calls';
import { resolveAgain, type FreshApps } from './again';
import { classValues, fitBase, withRecords, keyWithClasses, type ClassValues } from './classes';
import { baseKey, keptOf, putApp, stageKey, valuesKey } from './records';
import type { AppValues, BaseRecord, Memory, StageRecord, Texts } from './records';

/** A stage as it is known, and what of it nobody has looked at yet. */
interface Known {
  readonly key: string;
  readonly kept: StageRecord;
  /** With what its classes are now. */
  readonly record: StageRecord;
  readonly classes: ClassValues;
  readonly environment: Environment;
  /** Absent where nothing has changed. */
  readonly fresh?: FreshApps;
}

/**
 * What a repository says, as far as earlier runs know it; of a stage that changed, the apps that changed are resolved,
 * and apps that are classes each time. Undefined where that does not do, or anything is wrong: then all is read, and every
 * problem told. Files are parsed when somebody asks where something stands.
 */
export function recall(memory: Memory, texts: Texts, classes: readonly AppClass[]): Repository | undefined {
  const key = baseKey(memory, texts, classes);
  const base = memory.get(key) as BaseRecord | undefined;
  if (!base || !base.apps.every(([, entry]) => memory.has(entry))) return undefined;
  if (!fitBase(classes, base, memory)) return undefined;
  const baseFile = once(() => parseYaml(texts.base, BASE_FILE).value!);
  const stages = new Map<string, Known>();
  for (const [name, text] of texts.stages) {
    const own = stageKey(memory, key, name, texts);
    const known = memory.get(own) as StageRecord | undefined;
    const again = known ? undefined : resolveAgain(memory, base, name, texts, classes);
    const kept = known ?? again?.record;
    if (!kept) return undefined;
    const plainOf = (app: string): unknown => again?.fresh.get(app) ?? memory.get(valuesKey(app));
    const built = classValues(classes, kept, plainOf);
    if (!built) return undefined;
    const record = withRecords(kept, built);
    const file = once(() => parseYaml(text, fileOf(name)).value!);
    const merged = once(() => {
      const layers = layersOf(sharedOf(baseFile(), classes), file(), texts.unpinned);
      return merge(layers.shared, layers.file).value;
    });
    const stage = { key: own, kept, record, classes: built, fresh: again?.fresh };
    const environment = environmentOf(memory, name, base.values.project, stage, { file, merged });
    if (!environment) return undefined;
    stages.set(name, { ...stage, environment });
  }
  const said = [...stages].map(([name, { record }]): [string, LocatedMap] => [name, lineKeysOf(record)]);
  const line = lineOf(new Map(said), [...stages.keys()]);
  const facts: Facts = {
    values: base.values,
    locate: (path) => whenAsked(() => locate(baseFile(), path)),
    environments: sortByLine(
      [...stages.values()].map(({ environment }) => environment),
      line,
    ),
    apps: new Set([
      ...base.apps.map(([app]) => app),
      ...[...stages.values()].flatMap(({ record }) => record.apps.map(([app]) => app)),
    ]),
  };
  if (line.problems.length > 0 || !holds(stages, facts)) return undefined;
  const jsonOf = keptOf(memory, texts);
  for (const { key: own, kept, fresh } of stages.values()) {
    if (!fresh) continue;
    const records = new Map(kept.apps.map(([, app, , record]) => [app, record]));
    for (const [app, values] of fresh) putApp(memory, app, records.get(app)!, jsonOf(values));
    memory.put(own, JSON.stringify(kept));
  }
  const warnings = undeclaredCalls(facts.environments, ({ name }, found) => {
    for (const app of stages.get(name)!.record.apps) if (app[3].mentions) found.set(app[0], app[3].mentions);
  });
  return { values: facts.values, environments: facts.environments, locate: facts.locate, warnings };
}

/** Whether all rules hold: those of a stage for what changed, those of the whole for all. */
function holds(stages: ReadonlyMap<string, Known>, facts: Facts): boolean {
  const traits = new Set<Trait>();
  for (const { record, environment, classes, fresh } of stages.values()) {
    for (const [, , , app] of record.apps) {
      // An app of another stage that it calls may be gone.
      if (!app.to.every((name) => facts.apps.has(name))) return false;
      if (app.renamedFrom !== undefined) traits.add('renamed');
      if (app.sealed) traits.add('sealed');
    }
    if (!fresh && classes.size === 0) continue;
    if (checkStage(environment, facts, traits).length > 0) return false;
    for (const app of environment.apps) {
      const isNew = classes.has(app.name) || fresh?.has(app.key!);
      if (isNew && checkApp(app, environment, facts).length > 0) return false;
    }
  }
  return checkRepository(facts, traits).length === 0;
}

function environmentOf(
  memory: Memory,
  name: string,
  project: string,
  { key, record: { at, cluster, values, apps }, classes, fresh }: Omit<Known, 'environment'>,
  { file, merged }: { readonly file: () => LocatedMap; readonly merged: () => LocatedMap },
): Environment | undefined {
  const places = new Map<string, Location>();
  const unresolved = new Map<string, UnresolvedApp>();
  for (const [app, appKey, place, { kind, namespace, renamedFrom, to }] of apps) {
    const built = classes.get(app);
    const own = built ?? fresh?.get(appKey);
    const of = valuesKey(appKey);
    // Asked for, that is, also where it is known here: what nobody asks for is forgotten first.
    if (!own && !(memory.has(appKey) && memory.has(of))) return undefined;
    places.set(app, place);
    const valuesOf = (): AppValues =>
      own ??
      (memory.get(of) as AppValues | null) ??
      yamlApp.parse(toPlain(valueAt(merged(), ['apps', app])!));
    const known = built ? undefined : appKey;
    unresolved.set(app, { kind, namespace, renamedFrom, to, key: known, values: valuesOf });
  }
  const whole = once(() => Object.fromEntries([...unresolved].map(([app, one]) => [app, one.values()])));
  return resolveEnvironment({
    name,
    project,
    cluster,
    key: keyWithClasses(memory, key, classes),
    apps: unresolved,
    values: {
      ...values,
      get apps() {
        return whole();
      },
    },
    locate: (path) => {
      if (path.length === 0) return at;
      const place = path.length === 2 && path[0] === 'apps' ? places.get(String(path[1])) : undefined;
      // Those are the stage's own: a run that warns of one need not read base.yaml.
      const text = path[0] === 'allowDestructive' ? file : merged;
      return place ?? whenAsked(() => locate(text(), path));
    },
  });
}

/** What the line of promotion is read from. */
function lineKeysOf({ values: { promotesFrom }, at }: StageRecord): LocatedMap {
  return promotesFrom === undefined ? emptyMap(at) : mapFromPlain({ promotesFrom }, at);
}

/** A place that is looked for when somebody reads it: most are there for a problem that never comes. */
function whenAsked(find: () => Location): Location {
  const at = once(find);
  return {
    get file() {
      return at().file;
    },
    get line() {
      return at().line;
    },
    get column() {
      return at().column;
    },
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
