import type { Location } from '../model/errors';
import type { LocatedScalar } from './located';
import { MAX_TOKENS } from './nesting';

/** Tabs, controls, byte order marks, halves of surrogate pairs, and the marks between documents. */
const ODD =
  /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|^(?:---|\.\.\.)/mu;

/** Unquoted text as far as it goes on its line, spaces at its end included; and the same between brackets. */
export const PLAIN = /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|-(?=[^ \n]))[^\n:#]*(?:(?::(?=[^ \n])|(?<! )#)[^\n:#]*)*/y;
export const PLAIN_IN_FLOW =
  /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|-(?=[^ \n,[\]{}]))[^\n:#,[\]{}]*(?:(?::(?=[^ \n,[\]{}])|(?<! )#)[^\n:#,[\]{}]*)*/y;
export const SPACES = / */y;
const SINGLE_QUOTED = /'[^'\n]*(?:''[^'\n]*)*'/y;
/** With the escapes that mean in JSON what they mean in YAML, and no character that nobody may write. */
const DOUBLE_QUOTED = /"[^"\\\n]*(?:\\["\\/nt][^"\\\n]*)*"/y;
const LITERAL = /\|-?(?=\n)/y;
/** A line with its end to come, spaces in front of it included. */
const LINE = /[^\n]*[^ \n] *(?=\n)/y;
const COMMENT = /#[^\n]*/y;

/** As the core schema reads unquoted text: https://yaml.org/spec/1.2.2/#103-core-schema */
const CONSTANTS = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
const NUMBER = /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const NO_NUMBER = /^[-+]?\.(?:inf|nan)$/i;

/** Codes of the characters that mean something. */
export const [NEWLINE, SPACE, DOUBLE, HASH, SINGLE, COMMA] = [0x0a, 0x20, 0x22, 0x23, 0x27, 0x2c];
export const [DASH, COLON, LIST, LIST_END, MAP, PIPE, MAP_END] = [0x2d, 0x3a, 0x5b, 0x5d, 0x7b, 0x7c, 0x7d];

/** The text is not of the simple kind. */
export class NotPlain extends Error {}

export function demand(condition: boolean): void {
  if (!condition) throw new NotPlain();
}

/** A text of the simple kind, read from its start to its end. Each method ends right behind what it reads. */
export class PlainText {
  protected pos = 0;
  private line = 1;
  private lineStart = 0;
  /** At least as many as there are tokens so far. */
  private tokens = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    demand(!ODD.test(text));
  }

  /** The character that comes next; NaN at the end. */
  protected code(): number {
    return this.text.charCodeAt(this.pos);
  }

  /** How far into its line the next character is. */
  protected column(): number {
    return this.pos - this.lineStart;
  }

  protected isAtEnd(): boolean {
    return this.pos === this.text.length;
  }

  /** Whether this character comes next, and something blank behind it. */
  protected isMark(code: number): boolean {
    if (this.code() !== code) return false;
    const next = this.text.charCodeAt(this.pos + 1);
    return next === SPACE || next === NEWLINE;
  }

  protected place(): Location {
    this.tokens += 3;
    demand(this.tokens <= MAX_TOKENS);
    return { file: this.file, line: this.line, column: this.column() + 1 };
  }

  protected skip(pattern: RegExp): void {
    pattern.lastIndex = this.pos;
    demand(pattern.test(this.text));
    this.pos = pattern.lastIndex;
  }

  /** Over spaces, comments and ends of lines; tells whether a line has ended. */
  protected space(inFlow: boolean): boolean {
    const { line } = this;
    for (;;) {
      this.skip(SPACES);
      if (this.code() === HASH) this.comment(inFlow);
      if (this.code() !== NEWLINE) return this.line > line;
      this.newLine();
    }
  }

  /** A value on one line, without brackets. */
  protected scalar(plain: RegExp): LocatedScalar {
    const at = this.place();
    const code = this.code();
    if (code === DOUBLE) {
      const text = this.take(DOUBLE_QUOTED);
      const value = text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
      return { kind: 'scalar', at, value };
    }
    if (code === SINGLE) {
      const text = this.take(SINGLE_QUOTED).slice(1, -1);
      return { kind: 'scalar', at, value: text.includes("'") ? text.replaceAll("''", "'") : text };
    }
    return { kind: 'scalar', at, value: resolve(withoutSpaces(this.take(plain))) };
  }

  /** A literal block, which is indented by more than `parent`; ends at the start of a line. */
  protected literal(parent: number): LocatedScalar {
    const at = this.place();
    const header = this.take(LITERAL);
    const lines: string[] = [];
    let indent = 0;
    for (;;) {
      this.newLine();
      this.skip(SPACES);
      if (lines.length === 0) {
        indent = this.column();
        demand(indent > parent && this.code() !== NEWLINE);
      }
      if (this.code() === NEWLINE) {
        demand(this.column() === 0);
        lines.push('');
      } else if (this.column() >= indent) {
        this.pos = this.lineStart + indent;
        lines.push(this.take(LINE));
      } else break;
    }
    this.pos = this.lineStart;
    while (lines.at(-1) === '') lines.pop();
    return { kind: 'scalar', at, value: lines.join('\n') + (header === '|-' ? '' : '\n') };
  }

  private take(pattern: RegExp): string {
    const start = this.pos;
    this.skip(pattern);
    return this.text.slice(start, this.pos);
  }

  private comment(inFlow: boolean): void {
    demand(this.text.charCodeAt(this.pos - 1) === SPACE || (!inFlow && this.column() === 0));
    this.tokens++;
    this.skip(COMMENT);
  }

  private newLine(): void {
    this.pos++;
    this.line++;
    this.lineStart = this.pos;
  }
}

function withoutSpaces(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === SPACE) end--;
  return text.slice(0, end);
}

function resolve(text: string): string | number | boolean | null {
  const constant = text.length <= 5 ? CONSTANTS.get(text) : undefined;
  if (constant !== undefined) return constant;
  if (text > ':') return text;
  demand(!NO_NUMBER.test(text));
  if (!NUMBER.test(text)) return text;
  const number = Number(text);
  demand(Number.isFinite(number) && !Object.is(number, -0));
  return number;
}
