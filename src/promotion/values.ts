import type { ValuePath } from '../config/yaml-edit';
import { valueIn } from '../config/yaml-edit';

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges as environments/ are merged: maps key by key, anything else replaces, null removes. */
export function mergeValues(base: unknown, over: unknown): unknown {
  if (!isPlain(over)) return over;
  const below = isPlain(base) ? base : {};
  const keys = [...new Set([...Object.keys(below), ...Object.keys(over)])];
  return Object.fromEntries(
    keys
      .filter((key) => !(Object.hasOwn(over, key) && over[key] === null))
      .map((key) => [key, Object.hasOwn(over, key) ? mergeValues(below[key], over[key]) : below[key]]),
  );
}

/** A stage as far as promotion looks at it: its own file, and the base.yaml that it renders with. */
export interface StageSource {
  readonly name: string;
  /** Path of its file from the root. */
  readonly file: string;
  readonly text: string;
  /** Plain data of its file. */
  readonly values: unknown;
  /** The revision it is pinned to; undefined: it follows the working tree. */
  readonly base: string | undefined;
  /** Plain data of base.yaml at that revision, or in the working tree. */
  readonly baseValues: unknown;
}

/** The apps of a stage with their values, defaults of schemas left out. */
export function appsOf(stage: Pick<StageSource, 'values' | 'baseValues'>): Readonly<Record<string, unknown>> {
  const own = valueIn(stage.values, ['apps']);
  const merged = mergeValues(valueIn(stage.baseValues, ['apps']), own === undefined ? {} : own);
  return isPlain(merged) ? merged : {};
}

/** The stage before it in the line, as its file says. */
export function sourceOf(values: unknown): string | undefined {
  const name = valueIn(values, ['promotesFrom']);
  return typeof name === 'string' ? name : undefined;
}

/** Whether a stage declares a value its own: `frontend.env.LOG_LEVEL`, or everything below `frontend.env`. */
export function isOwn(values: unknown, app: string, path: ValuePath): boolean {
  const own = valueIn(values, ['own']);
  const full = [app, ...path].join('.');
  return Array.isArray(own) && own.some((entry) => entry === full || full.startsWith(`${String(entry)}.`));
}

/** The keys of a stage's file whose `null` would remove nothing from this base. */
export function idleNulls(values: unknown, baseValues: unknown): ValuePath[] {
  const found: ValuePath[] = [];
  const look = (over: unknown, base: unknown, path: ValuePath): void => {
    if (!isPlain(over)) return;
    for (const [key, value] of Object.entries(over)) {
      const has = isPlain(base) && Object.hasOwn(base, key);
      if (value === null && !has) found.push([...path, key]);
      else look(value, has ? (base as Plain)[key] : undefined, [...path, key]);
    }
  };
  look(valueIn(values, ['apps']), valueIn(baseValues, ['apps']), ['apps']);
  return found;
}
