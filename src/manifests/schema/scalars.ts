import { nearest } from '../../model/nearest';
import { type SchemaNode, type SchemaProblem, typeName } from './node';
import { counted } from '../../model/counted';

/** What a check says at a path; the path is added by the caller. */
export type Finding = Omit<SchemaProblem, 'path'>;

const QUANTITY = /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const INTEGERS: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

/** Whether the value has the type that the node asks for; Kubernetes' quantities and int-or-string included. */
export function checkType(node: SchemaNode, value: unknown): Finding | undefined {
  const expected = expectedType(node);
  const actual = typeName(value);
  if (expected === undefined || expected.split(' or ').includes(actual)) return undefined;
  if (expected === 'number' && actual === 'integer') return undefined;
  const quote =
    expected.startsWith('string') && actual !== 'object' && actual !== 'array' && actual !== 'null';
  const message = `must be ${article(expected)}, not ${article(actual)}${quote ? ': put it in quotes' : ''}`;
  return { code: 'wrong-type', message, expected };
}

export function expectedType(node: SchemaNode): string | undefined {
  if (node['x-kubernetes-int-or-string']) return 'integer or string';
  if (node.format === 'quantity') return 'string or integer or number';
  return node.type;
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** What is wrong with a scalar: what it must be, and more for the finding. */
interface Wrong extends Partial<Finding> {
  readonly rule: string;
}

/** One restriction of a node. */
type Rule = (value: unknown) => Wrong | undefined;

/** What a node asks of scalars beside their type: enums, formats, patterns and bounds, each as a rule of its own. */
export function scalarRules(node: SchemaNode): readonly Rule[] {
  const text = textRules(node).map(
    (rule): Rule =>
      (value) =>
        typeof value === 'string' ? rule(value) : undefined,
  );
  const number = numberRules(node).map(
    (rule): Rule =>
      (value) =>
        typeof value === 'number' ? rule(value) : undefined,
  );
  return [...(node.enum ? [enumRule(node.enum)] : []), ...text, ...number];
}

/** `secret`: the value must not be quoted in a message. */
export function badValue({ rule, ...more }: Wrong, value: unknown, secret: boolean): Finding {
  return { code: 'bad-value', message: `${secret ? 'this value' : show(value)} ${rule}`, ...more };
}

function enumRule(allowed: readonly unknown[]): Rule {
  const expected = allowed.map(show).join(', ');
  const names = allowed.filter((name) => typeof name === 'string');
  return (value) => {
    if (allowed.includes(value)) return undefined;
    const near = typeof value === 'string' ? nearest(value, names) : undefined;
    return { rule: `must be one of ${expected}`, expected, ...(near !== undefined && { nearest: near }) };
  };
}

function textRules({
  format,
  maxLength,
  minLength,
  pattern,
}: SchemaNode): ((value: string) => Wrong | undefined)[] {
  const rules: ((value: string) => Wrong | undefined)[] = [];
  const must = (fits: (value: string) => boolean, rule: string, expected?: string): void => {
    const wrong = { rule, ...(expected !== undefined && { expected }) };
    rules.push((value) => (fits(value) ? undefined : wrong));
  };
  if (format === 'quantity') {
    must((value) => QUANTITY.test(value), 'must be a quantity, such as 500m or 128Mi', 'quantity');
  }
  if (format === 'date-time') {
    must(
      (value) => DATE_TIME.test(value),
      'must be a date and time, such as 2006-01-02T15:04:05Z',
      'date-time',
    );
  }
  // The API server, too, lets line breaks pass in base64.
  if (format === 'byte')
    must((value) => BASE64.test(value.replace(/[\r\n]/g, '')), 'must be base64', 'base64');
  const expression = pattern === undefined ? undefined : compile(pattern);
  if (expression) must((value) => expression.test(value), `must match ${pattern}`, pattern);
  if (minLength !== undefined) {
    must((value) => lengthOf(value) >= minLength, `must have at least ${counted(minLength, 'character')}`);
  }
  if (maxLength !== undefined) {
    must((value) => lengthOf(value) <= maxLength, `must have at most ${counted(maxLength, 'character')}`);
  }
  return rules;
}

const lengthOf = (value: string): number => [...value].length;

function numberRules(node: SchemaNode): ((value: number) => Wrong | undefined)[] {
  const { exclusiveMaximum, exclusiveMinimum, format, maximum, minimum, multipleOf } = node;
  const rules: ((value: number) => Wrong | undefined)[] = [];
  const must = (fits: (value: number) => boolean, rule: string): void => {
    rules.push((value) => (fits(value) ? undefined : { rule }));
  };
  const limit = INTEGERS[node['x-kubernetes-int-or-string'] ? 'int32' : (format ?? '')];
  if (limit !== undefined)
    must((value) => !(value < -limit || value >= limit), `does not fit ${format ?? 'int32'}`);
  if (minimum !== undefined) {
    const what = exclusiveMinimum ? 'more than' : 'at least';
    must(
      (value) => (exclusiveMinimum ? !(value <= minimum) : !(value < minimum)),
      `must be ${what} ${minimum}`,
    );
  }
  if (maximum !== undefined) {
    const what = exclusiveMaximum ? 'less than' : 'at most';
    must(
      (value) => (exclusiveMaximum ? !(value >= maximum) : !(value > maximum)),
      `must be ${what} ${maximum}`,
    );
  }
  if (multipleOf !== undefined)
    must((value) => value % multipleOf === 0, `must be a multiple of ${multipleOf}`);
  return rules;
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Patterns are written for Go; one that JavaScript cannot read is not checked. */
function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}
