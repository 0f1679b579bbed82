import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { promotableValues, type ChangeClass, type PromotableValue } from './promotable';
import { appsOf, idleNulls, isOwn, type StageSource } from './values';
import { editYaml, valueIn, type ValueEdit, type ValuePath } from '../config/yaml-edit';

/** One thing that travels. */
export interface PlannedChange {
  readonly class: ChangeClass;
  /** Absent for a change of the base. */
  readonly app?: string;
  /** Within the app; `["base"]` for a change of the base. */
  readonly path: ValuePath;
  /** What the target runs now, and would run; undefined: it has no such value. */
  readonly before: unknown;
  readonly after: unknown;
  /** Whether the target's own file says otherwise today, other than by an image. */
  readonly overwrites: boolean;
}

/** Everything that one promotion changes in the target's file. */
export interface PromotionPlan {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly PlannedChange[];
  readonly edits: readonly ValueEdit[];
  /** Apps that the source has and the target has not: they come with the base. */
  readonly missing: readonly string[];
  /** The target's file afterwards, and the base.yaml that it renders with then. */
  readonly text: string;
  readonly baseValues: unknown;
}

export interface PromotionInput {
  readonly from: StageSource;
  readonly to: StageSource;
  /** Only these apps, and then no base. */
  readonly apps?: readonly string[];
  readonly classes: readonly ChangeClass[];
  /** The schema of an app's values, by its name and kind; undefined for an app that no class and no kind explains. */
  readonly schemaOf: (app: string, kind: string | undefined) => z.ZodType | undefined;
  /** The revision that the target would render from, and base.yaml there; absent: it has the same base already. */
  readonly newBase?: { readonly revision: string; readonly baseValues: unknown };
}

/** What promoting means, as a pure function: which values of the target's file change, and to what. */
export function planPromotion(input: PromotionInput): PromotionPlan {
  const { from, to, classes } = input;
  const changes: PlannedChange[] = [];
  const edits: ValueEdit[] = [];
  const newBase = classes.includes('base') && input.apps === undefined ? input.newBase : undefined;
  const target = { ...to, baseValues: newBase?.baseValues ?? to.baseValues };
  if (newBase && newBase.revision !== to.base) {
    const { revision } = newBase;
    changes.push({ class: 'base', path: ['base'], before: to.base, after: revision, overwrites: false });
    edits.push({ path: ['base'], value: revision });
    for (const path of idleNulls(to.values, newBase.baseValues)) edits.push({ path, value: undefined });
  }
  const [source, now] = [appsOf(from), appsOf(target)];
  const wanted = input.apps ?? Object.keys(source).sort();
  for (const app of wanted.filter((name) => Object.hasOwn(now, name) && Object.hasOwn(source, name))) {
    for (const value of travelling(input, app, source[app], now[app])) {
      const change = changeOf(value, app, source, now, to);
      if (!change) continue;
      changes.push(change);
      edits.push(editFor(change, target));
    }
  }
  const missing = wanted.filter((app) => Object.hasOwn(source, app) && !Object.hasOwn(now, app));
  return {
    from: from.name,
    to: to.name,
    changes,
    edits,
    missing,
    text: editYaml(to.text, edits, to.file),
    baseValues: target.baseValues,
  };
}

function travelling(input: PromotionInput, app: string, ...samples: unknown[]): PromotableValue[] {
  const kind = valueIn(samples[0], ['kind']);
  const schema = input.schemaOf(app, typeof kind === 'string' ? kind : undefined);
  if (!schema) return [];
  return promotableValues(schema, samples).filter(
    ({ path, class: is }) =>
      input.classes.includes(is) &&
      !isOwn(input.from.values, app, path) &&
      !isOwn(input.to.values, app, path),
  );
}

function changeOf(
  value: PromotableValue,
  app: string,
  source: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
  to: StageSource,
): PlannedChange | undefined {
  const [before, after] = [valueIn(now[app], value.path), valueIn(source[app], value.path)];
  if (isDeepStrictEqual(before, after)) return undefined;
  const own = valueIn(to.values, ['apps', app, ...value.path]);
  // What only the target's own file has, the source cannot take away.
  if (after === undefined && own !== undefined) return undefined;
  const overwrites = value.class === 'config' && own !== undefined;
  return { class: value.class, app, path: value.path, before, after, overwrites };
}

/** Nothing at the source, and something in the target's base: `null` removes it. A `null` in the way goes. */
function editFor(change: PlannedChange, target: Pick<StageSource, 'values' | 'baseValues'>): ValueEdit {
  const path = ['apps', change.app!, ...change.path];
  const restores =
    valueIn(target.values, path) === null &&
    isDeepStrictEqual(valueIn(target.baseValues, path), change.after);
  return { path, value: restores ? undefined : (change.after ?? null) };
}
