import type { Definitions, SchemaNode } from './node';
import { expectedType, scalarRules } from './scalars';

/** A node as objects are checked against it: references are followed, and all it asks for is looked up, once. */
export interface Compiled {
  readonly node: SchemaNode;
  /** The types it allows, as bits of {@link typeBit}. */
  readonly types: number;
  /** What scalars of these types have to fulfil beside. */
  readonly rules: ReturnType<typeof scalarRules>;
  /** The types of which any scalar will do, as bits. */
  readonly free: number;
  /** Fields that must be there; what has a default need not. */
  readonly required: readonly string[];
  readonly hasSize: boolean;
  /** Whether a field that it does not name is none. */
  readonly isClosed: boolean;
  readonly isEmbedded: boolean;
  /** Whether items of the list must differ. */
  readonly differ: boolean;
  readonly isCombined: boolean;
  /** What stands below it, looked up when first asked for: schemas may hold themselves. */
  readonly below: Below;
}

/** The nodes of a node's fields, of all other fields, and of its items. */
export class Below {
  private readonly fields = new Map<string, Compiled | undefined>();
  private others: Compiled | undefined;
  private each: Compiled | undefined;

  constructor(
    private readonly node: SchemaNode,
    private readonly definitions: Definitions,
  ) {}

  field(key: string): Compiled | undefined {
    const known = this.fields.get(key);
    if (known) return known;
    const { properties = {} } = this.node;
    if (!Object.hasOwn(properties, key)) return undefined;
    const field = compile(properties[key]!, this.definitions);
    this.fields.set(key, field);
    return field;
  }

  get rest(): Compiled | undefined {
    const { additionalProperties } = this.node;
    if (typeof additionalProperties !== 'object') return undefined;
    return (this.others ??= compile(additionalProperties, this.definitions));
  }

  get items(): Compiled | undefined {
    const { items } = this.node;
    return items && (this.each ??= compile(items, this.definitions));
  }
}

/** Each has the bit of its place. */
const TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'];
const [STRING, INTEGER, NUMBER, BOOLEAN, NULL] = [1, 2, 4, 8, 64] as const;
export const [OBJECT, ARRAY] = [16, 32] as const;

/** The type of a value as a bit; `typeName` says the same in words. */
export function typeBit(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
      return Number.isInteger(value) ? INTEGER : NUMBER;
    case 'boolean':
      return BOOLEAN;
    case 'object':
      return value === null ? NULL : Array.isArray(value) ? ARRAY : OBJECT;
    case 'undefined':
      return NULL;
    default:
      return 0;
  }
}

const known = new WeakMap<Definitions, WeakMap<SchemaNode, Compiled>>();

/** @throws Error for a reference to nothing */
export function compile(given: SchemaNode, definitions: Definitions): Compiled {
  let nodes = known.get(definitions);
  if (!nodes) known.set(definitions, (nodes = new WeakMap()));
  let compiled = nodes.get(given);
  if (!compiled) nodes.set(given, (compiled = compileNode(resolve(given, definitions), definitions)));
  return compiled;
}

function resolve(node: SchemaNode, definitions: Definitions): SchemaNode {
  let resolved = node;
  while (resolved.$ref !== undefined) {
    const target = definitions[resolved.$ref];
    if (!target) throw new Error(`The schema refers to ${resolved.$ref}, which is not there.`);
    resolved = target;
  }
  return resolved;
}

function compileNode(node: SchemaNode, definitions: Definitions): Compiled {
  const { additionalProperties: rest, properties = {} } = node;
  const [types, rules] = [typesOf(node), scalarRules(node)];
  const isCombined = [node.allOf, node.anyOf, node.oneOf, node.not].some((part) => part !== undefined);
  return {
    node,
    types,
    rules,
    free: rules.length === 0 && !isCombined ? types & (STRING | INTEGER | NUMBER | BOOLEAN) : 0,
    required: (node.required ?? []).filter((key) => properties[key]?.default === undefined),
    hasSize: node.minProperties !== undefined || node.maxProperties !== undefined,
    // A node without a type says nothing: Kubernetes' JSON type, for instance.
    isClosed: node.type === 'object' && rest !== true && !node['x-kubernetes-preserve-unknown-fields'],
    isEmbedded: node['x-kubernetes-embedded-resource'] === true,
    differ:
      node['x-kubernetes-list-map-keys'] !== undefined ||
      node.uniqueItems === true ||
      node['x-kubernetes-list-type'] === 'set',
    isCombined,
    below: new Below(node, definitions),
  };
}

function typesOf(node: SchemaNode): number {
  const expected = expectedType(node);
  if (expected === undefined) return ~0;
  const bits = expected.split(' or ').reduce((sum, name) => sum | (1 << TYPES.indexOf(name)), 0);
  return expected === 'number' ? bits | INTEGER : bits;
}
