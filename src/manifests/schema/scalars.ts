import { nearest } from '../../model/nearest';
import { type SchemaNode, type SchemaProblem, typeName } from './node';

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

/** Enums, formats, patterns and bounds. `secret`: the value must not be quoted in a message. */
export function checkScalar(
  node: SchemaNode,
  value: unknown,
  secret: boolean,
  add: (finding: Finding) => void,
): void {
  const bad: Bad = (rule: string, more = {}) => {
    const shown = secret ? 'this value' : show(value);
    add({ code: 'bad-value', message: `${shown} ${rule}`, ...more });
  };
  if (node.enum && !node.enum.includes(value)) {
    const names = node.enum.filter((name) => typeof name === 'string');
    const near = typeof value === 'string' ? nearest(value, names) : undefined;
    const expected = node.enum.map(show).join(', ');
    bad(`must be one of ${expected}`, { expected, ...(near !== undefined && { nearest: near }) });
  }
  if (typeof value === 'string') checkString(node, value, bad);
  if (typeof value === 'number') checkNumber(node, value, bad);
}

type Bad = (rule: string, more?: Partial<Finding>) => void;

function checkString(node: SchemaNode, value: string, bad: Bad): void {
  if (node.format === 'quantity' && !QUANTITY.test(value)) {
    bad('must be a quantity, such as 500m or 128Mi', { expected: 'quantity' });
  }
  if (node.format === 'date-time' && !DATE_TIME.test(value)) {
    bad('must be a date and time, such as 2006-01-02T15:04:05Z', { expected: 'date-time' });
  }
  // The API server, too, lets line breaks pass in base64.
  if (node.format === 'byte' && !BASE64.test(value.replace(/[\r\n]/g, ''))) {
    bad('must be base64', { expected: 'base64' });
  }
  if (node.pattern !== undefined && !(compile(node.pattern)?.test(value) ?? true)) {
    bad(`must match ${node.pattern}`, { expected: node.pattern });
  }
  if (node.minLength === undefined && node.maxLength === undefined) return;
  const length = [...value].length;
  if (length < (node.minLength ?? 0)) bad(`must have at least ${node.minLength} characters`);
  if (length > (node.maxLength ?? Infinity)) bad(`must have at most ${node.maxLength} characters`);
}

function checkNumber(node: SchemaNode, value: number, bad: Bad): void {
  const limit = INTEGERS[node['x-kubernetes-int-or-string'] ? 'int32' : (node.format ?? '')];
  if (limit !== undefined && (value < -limit || value >= limit))
    bad(`does not fit ${node.format ?? 'int32'}`);
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = node;
  if (node.exclusiveMinimum ? value <= minimum : value < minimum) {
    bad(`must be ${node.exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`);
  }
  if (node.exclusiveMaximum ? value >= maximum : value > maximum) {
    bad(`must be ${node.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) bad(`must be a multiple of ${multipleOf}`);
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const compiled = new Map<string, RegExp | undefined>();

/** Patterns are written for Go; one that JavaScript cannot read is not checked. */
function compile(pattern: string): RegExp | undefined {
  if (!compiled.has(pattern)) {
    let expression: RegExp | undefined;
    try {
      expression = new RegExp(pattern);
    } catch {
      expression = undefined;
    }
    compiled.set(pattern, expression);
  }
  return compiled.get(pattern);
}
