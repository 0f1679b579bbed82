import { nearest } from '../../model/nearest';
import { type Definitions, isMap, pointer, type SchemaNode, type SchemaProblem } from './node';
import { checkScalar, checkType, type Finding, show } from './scalars';

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
  new Checker(rules, problems).visit(node, value, path, true);
  return problems;
}

class Checker {
  constructor(
    private readonly rules: Rules,
    private readonly problems: SchemaProblem[],
  ) {}

  /**
   * `structural` is false below allOf, anyOf, oneOf and not: these restrict values, and say nothing about which
   * fields there are.
   */
  visit(given: SchemaNode, value: unknown, path: string, structural: boolean): void {
    const node = this.resolve(given);
    if (value === null && node.nullable) return;
    const wrong = checkType(node, value);
    if (wrong) {
      this.add(path, wrong);
      return;
    }
    if (Array.isArray(value)) this.visitList(node, value, path, structural);
    else if (isMap(value)) this.visitMap(node, value, path, structural);
    else for (const finding of checkScalar(node, value, this.rules.secret)) this.add(path, finding);
    this.visitCombinations(node, value, path);
  }

  private resolve(node: SchemaNode): SchemaNode {
    let resolved = node;
    while (resolved.$ref !== undefined) {
      const target = this.rules.definitions[resolved.$ref];
      if (!target) throw new Error(`The schema refers to ${resolved.$ref}, which is not there.`);
      resolved = target;
    }
    return resolved;
  }

  private visitMap(
    node: SchemaNode,
    value: Readonly<Record<string, unknown>>,
    path: string,
    structural: boolean,
  ): void {
    const { properties = {}, additionalProperties: rest } = node;
    this.visitRequired(node, value, path);
    const size = Object.keys(value).length;
    if (size < (node.minProperties ?? 0)) this.bad(path, `must have at least ${node.minProperties} fields`);
    if (size > (node.maxProperties ?? Infinity))
      this.bad(path, `must have at most ${node.maxProperties} fields`);
    for (const [key, child] of Object.entries(value)) {
      if (child === undefined) continue;
      const at = pointer(path, key);
      const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (node['x-kubernetes-embedded-resource'] && structural && EMBEDDED.has(key)) {
        if (key === 'metadata') this.problems.push(...this.rules.metadata(child, at));
      } else if (schema) {
        if (child !== null || !this.rules.nullIsAbsent) this.visit(schema, child, at, structural);
      } else if (typeof rest === 'object') {
        this.visit(rest, child, at, structural);
      } else if (structural && rest !== true && !node['x-kubernetes-preserve-unknown-fields']) {
        // A node without a type says nothing: Kubernetes' JSON type, for instance.
        if (node.type === 'object') this.unknown(key, at, Object.keys(properties));
      }
    }
  }

  private visitRequired(node: SchemaNode, value: Readonly<Record<string, unknown>>, path: string): void {
    for (const key of node.required ?? []) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      const present = given !== undefined && (given !== null || !this.rules.nullIsAbsent);
      if (present || node.properties?.[key]?.default !== undefined) continue;
      const schema = node.properties?.[key];
      const expected = schema && this.resolve(schema).type;
      this.add(pointer(path, key), {
        code: 'missing-field',
        message: `field "${key}" is required`,
        ...(expected !== undefined && { expected }),
      });
    }
  }

  private visitList(node: SchemaNode, value: readonly unknown[], path: string, structural: boolean): void {
    if (value.length < (node.minItems ?? 0)) this.bad(path, `must have at least ${node.minItems} items`);
    if (value.length > (node.maxItems ?? Infinity))
      this.bad(path, `must have at most ${node.maxItems} items`);
    const { items } = node;
    if (items) value.forEach((item, i) => this.visit(items, item, pointer(path, i), structural));
    this.visitKeys(node, value, path);
  }

  /** Items of a list that Kubernetes treats as a map, or as a set, must differ. */
  private visitKeys(node: SchemaNode, value: readonly unknown[], path: string): void {
    const keys = node['x-kubernetes-list-map-keys'];
    if (!keys && !node.uniqueItems && node['x-kubernetes-list-type'] !== 'set') return;
    const fields = keys && node.items && this.resolve(node.items).properties;
    const seen = new Map<string, number>();
    value.forEach((item, i) => {
      if (keys && !isMap(item)) return;
      const identity = keys
        ? keys.map((key) => (item as Record<string, unknown>)[key] ?? fields?.[key]?.default ?? null)
        : [item];
      const text = JSON.stringify(identity);
      const first = seen.get(text);
      if (first === undefined) {
        seen.set(text, i);
        return;
      }
      const what = keys ? keys.map((key, k) => `${key} ${this.shown(identity[k])}`).join(', ') : '';
      this.add(pointer(path, i), {
        code: 'duplicate-item',
        message: keys ? `has the same ${what} as item ${first}` : `is the same as item ${first}`,
      });
    });
  }

  private visitCombinations(node: SchemaNode, value: unknown, path: string): void {
    for (const part of node.allOf ?? []) this.visit(part, value, path, false);
    if (node.anyOf && !node.anyOf.some((part) => this.fits(part, value, path))) {
      this.bad(path, `fits none of the forms allowed here${forms(node.anyOf)}`);
    }
    if (node.oneOf) {
      const fitting = node.oneOf.filter((part) => this.fits(part, value, path)).length;
      const found = fitting === 0 ? 'none' : 'more than one';
      if (fitting !== 1) this.bad(path, `fits ${found} of the forms allowed here${forms(node.oneOf)}`);
    }
    if (node.not && this.fits(node.not, value, path)) this.bad(path, 'has a form that is not allowed here');
  }

  private fits(node: SchemaNode, value: unknown, path: string): boolean {
    const problems: SchemaProblem[] = [];
    new Checker(this.rules, problems).visit(node, value, path, false);
    return problems.length === 0;
  }

  private unknown(key: string, path: string, known: readonly string[]): void {
    const near = nearest(key, known);
    this.add(path, {
      code: 'unknown-field',
      message: `there is no field "${key}" here`,
      ...(near !== undefined && { nearest: near }),
    });
  }

  private shown(value: unknown): string {
    return this.rules.secret ? '…' : show(value);
  }

  private bad(path: string, message: string): void {
    this.add(path, { code: 'bad-value', message });
  }

  private add(path: string, finding: Finding): void {
    this.problems.push({ ...finding, path });
  }
}

const EMBEDDED = new Set(['apiVersion', 'kind', 'metadata']);

/** `: exactly these fields` is the most common use of oneOf and anyOf, so it is put into words. */
function forms(parts: readonly SchemaNode[]): string {
  const fields = parts.map((part) => part.required?.join(' and '));
  return fields.every((field) => field !== undefined) ? `: ${fields.join('; ')}` : '';
}
