import { z } from 'zod';
import { counted } from '../model/counted';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** Between the keys that a message of `unrecognized_keys` lists: those that the schema knows. */
export const KEY_SEPARATOR = '\n';
/** Starts the message of an issue about a key that is not there; what follows is the key's description. */
export const MISSING = '\u0000';

/**
 * What zod's own messages become. A schema's message of its own comes first; this is for the rest, and hands on what
 * only the schema knows: which keys it has, and what a missing one is for.
 */
export function inWords(issue: RawIssue): string | undefined {
  const schema = issue.inst as z.core.$ZodType | undefined;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return MISSING + (descriptionOf(schema) ?? '');
      return `must be ${expected(issue.expected as string, schema)}`;
    case 'unrecognized_keys':
      return schema?._zod.def.type === 'object'
        ? Object.keys((schema as z.core.$ZodObject)._zod.def.shape).join(KEY_SEPARATOR)
        : '';
    case 'invalid_value':
      if (issue.input === undefined) return MISSING + (descriptionOf(schema) ?? '');
      return `must be ${oneOf((issue.values as readonly unknown[]).map((value) => String(value)))}`;
    case 'too_small':
      return bound('at least', issue.minimum as number, issue.origin as string, issue.inclusive !== false);
    case 'too_big':
      return bound('at most', issue.maximum as number, issue.origin as string, issue.inclusive !== false);
    case 'invalid_format':
      return `must be ${FORMATS[issue.format as string] ?? `text of the form "${issue.format as string}"`}`;
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`;
    default:
      return undefined;
  }
}

function descriptionOf(schema: z.core.$ZodType | undefined): string | undefined {
  return schema && z.globalRegistry.get(schema)?.description;
}

function expected(type: string, schema: z.core.$ZodType | undefined): string {
  const format = (schema?._zod.def as { readonly format?: string } | undefined)?.format;
  return EXPECTED[type === 'number' && format === 'safeint' ? 'int' : type] ?? type;
}

const EXPECTED: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  string: 'text',
};

const FORMATS: Record<string, string> = {
  cidrv4: 'a range of addresses such as 10.0.0.0/8',
  cidrv6: 'a range of addresses such as fd00::/8',
  email: 'an e-mail address',
  guid: 'a UUID',
  url: 'a URL such as https://host/path',
  starts_with: 'text that starts with "/"',
};

function oneOf(values: readonly string[]): string {
  if (values.length === 1) return `"${values[0]}"`;
  return `one of ${values.join(', ')}`;
}

function bound(word: string, limit: number, origin: string, inclusive: boolean): string {
  const than = inclusive ? word : `${word === 'at least' ? 'more' : 'less'} than`;
  if (origin === 'string')
    return limit === 1 && word === 'at least'
      ? 'must not be empty'
      : `must have ${than} ${counted(limit, 'character')}`;
  if (origin === 'array' || origin === 'set') return `must have ${than} ${counted(limit, 'element')}`;
  return `must be ${than} ${limit}`;
}
