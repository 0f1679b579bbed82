import {
  baseFileSchema,
  ownShape,
  repositorySchema,
  stageSchema,
  type AppClass,
} from '../../model/environment';
import { FOLDER } from '../stage-files';
import { shareDefinitions } from './definitions';
import { propertiesOf, toJsonSchema, type JsonSchema } from './json-schema';
import { byKind } from './kinds';
import { orNull, partial } from './partial';

export interface SchemaFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The JSON Schemas by which editors complete and check the files under environments/. */
export function schemaFiles(classes: readonly AppClass[]): readonly SchemaFile[] {
  return [
    file('base', 'What all stages share (environments/base.yaml)', baseSchema(classes)),
    file(
      'stage',
      "A stage: laid over base.yaml; null removes one of base.yaml's keys",
      stageFileSchema(classes),
    ),
  ];
}

function file(name: string, title: string, schema: JsonSchema): SchemaFile {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title };
  const text = `${JSON.stringify({ ...head, ...shareDefinitions(schema) }, undefined, 2)}\n`;
  return { path: `${FOLDER}/schema/${name}.schema.json`, text };
}

/** What base.yaml says of the repository is complete; what stages inherit may be completed by them. */
function baseSchema(classes: readonly AppClass[]): JsonSchema {
  const whole = toJsonSchema(baseFileSchema(classes));
  const repository = Object.keys(repositorySchema.shape);
  const properties = Object.entries(propertiesOf(whole)).map(([key, schema]): [string, JsonSchema] => {
    if (repository.includes(key)) return [key, schema];
    return [key, key === 'apps' ? apps(schema, 'base') : partial(schema, { removable: false })];
  });
  const required = ['project', 'repository', 'clusters'];
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  };
}

function stageFileSchema(classes: readonly AppClass[]): JsonSchema {
  const whole = toJsonSchema(stageSchema(classes));
  const own = Object.keys(ownShape);
  const properties = Object.entries(propertiesOf(whole)).map(([key, schema]): [string, JsonSchema] => {
    if (own.includes(key)) return [key, schema];
    return [key, key === 'apps' ? apps(schema, 'stage') : orNull(partial(schema, { removable: true }))];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

function apps(schema: JsonSchema, layer: 'base' | 'stage'): JsonSchema {
  const removable = layer === 'stage';
  const options = { removable, fixed: ['kind'] };
  const classes = Object.entries(propertiesOf(schema)).map(([name, app]) => {
    const values = partial(app, options);
    return [name, removable ? orNull(values) : values];
  });
  const branches = (schema.additionalProperties as { oneOf: readonly JsonSchema[] }).oneOf;
  return {
    description: schema.description,
    type: 'object',
    properties: Object.fromEntries(classes),
    propertyNames: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' },
    additionalProperties: byKind(
      branches.map((branch) => partial(branch, options)),
      layer,
    ),
  };
}
