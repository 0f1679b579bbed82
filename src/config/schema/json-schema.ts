import { z } from 'zod';

/** A JSON Schema of draft-07, the draft that yaml-language-server documents. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a zod schema takes, as JSON Schema: keys with defaults may be left out, and the defaults are shown. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const options = { target: 'draft-7', io: 'input', unrepresentable: 'any' } as const;
  const { $schema: _, ...rest } = z.toJSONSchema(schema, options);
  return tidy(rest);
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schemas of an object's keys. */
export const propertiesOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> =>
  isSchema(schema.properties) ? (schema.properties as Record<string, JsonSchema>) : {};

const HOLDS_SCHEMA = new Set(['additionalProperties', 'propertyNames', 'items', 'not', 'if', 'then', 'else']);
const HOLDS_SCHEMAS = new Set(['anyOf', 'oneOf', 'allOf', 'items']);

/**
 * The schema with each schema directly inside it replaced.
 *
 * @param change gets the inner schema, and its key where it is a property
 */
export function mapInner(
  schema: JsonSchema,
  change: (inner: JsonSchema, property?: string) => JsonSchema,
): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (keyword === 'properties' && isSchema(value)) {
        const properties = Object.entries(value as Record<string, JsonSchema>);
        return [keyword, Object.fromEntries(properties.map(([key, inner]) => [key, change(inner, key)]))];
      }
      if (HOLDS_SCHEMAS.has(keyword) && Array.isArray(value)) {
        return [keyword, value.map((inner) => change(inner as JsonSchema))];
      }
      return [keyword, HOLDS_SCHEMA.has(keyword) && isSchema(value) ? change(value) : value];
    }),
  );
}

// What zod adds on top of draft-07: names of formats (it always adds a pattern that says the same), the limits of
// whole numbers in JavaScript, and what a schema's own metadata hold.
const isNoise = (keyword: string, value: unknown): boolean =>
  (keyword === 'format' && value !== 'uri') ||
  (/^(min|max)imum$/.test(keyword) && Math.abs(value as number) === Number.MAX_SAFE_INTEGER) ||
  keyword === 'promotable';

function tidy(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(([keyword, value]) => !isNoise(keyword, value));
  return namesAsProperties(mapInner(Object.fromEntries(kept), tidy));
}

/** A record whose keys are known offers them as properties: editors complete those, and not `propertyNames`. */
function namesAsProperties(schema: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties, ...rest } = schema;
  if (!isSchema(propertyNames)) return schema;
  if (!Array.isArray(propertyNames.enum)) {
    const free = Object.keys(propertyNames).every((key) => key === 'type');
    return free ? { ...rest, additionalProperties } : schema;
  }
  const names = propertyNames.enum.map(String);
  const properties = Object.fromEntries(names.map((name) => [name, additionalProperties]));
  return { ...rest, properties, additionalProperties: false };
}
