import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { UserError, type Problem } from '../model/errors';
import { refusedCharacters } from './characters';

/** The most that a file under environments/ may hold, in bytes. */
export const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PLACES = 20;

/**
 * Reads a file of text: UTF-8, with or without a byte order mark, lines ended by LF or CRLF (handed on as LF).
 *
 * @param path where it lies
 * @param file how messages call it
 * @throws UserError for anything that is no plain text file of at most {@link MAX_BYTES}
 */
export function readTextFile(path: string, file: string): string {
  return decode(readBytes(path, file), file);
}

function readBytes(path: string, file: string): Buffer {
  refuseUnlessFile(
    system(file, () => lstatSync(path)),
    file,
  );
  // Should the file be replaced by a link or a pipe right now: do not follow the one, do not wait for the other.
  const fd = system(file, () =>
    openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  );
  try {
    const stat = fstatSync(fd);
    refuseUnlessFile(stat, file);
    if (stat.size > MAX_BYTES) throw tooLarge(file, stat.size);
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const read = system(file, () => readSync(fd, buffer, length, buffer.length - length, null));
      length += read;
      if (length > MAX_BYTES) throw tooLarge(file, length);
      if (read === 0) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

interface Kind {
  isFile(): boolean;
  isSymbolicLink(): boolean;
  isDirectory(): boolean;
}

function refuseUnlessFile(stat: Kind, file: string): void {
  if (stat.isFile()) return;
  const [what, remedy] = stat.isSymbolicLink()
    ? ['a symbolic link', 'Put a copy of the file in its place; links are not followed.']
    : stat.isDirectory()
      ? ['a folder', 'Move it away: only plain files are stages.']
      : ['neither a file nor a folder (a pipe, socket or device)', 'Put a plain file in its place.'];
  throw new UserError({ code: 'not-a-file', cause: `${file} is ${what}`, remedy, at: { file } });
}

function tooLarge(file: string, size: number): UserError {
  return new UserError({
    code: 'file-too-large',
    cause: `${file} holds ${size > MAX_BYTES + 1 ? `${size} bytes` : 'too many bytes'}; at most ${MAX_BYTES} are read`,
    remedy: 'Move long texts into files of their own, or apps into src/apps/.',
    at: { file },
  });
}

function system<T>(file: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw unreadable(file, code);
  }
}

/** What is said of a file that the system does not hand out, by the system's own code for why. */
export function unreadable(file: string, code: string): UserError {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'there is no such file',
    ELOOP: 'it is a symbolic link',
  };
  return new UserError({
    code: 'unreadable-file',
    cause: `${file} cannot be read: ${reasons[code] ?? 'the system refuses'} (${code})`,
    remedy:
      code === 'ENOENT'
        ? 'Write it; docs/environments.md of stageline shows what it says.'
        : 'Make it a plain file that you may read.',
    at: { file },
  });
}

function decode(bytes: Buffer, file: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const valid = validPrefix(bytes);
    throw new UserError({
      code: 'invalid-utf-8',
      cause: `the bytes from offset ${valid.length} on are not UTF-8`,
      remedy: 'Save the file as UTF-8.',
      at: { file, ...positionOf(valid.toString('utf8').replace(/^\ufeff/, ''), Infinity) },
    });
  }
  return acceptText(text, file);
}

/**
 * A text as the rest of the program takes it: without byte order mark, lines ended by LF.
 *
 * @throws UserError for characters that are refused, and for a text that is too long to be parsed
 */
export function acceptText(text: string, file: string): string {
  if (text.length > MAX_BYTES) throw tooLarge(file, Buffer.byteLength(text));
  const lines = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const refused = refusedCharacters(lines);
  if (refused.length === 0) return lines;
  throw new UserError(
    refused.slice(0, MAX_PLACES).map(({ offset, name }): Problem => ({
      code: 'refused-character',
      cause: `here stands ${name}`,
      consequence: 'Readers would see another text than the program does.',
      remedy: 'Delete it, or write it as an escape in double quotes if a value really needs it.',
      at: { file, ...positionOf(lines, offset) },
    })),
  );
}

/** The longest part from the start that is UTF-8; found by halving, as decoding up to a cut is cheap. */
function validPrefix(bytes: Buffer): Buffer {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isUtf8(bytes.subarray(0, middle), { stream: true })) low = middle;
    else high = middle - 1;
  }
  // The start of a character that never ends still counted as valid.
  while (!isUtf8(bytes.subarray(0, low))) low--;
  return bytes.subarray(0, low);
}

function isUtf8(bytes: Buffer, options?: { readonly stream: boolean }): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, options);
    return true;
  } catch {
    return false;
  }
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - start + 1 };
}
