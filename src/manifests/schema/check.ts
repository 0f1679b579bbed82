import { counted } from '../../model/counted';
import { nearest } from '../../model/nearest';
import { ARRAY, compile, OBJECT, typeBit, type Compiled } from './compiled';
import { type Definitions, isMap, pointer, type SchemaNode, type SchemaProblem } from './node';
import { badValue, checkType, type Finding, show } from './scalars';

/** How one kind is checked. */
export interface Rules {
  readonly definitions: Definitions;
  /** Checks the metadata of an object that is embedded in another one. */
  readonly metadata: (value: unknown, path: string) => readonly SchemaProblem[];
  /** Kubernetes' own kinds read null as absent; custom resources allow it only where they say `nullable`. */
  readonly nullIsAbsent: boolean;
  /** No value may appear in a message. */
  readonly secret: boolean;
}

/** Every way in which `value` differs from the schema. */
export function check(node: SchemaNode, value: unknown, path: string, rules: Rules): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  new Checker(rules, problems, path).visit(compile(node, rules.definitions), value, true);
  return problems;
}

type Fields = Readonly<Record<string, unknown>>;

class Checker {
  /** Where the value stands below `root`: it is put into words for a problem only, and most values have none. */
  private readonly keys: (string | number)[] = [];

  constructor(
    private readonly rules: Rules,
    private problems: SchemaProblem[],
    private readonly root: string,
  ) {}

  /**
   * `structural` is false below allOf, anyOf, oneOf and not: these restrict values, and say nothing about which
   * fields there are.
   */
  visit(schema: Compiled, value: unknown, structural: boolean): void {
    const { node } = schema;
    if (value === null && node.nullable) return;
    const type = typeBit(value);
    if ((schema.types & type) === 0) {
      this.add(checkType(node, value)!);
      return;
    }
    if (type === OBJECT) this.visitMap(schema, value as Fields, structural);
    else if (type === ARRAY) this.visitList(schema, value as readonly unknown[], structural);
    else if (schema.rules.length > 0) this.visitScalar(schema, value);
    if (schema.isCombined) this.visitCombinations(node, value);
  }

  private visitScalar({ rules }: Compiled, value: unknown): void {
    for (const rule of rules) {
      const wrong = rule(value);
      if (wrong) this.add(badValue(wrong, value, this.rules.secret));
    }
  }

  private visitMap(schema: Compiled, value: Fields, structural: boolean): void {
    const { keys, rules } = this;
    if (schema.required.length > 0) this.visitRequired(schema, value);
    if (schema.hasSize) this.visitSize(schema.node, Object.keys(value).length);
    const { rest } = schema.below;
    for (const key in value) {
      const child = value[key];
      if (child === undefined) continue;
      const own = schema.below.field(key);
      const field = own ?? rest;
      if (field && (field.free & typeBit(child)) !== 0 && !schema.isEmbedded) continue;
      keys.push(key);
      if (schema.isEmbedded && structural && EMBEDDED.has(key)) {
        if (key === 'metadata') this.problems.push(...rules.metadata(child, this.path()));
      } else if (field) {
        if (child !== null || !own || !rules.nullIsAbsent) this.visit(field, child, structural);
      } else if (structural && schema.isClosed) {
        this.unknown(key, Object.keys(schema.node.properties ?? {}));
      }
      keys.pop();
    }
  }

  private visitSize(node: SchemaNode, size: number): void {
    if (size < (node.minProperties ?? 0))
      this.bad(`must have at least ${counted(node.minProperties!, 'field')}`);
    if (size > (node.maxProperties ?? Infinity))
      this.bad(`must have at most ${counted(node.maxProperties!, 'field')}`);
  }

  private visitRequired(schema: Compiled, value: Fields): void {
    for (const key of schema.required) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (given !== undefined && (given !== null || !this.rules.nullIsAbsent)) continue;
      const expected = schema.below.field(key)?.node.type;
      this.below(key, {
        code: 'missing-field',
        message: `field "${key}" is required`,
        ...(expected !== undefined && { expected }),
      });
    }
  }

  private visitList(schema: Compiled, value: readonly unknown[], structural: boolean): void {
    const { node } = schema;
    if (value.length < (node.minItems ?? 0))
      this.bad(`must have at least ${counted(node.minItems!, 'item')}`);
    if (value.length > (node.maxItems ?? Infinity))
      this.bad(`must have at most ${counted(node.maxItems!, 'item')}`);
    const { items } = schema.below;
    if (items) {
      for (let i = 0; i < value.length; i++) {
        this.keys.push(i);
        this.visit(items, value[i], structural);
        this.keys.pop();
      }
    }
    if (schema.differ && value.length > 1) this.visitKeys(schema, value);
  }

  /** Items of a list that Kubernetes treats as a map, or as a set, must differ. */
  private visitKeys(schema: Compiled, value: readonly unknown[]): void {
    const keys = schema.node['x-kubernetes-list-map-keys'];
    const fields = keys && schema.below.items?.node.properties;
    const [texts, others] = [new Map<string, number>(), new Map<string, number>()];
    value.forEach((item, i) => {
      if (keys && !isMap(item)) return;
      const identity = keys
        ? keys.map((key) => (item as Fields)[key] ?? fields?.[key]?.default ?? null)
        : [item];
      const [only] = identity;
      const isText = identity.length === 1 && typeof only === 'string';
      const [seen, text] = isText ? [texts, only] : [others, JSON.stringify(identity)];
      const first = seen.get(text);
      if (first === undefined) {
        seen.set(text, i);
        return;
      }
      const what = keys ? keys.map((key, k) => `${key} ${this.shown(identity[k])}`).join(', ') : '';
      this.below(i, {
        code: 'duplicate-item',
        message: keys ? `has the same ${what} as item ${first}` : `is the same as item ${first}`,
      });
    });
  }

  private visitCombinations(node: SchemaNode, value: unknown): void {
    for (const part of node.allOf ?? []) this.visit(compile(part, this.rules.definitions), value, false);
    if (node.anyOf && !node.anyOf.some((part) => this.fits(part, value))) {
      this.bad(`fits none of the forms allowed here${forms(node.anyOf)}`);
    }
    if (node.oneOf) {
      const fitting = node.oneOf.filter((part) => this.fits(part, value)).length;
      const found = fitting === 0 ? 'none' : 'more than one';
      if (fitting !== 1) this.bad(`fits ${found} of the forms allowed here${forms(node.oneOf)}`);
    }
    if (node.not && this.fits(node.not, value)) this.bad('has a form that is not allowed here');
  }

  private fits(node: SchemaNode, value: unknown): boolean {
    const { problems } = this;
    this.problems = [];
    this.visit(compile(node, this.rules.definitions), value, false);
    const fits = this.problems.length === 0;
    this.problems = problems;
    return fits;
  }

  private unknown(key: string, known: readonly string[]): void {
    const near = nearest(key, known);
    this.add({
      code: 'unknown-field',
      message: `there is no field "${key}" here`,
      ...(near !== undefined && { nearest: near }),
    });
  }

  private shown(value: unknown): string {
    return this.rules.secret ? '…' : show(value);
  }

  private bad(message: string): void {
    this.add({ code: 'bad-value', message });
  }

  private below(key: string | number, finding: Finding): void {
    this.keys.push(key);
    this.add(finding);
    this.keys.pop();
  }

  private readonly add = (finding: Finding): void => {
    this.problems.push({ ...finding, path: this.path() });
  };

  private path(): string {
    return this.keys.reduce<string>(pointer, this.root);
  }
}

const EMBEDDED = new Set(['apiVersion', 'kind', 'metadata']);

/** `: exactly these fields` is the most common use of oneOf and anyOf, so it is put into words. */
function forms(parts: readonly SchemaNode[]): string {
  const fields = parts.map((part) => part.required?.join(' and '));
  return fields.every((field) => field !== undefined) ? `: ${fields.join('; ')}` : '';
}
