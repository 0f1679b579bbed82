import { isSchema, propertiesOf, type JsonSchema } from './json-schema';

/**
 * Turns "one of these, told apart by `kind`" into if/then: an editor then reports and completes against the one branch
 * that is meant.
 */
export function byKind(branches: readonly JsonSchema[], layer: 'base' | 'stage'): JsonSchema {
  const kinds = branches.map(kindOf);
  const kind = { type: 'string', enum: kinds, description: 'What the app is.' };
  const cases = branches.map(({ type: _, ...branch }, index) => ({
    // The type is part of the condition: null, which removes an app, has no kind.
    if: { type: 'object', properties: { kind: { const: kinds[index] } }, required: ['kind'] },
    then: { ...branch, properties: { ...propertiesOf(branch), kind } },
  }));
  if (layer === 'base') return { type: 'object', properties: { kind }, required: ['kind'], allOf: cases };
  return {
    type: ['object', 'null'],
    properties: { kind },
    if: { type: 'object', required: ['kind'] },
    then: { allOf: cases },
    // base.yaml says the kind, and this schema cannot see it.
    else: { properties: { ...union(branches), kind }, additionalProperties: false },
  };
}

function kindOf(branch: JsonSchema): string {
  const kind = propertiesOf(branch).kind;
  if (!isSchema(kind) || typeof kind.const !== 'string') throw new TypeError('a branch has no constant kind');
  return kind.const;
}

/** Every key of every kind; where kinds differ about one, what any of them says. */
function union(branches: readonly JsonSchema[]): Record<string, JsonSchema> {
  const variants = new Map<string, Map<string, JsonSchema>>();
  for (const branch of branches) {
    for (const [key, schema] of Object.entries(propertiesOf(branch))) {
      const known = variants.get(key) ?? new Map<string, JsonSchema>();
      variants.set(key, known.set(JSON.stringify(schema), schema));
    }
  }
  return Object.fromEntries(
    [...variants].map(([key, schemas]) => {
      const all = [...schemas.values()];
      return [key, all.length === 1 ? all[0]! : { anyOf: all }];
    }),
  );
}
