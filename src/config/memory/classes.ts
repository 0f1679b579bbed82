import type { AppClass } from '../../model/environment';
import { unfitValues } from '../class-values';
import type { Located } from '../located';
import { mapFromPlain, toPlain } from '../located';
import { merge } from '../merge';
import { validate } from '../validate';
import { NOWHERE, recordOf } from './records';
import type { AppRecord, AppValues, BaseRecord, Memory, StageRecord } from './records';

/** The apps of a stage that are classes, by name, as their schemas leave their values now. */
export type ClassValues = ReadonlyMap<string, AppValues>;

/** Stands for a class in what is kept: what it is follows from what its schema says in each run. */
export const SOME_CLASS: AppRecord = { kind: 'class', to: [], sealed: false };

/** Whether what base.yaml says of the classes is right by their schemas, which may be others than before. */
export const fitBase = (classes: readonly AppClass[], base: BaseRecord, memory: Memory): boolean =>
  classes.every(({ name, values }) => {
    const [, key] = base.apps.find(([app]) => app === name)!;
    const plain = memory.get(key) as object | null;
    if (!plain) return false;
    const entry = mapFromPlain(plain, NOWHERE);
    return validate(values, entry).problems.every(({ incomplete }) => incomplete);
  });

/**
 * What the schemas of the classes make of what the files say of them: a schema may read what it likes, so that no earlier
 * answer counts. Undefined where one does not fit.
 *
 * @param plainOf what the files say of the app of this key
 */
export function classValues(
  classes: readonly AppClass[],
  { apps }: StageRecord,
  plainOf: (key: string) => unknown,
): ClassValues | undefined {
  const found = new Map<string, AppValues>();
  for (const { name, values } of classes) {
    const known = apps.find(([app]) => app === name);
    if (!known) continue;
    const plain = plainOf(known[1]);
    const { data } = plain === undefined ? {} : values.safeParse(plain);
    if (unfitValues(data)) return undefined;
    found.set(name, data as AppValues);
  }
  return found;
}

/** A stage with what its classes are now. */
export function withRecords(kept: StageRecord, built: ClassValues): StageRecord {
  if (built.size === 0) return kept;
  const apps = kept.apps.map(([name, key, at, app]): StageRecord['apps'][number] => {
    const values = built.get(name);
    return [name, key, at, values ? recordOf(values) : app];
  });
  return { ...kept, apps };
}

/** The key of a stage with its classes: other values of one make another stage of it. */
export const keyWithClasses = (memory: Memory, stage: string, built: ClassValues): string =>
  built.size === 0
    ? stage
    : memory.keyOf(['classes', stage, [...built].sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What comes of a value over another; undefined where it removes what is not there. */
export function mergedPlain(base: unknown, over: Located): unknown {
  if (over.kind !== 'map') return undefined;
  const { value, problems } = merge(mapFromPlain(base ?? {}, NOWHERE), over);
  return problems.length > 0 ? undefined : toPlain(value);
}
