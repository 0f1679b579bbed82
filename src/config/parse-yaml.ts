import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { UserError, type Location, type Problem } from '../model/errors';
import type { LocatedMap } from './located';
import { refuseBeforeParsing, tooDeep } from './nesting';
import { toLocated } from './to-located';

const MAX_SYNTAX_ERRORS = 10;

/**
 * Parses one YAML 1.2 document whose top level is a map. Aliases are written out; merge keys, tags of one's own,
 * directives, duplicate keys, keys that are no strings and further documents are refused.
 *
 * @throws UserError with everything that is wrong with the text
 */
export function parseYaml(text: string, file: string): LocatedMap {
  const before = refuseBeforeParsing(text, file);
  if (before.length > 0) throw new UserError(before);

  const lines = new LineCounter();
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const doc = withinStack(file, () =>
    parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      // Looking for duplicates is left to toLocated: here it takes quadratic time.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: lines,
    }),
  );
  const errors = [...doc.errors, ...doc.warnings].slice(0, MAX_SYNTAX_ERRORS);
  if (errors.length > 0) throw new UserError(errors.map((error) => describe(error, place)));

  const problems: Problem[] = [];
  const value = withinStack(file, () => toLocated(doc.contents, place, problems));
  if (problems.length > 0) throw new UserError(problems);
  if (value.kind === 'map') return value;
  const empty = value.kind === 'scalar' && value.value === null;
  throw new UserError({
    code: empty ? 'empty-file' : 'wrong-type',
    cause: empty ? 'the file is empty' : 'the file must be a map of keys and values',
    remedy: empty
      ? 'Write at least {}, or delete the file if the stage is not wanted.'
      : 'Start with a line such as "apps:".',
    at: value.at,
  });
}

// What the nesting check lets through fits the stack many times over; should the parser ever recurse in another way
// too, its user still deserves a sentence.
function withinStack<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(tooDeep({ file }));
    throw error;
  }
}

const REMEDIES: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'Align the line with its neighbours.',
  BLOCK_AS_IMPLICIT_KEY: 'A value that contains ": " must stand in quotes.',
  MULTIPLE_DOCS: 'One file is one document: delete the "---" and what follows it.',
  TAB_AS_INDENT: 'Indent with spaces.',
  TAG_RESOLVE_FAILED: 'Delete the tag (the word that starts with "!"), or quote the value.',
};

function describe(error: YAMLError, place: (offset: number) => Location): Problem {
  const codes: Partial<Record<YAMLError['code'], string>> = {
    MULTIPLE_DOCS: 'several-documents',
    TAG_RESOLVE_FAILED: 'unknown-tag',
    RESOURCE_EXHAUSTION: 'nested-too-deep',
  };
  const said: Partial<Record<YAMLError['code'], string>> = {
    MULTIPLE_DOCS: 'a second YAML document starts here',
  };
  return {
    code: codes[error.code] ?? 'yaml-syntax',
    cause: said[error.code] ?? `this is not YAML: ${error.message}`,
    remedy: REMEDIES[error.code],
    at: place(error.pos[0]),
  };
}
