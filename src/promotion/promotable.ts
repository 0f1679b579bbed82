import { z } from 'zod';
import type { ValuePath } from '../config/yaml-edit';

/** What a change is pinned and promoted as; `base` is a stage's, the others are an app's. */
export const CLASSES = ['image', 'config', 'base'] as const;
export type ChangeClass = (typeof CLASSES)[number];

/** A value of an app that travels from stage to stage. */
export interface PromotableValue {
  /** Within the app. */
  readonly path: ValuePath;
  readonly class: 'image' | 'config';
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly getter?: () => z.ZodType;
}
const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The values that a schema declares promotable (`.meta({ promotable: 'image' | 'config' })`), as far as one of the
 * samples has them. A map travels key by key, a list as a whole.
 */
export function promotableValues(schema: z.ZodType, samples: readonly unknown[]): PromotableValue[] {
  const found = new Map<string, PromotableValue>();
  for (const sample of samples)
    walk(schema, sample, [], undefined, (value) => found.set(JSON.stringify(value.path), value));
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function walk(
  schema: z.ZodType,
  value: unknown,
  path: ValuePath,
  inherited: PromotableValue['class'] | undefined,
  found: (value: PromotableValue) => void,
): void {
  if (value === undefined) return;
  const declared = declaredClass(schema) ?? inherited;
  const definition = definitionOf(schema);
  const inner = definition.innerType ?? definition.in ?? definition.getter?.();
  if (inner) return walk(inner, value, path, declared, found);
  if (definition.options && isPlain(value)) {
    const option = optionFor(definition.options, value);
    if (option) return walk(option, value, path, declared, found);
  }
  if (declared !== undefined && !(definition.type === 'record' && isPlain(value)))
    return found({ path, class: declared });
  if (!isPlain(value)) return;
  for (const [key, child] of Object.entries(value)) {
    const next = definition.shape?.[key] ?? definition.valueType;
    if (next) walk(next, child, [...path, key], declared, found);
  }
}

function declaredClass(schema: z.ZodType): PromotableValue['class'] | undefined {
  const { promotable } = (z.globalRegistry.get(schema) ?? {}) as { promotable?: unknown };
  return promotable === 'image' || promotable === 'config' ? promotable : undefined;
}

/** Of several shapes, the one whose `kind` is meant, or else the first that is a map. */
function optionFor(options: readonly z.ZodType[], value: Plain): z.ZodType | undefined {
  const shapes = options.filter((option) => definitionOf(option).shape !== undefined);
  const byKind = shapes.find((option) => {
    const kind = definitionOf(option).shape!['kind'];
    return kind !== undefined && 'kind' in value && kind.safeParse(value['kind']).success;
  });
  return byKind ?? shapes[0];
}
