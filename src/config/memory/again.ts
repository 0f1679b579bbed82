import type { z } from 'zod';
import { ownStageSchema, type AppClass } from '../../model/environment';
import { yamlApp } from '../../model/values/workloads';
import { misnamedApps } from '../app-entries';
import { emptyMap, toPlain, valueAt } from '../located';
import { parseYaml } from '../parse-yaml';
import { fileOf } from '../stage-files';
import { mergedPlain, SOME_CLASS } from './classes';
import {
  aboutKey,
  allowsAny,
  appKey,
  isJson,
  mayKeep,
  namesCredential,
  NOWHERE,
  recordOf,
  valuesKey,
} from './records';
import type { AppRecord, AppValues, BaseRecord, Memory, StageRecord, Texts } from './records';

/** Apps that were resolved just now, by their keys: their values, and of classes what the files say. */
export type FreshApps = ReadonlyMap<string, AppValues>;

/**
 * A stage whose file changed, laid over what is known of base.yaml: only those of its apps are merged and checked that
 * are not known as they are now. Undefined where anything is wrong, or that cannot be told.
 */
export function resolveAgain(
  memory: Memory,
  base: BaseRecord,
  name: string,
  { stages, unpinned }: Texts,
  classes: readonly AppClass[],
): { readonly record: StageRecord; readonly fresh: FreshApps } | undefined {
  const text = stages.get(name)!;
  const { value: file, problems } = parseYaml(text, fileOf(name));
  if (!file || problems.length > 0 || !isJson(file) || misnamedApps(file).length > 0) return undefined;
  if (file.entries.has('base') && !unpinned) return undefined;
  const allows = allowsAny(text);
  if (allows && !memory.isAllAllowed(toPlain(file), text, fileOf(name))) return undefined;
  const [overs, rest] = [valueAt(file, ['apps']), { ...file, entries: new Map(file.entries) }];
  if (overs && overs.kind !== 'map') return undefined;
  rest.entries.delete('apps');

  const said = typed(ownStageSchema, mergedPlain(base.rest, rest));
  if (!said || !mayKeep(memory, said) || !Object.hasOwn(base.values.clusters, said.cluster)) return undefined;
  const cluster = { ...base.values.clusters[said.cluster]!, name: said.cluster };
  const stage = { at: file.at, values: { ...said, apps: {} }, cluster };

  const about = aboutKey(memory, name, stage, text);
  const known = new Map(base.apps.map(([app, key, at]) => [app, { key, at }]));
  const fresh = new Map<string, AppValues>();
  const apps: StageRecord['apps'][number][] = [];
  for (const app of new Set([...known.keys(), ...(overs?.entries.keys() ?? [])])) {
    const [below, over] = [known.get(app), overs?.entries.get(app)];
    if (over?.value.kind === 'scalar' && over.value.value === null) {
      if (!below) return undefined;
      continue;
    }
    const own = over && toPlain(over.value);
    const isClass = classes.some(({ name }) => name === app);
    const key = appKey(memory, isClass ? 'class' : 'app', about, below?.key, own);
    let record = memory.has(valuesKey(key)) ? (memory.get(key) as AppRecord | undefined) : undefined;
    if (!record) {
      const entry = below && memory.get(below.key);
      // It holds what is allowed.
      if (entry === null) return undefined;
      const plain = mergedPlain(entry, over?.value ?? emptyMap(NOWHERE));
      const resolved = (isClass ? plain : typed(yamlApp, plain)) as AppValues | undefined;
      if (!resolved || !(allows || mayKeep(memory, { apps: { own } }))) return undefined;
      if (allows && !isClass && namesCredential(memory, resolved)) return undefined;
      fresh.set(key, resolved);
      record = isClass ? SOME_CLASS : recordOf(resolved);
    }
    apps.push([app, key, over?.at ?? below!.at, record]);
  }
  return { record: { ...stage, apps }, fresh };
}

function typed<T>(schema: z.ZodType<T>, plain: unknown): T | undefined {
  return plain === undefined ? undefined : schema.safeParse(plain).data;
}
