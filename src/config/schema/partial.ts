import { isSchema, propertiesOf, type JsonSchema } from './json-schema';

export interface PartialOptions {
  /** Whether `null` may stand for a value, to remove what lies below it. */
  readonly removable: boolean;
  /** Keys that never are null. */
  readonly fixed?: readonly string[];
}

/**
 * The schema of a value that is one layer of several: at every depth a key may be missing, and, where wished, be null.
 * Lists are replaced as a whole, so what they hold stays complete.
 */
export function partial(schema: JsonSchema, options: PartialOptions): JsonSchema {
  const { required: _, ...rest } = schema;
  const result: Record<string, unknown> = { ...rest };
  if (isSchema(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(propertiesOf(schema)).map(([key, value]) => [key, layer(key, value, options)]),
    );
  }
  if (isSchema(schema.additionalProperties)) {
    result.additionalProperties = layer('', schema.additionalProperties, options);
  }
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword];
    if (Array.isArray(branches))
      result[keyword] = branches.map((branch) => partial(branch as JsonSchema, options));
  }
  return result;
}

function layer(key: string, schema: JsonSchema, options: PartialOptions): JsonSchema {
  const value = partial(schema, options);
  return options.removable && !options.fixed?.includes(key) ? orNull(value) : value;
}

/** The schema, and null beside. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { description, default: preset, ...rest } = schema;
  const outer = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  };
  if (Array.isArray(rest.anyOf)) return { ...outer, ...rest, anyOf: [...rest.anyOf, { type: 'null' }] };
  if (
    typeof rest.type !== 'string' ||
    'if' in rest ||
    'allOf' in rest ||
    'const' in rest ||
    'oneOf' in rest
  ) {
    return Object.keys(rest).length === 0 ? schema : { ...outer, anyOf: [rest, { type: 'null' }] };
  }
  const choices = Array.isArray(rest.enum) ? { enum: [...rest.enum, null] } : {};
  return { ...outer, ...rest, type: [rest.type, 'null'], ...choices };
}
