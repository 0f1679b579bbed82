// Scalars that every reader takes for the same value: YAML 1.1 (go-yaml, PyYAML) and YAML 1.2 disagree on what a bare
// `yes`, `0o17`, `1:20` or `=` is, so whatever any of them could take for something else is quoted.

/** Thrown for what YAML, or JSON behind it, cannot hold. */
export class Unwritable extends Error {}

/** Printable ASCII that begins like a word or a path (but no `---` or `...`), and holds neither `: ` nor ` #`. */
const PLAIN = /^(?!---|\.\.\.)(?:[A-Za-z0-9_/.$(+^;\\]|-(?=[^ ]))(?:[!-9;-~]| (?=[^#])|:(?=[^ ]))*$/;

const WORD = /^(?:y|yes|n|no|true|false|on|off|null)$/i;
// Without underscores: some readers drop them wherever they stand.
const NUMBER = /^(?!e$)[-+]?(?:0[xob][-+0-9a-f]*|[0-9:]*(?:\.[0-9:]*)?(?:e[-+]?[0-9]*)?)$/i;
const NO_NUMBER = /^[-+]?\.(?:inf|nan)$/i;
const DATE = /^[0-9]{4}-[0-9]/;

/** A string on one line: bare where that is safe, else in double quotes. */
export const inlineString = (text: string): string => (isPlain(text) ? text : quote(text));

function isPlain(text: string): boolean {
  if (!PLAIN.test(text)) return false;
  if (WORD.test(text) || NUMBER.test(text.replaceAll('_', ''))) return false;
  return !NO_NUMBER.test(text) && !DATE.test(text);
}

/** A number as both versions read it: YAML 1.1 wants a point in a float with an exponent. */
export function inlineNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (!Number.isFinite(value)) throw new Unwritable(`${value} is no number that JSON can hold`);
  return JSON.stringify(value).replace(/^(-?\d+)e/, '$1.0e');
}

// What no reader should meet raw: controls, line ends that only some versions know, marks that change how text is
// displayed, odd spaces, and halves of a character.
const HIDDEN =
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\ud800-\\udfff\\ufeff\\ufff0-\\uffff';
const ESCAPED = new RegExp(`[\\t\\n"\\\\${HIDDEN}]`, 'gu');
// A first line that begins with white space would need its indentation stated, which readers disagree on.
const NOT_LITERAL = new RegExp(`[${HIDDEN}]|^\\n*(?:[ \\t]|$)`, 'u');
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  return `"${text.replace(ESCAPED, escape)}"`;
}

function escape(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff)
    throw new Unwritable('a text holds half of a character (a surrogate)');
  return SHORT[character] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

/**
 * A text of several lines as a block literal whose lines are indented by `pad`; undefined where it has to be quoted.
 */
export function blockLiteral(text: string, pad: string): string | undefined {
  if (!text.includes('\n') || NOT_LITERAL.test(text)) return undefined;
  const trailing = /\n*$/.exec(text)?.[0].length ?? 0;
  const lines = text.slice(0, text.length - trailing).split('\n');
  const chomp = trailing === 0 ? '-' : trailing === 1 ? '' : '+';
  const body = lines.map((line) => (line === '' ? '' : pad + line)).join('\n');
  return `|${chomp}\n${body}\n${'\n'.repeat(Math.max(0, trailing - 1))}`;
}
