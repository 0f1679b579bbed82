/**
 * A part of a schema, in the words of Kubernetes' structural schemas
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/). What a check
 * cannot use (descriptions, CEL rules) is not in it.
 */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export type Definitions = Readonly<Record<string, SchemaNode>>;

/** What is wrong with an object, by its schema. */
export interface SchemaProblem {
  readonly code:
    'unknown-kind' | 'unknown-field' | 'wrong-type' | 'missing-field' | 'bad-value' | 'duplicate-item';
  /** JSON pointer into the object: `/spec/template/spec/containers/0/imagePullPolicyy`; empty for the object. */
  readonly path: string;
  /** One sentence without a full stop; holds no value of a Secret. */
  readonly message: string;
  /** The valid name, kind or value that the given one most likely means. */
  readonly nearest?: string;
  /** What would be right: a type, or the allowed values. */
  readonly expected?: string;
}

/** `/metadata/annotations` + `a/b` → `/metadata/annotations/a~1b`. */
export function pointer(path: string, key: string | number): string {
  return `${path}/${typeof key === 'number' ? key : key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
