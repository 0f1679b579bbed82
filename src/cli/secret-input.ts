import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../model/errors';
import type { Input } from './context';
import { counted } from '../model/counted';

/** Ctrl-C, Ctrl-D, backspace, as a terminal in raw mode sends them. */
const [INTERRUPT, END, DELETE, BACKSPACE] = ['\u0003', '\u0004', '\u007f', '\b'];

/**
 * Values that nobody may see: asked for without echo on a terminal, else read from standard input. One key: all of the
 * input, less one line break at its end. Several: a JSON object with a text for each of them.
 *
 * @throws UserError for input that is empty, or does not hold exactly these keys
 */
export async function readSecrets(
  input: Input,
  keys: readonly string[],
  tell: (text: string) => void,
): Promise<ReadonlyMap<string, Buffer>> {
  if (input.isTTY && input.setRawMode) {
    const values = new Map<string, Buffer>();
    for (const key of keys) values.set(key, notEmpty(key, await ask(input, key, tell)));
    return values;
  }
  const bytes = await readAll(input);
  if (keys.length === 1) return new Map([[keys[0]!, notEmpty(keys[0]!, withoutLineBreak(bytes))]]);
  return fromJson(bytes, keys);
}

async function readAll(input: Input): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const withoutLineBreak = (bytes: Buffer): Buffer =>
  bytes.subarray(0, bytes.length - (bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0));

function fromJson(bytes: Buffer, keys: readonly string[]): ReadonlyMap<string, Buffer> {
  const refuse = (cause: string): UserError =>
    new UserError({
      code: 'secret-input',
      cause,
      consequence: 'Nothing was sealed.',
      remedy: `For several keys, standard input is a JSON object with a text for each: {${keys.map((key) => `"${key}": "…"`).join(', ')}}`,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the input.
    throw refuse('standard input is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw refuse('standard input is no JSON object');
  const values = new Map(Object.entries(parsed));
  const missing = keys.filter((key) => typeof values.get(key) !== 'string');
  if (missing.length > 0) throw refuse(`standard input has no text for ${missing.join(', ')}`);
  if (values.size > keys.length)
    throw refuse(`standard input has ${counted(values.size, 'key')}, the command line names ${keys.length}`);
  return new Map(keys.map((key) => [key, notEmpty(key, Buffer.from(String(values.get(key))))]));
}

function notEmpty(key: string, value: Buffer): Buffer {
  if (value.length > 0) return value;
  const cause = `the value of "${key}" is empty`;
  throw new UserError({ code: 'secret-input', cause, consequence: 'Nothing was sealed.' });
}

/** One line from a terminal, without echo. */
function ask(input: Input, key: string, tell: (text: string) => void): Promise<Buffer> {
  tell(`${key} (not shown, ends with Enter):`);
  return new Promise((done, fail) => {
    let typed = '';
    const decoder = new StringDecoder('utf8');
    const end = (): void => {
      input.off('data', read);
      input.setRawMode!(false);
      input.pause();
    };
    const read = (chunk: Buffer | string): void => {
      for (const char of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
        if (char === INTERRUPT || char === END) {
          end();
          fail(new UserError({ code: 'interrupted', cause: 'stopped', consequence: 'Nothing was sealed.' }));
          return;
        }
        if (char === '\r' || char === '\n') {
          end();
          done(Buffer.from(typed));
          return;
        }
        typed = char === DELETE || char === BACKSPACE ? typed.slice(0, -1) : typed + char;
      }
    };
    input.setRawMode!(true);
    input.on('data', read);
    input.resume();
  });
}
