import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Location, Problem } from '../model/errors';
import type { Located, LocatedMap } from './located';
import { readPlainYaml } from './plain-yaml';
import { refuseBeforeParsing, tooDeep } from './nesting';
import { toLocated } from './to-located';

const MAX_SYNTAX_ERRORS = 10;

/** A file as far as it can be read, and what is wrong with it. */
export interface Parsed {
  /** Absent where the text is no YAML, or no map. */
  readonly value?: LocatedMap;
  readonly problems: readonly Problem[];
}

/**
 * Parses one YAML 1.2 document whose top level is a map. Aliases are written out; merge keys, tags of one's own,
 * directives, duplicate keys, keys that are no strings and further documents are problems. Where the rest can still be
 * understood it is returned beside them, so that its problems are found in the same run.
 */
export function parseYaml(text: string, file: string): Parsed {
  const value = readPlainYaml(text, file);
  return value ? { value, problems: [] } : parseAnyYaml(text, file);
}

/** As {@link parseYaml}, whatever the text holds. */
export function parseAnyYaml(text: string, file: string): Parsed {
  const before = refuseBeforeParsing(text, file);
  if (before.length > 0) return { problems: before };

  const lines = new LineCounter();
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const doc = withoutStacks(() =>
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
    if (errors.length > 0)
      return { problems: conflict(text, place) ?? errors.map((error) => describe(error, place)) };
    const { value, problems } = toLocated(doc.contents, place);
    if (!value || value.kind === 'map') return { value, problems };
    return { problems: problems.length > 0 ? problems : [noMap(value)] };
  } catch (error) {
    // What the nesting check lets through fits the stack many times over; should the parser ever recurse in another
    // way too, its user still deserves a sentence.
    if (error instanceof RangeError) return { problems: [tooDeep({ file })] };
    throw error;
  }
}

/** A file may hold half a million errors: to note for each of them where the parser was takes far longer than to find them. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What Git leaves in a file that it could not merge is no YAML in many places, and one mistake. */
function conflict(text: string, place: (offset: number) => Location): readonly Problem[] | undefined {
  const begins = text.search(/^<{7} /m);
  if (begins < 0 || !/^={7}$/m.test(text) || !/^>{7} /m.test(text)) return undefined;
  return [
    {
      code: 'merge-conflict',
      cause: 'two sides of a merge stand here, between <<<<<<< and >>>>>>>',
      remedy: 'Keep what is right of both, delete the three lines with the marks, and commit.',
      at: place(begins),
    },
  ];
}

function noMap(value: Located): Problem {
  const empty = value.kind === 'scalar' && value.value === null;
  return {
    code: empty ? 'empty-file' : 'wrong-type',
    cause: empty ? 'the file is empty' : 'the file must be a map of keys and values',
    remedy: !empty
      ? 'Start with a line such as "apps:".'
      : value.at.file.endsWith('/base.yaml')
        ? 'Write at least project, repository and clusters.'
        : 'Write at least {}, or delete the file if the stage is not wanted.',
    at: value.at,
  };
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
