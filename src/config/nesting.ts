import { Lexer } from 'yaml';
import type { Problem } from '../model/errors';

/** How deep collections may nest. */
export const MAX_DEPTH = 64;
// A level of block style takes a column at least, and at most two levels start in the same one.
const MAX_COLUMN = 4 * MAX_DEPTH;

/** How many keys, values and marks a file may hold: as many as some 3,200 apps have. */
export const MAX_TOKENS = 800_000;

const SCALAR_FOLLOWS = '\u001f';
const BYTE_ORDER_MARK = '\ufeff';

/**
 * What must be known before a text is handed to the parser, which recurses and takes long over what is no
 * YAML: that it does not nest too deep or hold too much, and that it holds no directive (`%YAML 1.1` would make `no`
 * mean false). Only the tokens are looked at, in one pass.
 */
export function refuseBeforeParsing(text: string, file: string): readonly Problem[] {
  const problems: Problem[] = [];
  let [line, column, flow] = [1, 1, 0];
  let leading = true;
  let scalar = false;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === SCALAR_FOLLOWS || token === BYTE_ORDER_MARK || token === '\u0002') {
      scalar = token === SCALAR_FOLLOWS;
      continue;
    }
    if (token === '\u0018') {
      flow = 0;
      continue;
    }
    const at = { file, line, column };
    if (!scalar && token.startsWith('%')) problems.push(directive(at));
    if (!scalar && (token === '[' || token === '{')) flow++;
    if (!scalar && (token === ']' || token === '}') && flow > 0) flow--;
    const space = !scalar && /^[ \t\n]*$/.test(token);
    const indented = leading && flow === 0 && !space && !token.startsWith('#');
    if (!space && ++tokens > MAX_TOKENS) return [...problems, tooMany(at)];
    if (flow > MAX_DEPTH || (indented && column > MAX_COLUMN)) return [...problems, tooDeep(at)];
    if (!space && (scalar || !/^[-?:&!*]/.test(token))) leading = false;

    const newline = token.lastIndexOf('\n');
    if (newline >= 0) {
      for (let i = 0; i <= newline; i++) if (token.charCodeAt(i) === 10) line++;
      column = token.length - newline;
      leading = true;
    } else {
      column += token.length;
    }
    scalar = false;
  }
  return problems;
}

export function tooDeep(at: Problem['at']): Problem {
  return {
    code: 'nested-too-deep',
    cause: `values nest deeper than ${MAX_DEPTH} levels from here on`,
    remedy: 'Nothing under environments/ needs that; take the inner levels out.',
    at,
  };
}

function tooMany(at: Problem['at']): Problem {
  return {
    code: 'file-too-large',
    cause: `the file holds more than ${MAX_TOKENS} keys, values and marks`,
    remedy: 'Move apps into src/apps/, where code can write them.',
    at,
  };
}

function directive(at: Problem['at']): Problem {
  return {
    code: 'yaml-directive',
    cause: 'a line that starts with % is a YAML directive',
    consequence: 'It would change how the rest of the file is read; files here are YAML 1.2.',
    remedy: 'Delete the line.',
    at,
  };
}
