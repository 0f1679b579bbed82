import type { Strength } from './words';

/** Shannon's entropy of a text, in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  const length = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

const PLACEHOLDER =
  /^(x+|\*+|\.+|-+|_+|#+|\?+|0+|<.*>|\[.*\]|\{.*\}|\(.*\)|null|nil|none|undefined|true|false|yes|no|on|off|n\/a|na|todo|tbd|fixme|unset|empty|default|optional|required|redacted|hidden|masked|removed|string|text|value)$/i;
const PLACEHOLDER_PART =
  /(\{\{|####|\bexample\b|placeholder|redacted|your[-_ ]?(own[-_ ]?)?(api|access|secret|auth|private|client|bot|token|password|key)|insert[-_ ]|replace[-_ ]?(me|this|with)|change[-_ ]?this|dummy|xxxx|\*\*\*\*|\.\.\.|abcdefghijkl|1234567890abcdef)/i;
/** Not a literal, but what literals look like. */
const REGEX = /\(\?[:!<=]|\[[^\]]*\w-\w[^\]]*\]|\\[wdsb]|\[\^/;
/** Another place holds the value. */
const REFERENCE =
  /^(\$[({]|\$[A-Za-z_]\w*($|[/.:,;)@-])|\$\$|%[A-Za-z_(]|\{\{|<%|#\{|@|&[a-z]|\*[a-z]|env[.:(]|vault:|ref\+|secretRef|file:|arn:aws[^:]*:(secretsmanager|ssm|iam|kms)|projects\/|process\.env|os\.(environ|getenv)|ENC\[AES256_GCM,data:[^,\]]*,iv:)/;
const PLAIN = [
  /^-?\d{1,19}(\.\d+)?(ms|[smhdwy]|[kmgt]i?b?|%)?$/i, // numbers, durations, sizes
  /^v?\d+(\.\d+){1,3}([-+][\w.]+)?$/, // versions
  /^(\.{0,2}|~)\/[\w./@+-]*$/, // paths
  /^[a-z][a-z0-9+.-]*:\/\/[^\s@]*$/i, // addresses without credentials
  /^[a-z0-9.-]+\.[a-z]{2,}(:\d+)?(\/.*)?$/, // hosts
  /^\d{4}-\d\d-\d\d/, // dates
];

/** Whether a text stands for something else, or for nothing. */
export const isPlaceholder = (value: string): boolean =>
  PLACEHOLDER.test(value) || REFERENCE.test(value) || isRepetition(value);

const isRepetition = (value: string): boolean =>
  new Set(value).size <= Math.max(1, Math.min(3, value.length / 6));

/** A name for what stands there, and not the thing: `curl -u user:password`. */
export const isNoun = (value: string): boolean =>
  /^<?(my|your)?[-_ ]?(user|test|pass(word|wd|phrase)?|secret|token|pwd|(api)?key)>?$/i.test(value);

/**
 * Whether a text of a credential's format was typed for show: one character five times in a row, one group three times,
 * or six characters that follow each other in the alphabet. Of random texts not one in a thousand does that.
 */
export function isFiller(text: string): boolean {
  if (text.length > 200) return false;
  // Zero bytes are runs of "A" in base64.
  if (/EXAMPLE|example|([^A])\1{4}|(\w{3,8})[-_.]?(\2[-_.]?){2}/.test(text.replace(/A{4,}/g, '')))
    return true;
  let run = 1;
  for (let i = 1; i < text.length; i += 1) {
    run = text.charCodeAt(i) === text.charCodeAt(i - 1) + 1 ? run + 1 : 1;
    if (run >= 6) return true;
  }
  return false;
}

const isWords = (value: string): boolean =>
  /^[A-Za-z]+([-_./: ][A-Za-z]+)*$/.test(value) && !/[a-z][A-Z].*[a-z][A-Z].*[a-z][A-Z]/.test(value);

/**
 * Whether the literal that stands under a name is a credential.
 *
 * @param exact the value is the whole of a field that a program will read, so that any text may be a password
 */
export function isCredential(value: string, strength: Strength, exact: boolean): boolean {
  const text = value.trim();
  if (text.length < 4 || isPlaceholder(text)) return false;
  if (PLACEHOLDER_PART.test(text) || (!exact && REGEX.test(text))) return false;
  if (/\s/.test(text) && !exact) return false;
  if (strength === 'password' && exact) {
    if (/^(\.{0,2}|~)\/[\w./@+-]*$/.test(text)) return false; // the file that holds it
    return !PLAIN[3]!.test(text);
  }
  if (
    PLAIN.some((plain) => plain.test(text)) ||
    (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) === false && isWords(text))
  )
    return false;
  const bits = entropyOf(text);
  if (strength !== 'password' && isFiller(text)) return false;
  if (strength === 'password') return text.length >= 5 && bits >= 2 && !isIdentifier(text);
  if (isWords(text) || isName(text)) return false;
  if (strength === 'secret') return text.length >= 8 && bits >= (exact ? 2.5 : 2.9);
  return text.length >= 16 && bits >= 3.5 && /\d/.test(text);
}

/** `registry-pull-2`, `my.config.value`: words with perhaps a number, and no more than one. */
const isName = (text: string): boolean =>
  /^[a-z]+\d{0,2}([-_./:,]([a-z]+\d{0,2}|\d{1,3}))+$/i.test(text) || /^[a-z]{2,12}\d{0,2}$/.test(text);

const isIdentifier = (text: string): boolean => /^[A-Za-z_]+(\.[A-Za-z_]+)+$/.test(text);

/** A text that nobody would remember: random, although nothing around says so. */
export function isRandom(text: string): boolean {
  if (text.length < 24 || text.length > 512 || !/^[A-Za-z0-9+/_=-]+$/.test(text)) return false;
  if (/^[0-9a-f-]+$/i.test(text)) return false; // digests, commits, UUIDs
  const classes = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  if (classes < 3 || /^(sha\d+-|ssh-|AAAA[BC])/.test(text)) return false;
  // Words in camel case, or joined, change between classes less often than random letters do.
  const changes = [...text].filter((c, i) => i > 0 && classOf(c) !== classOf(text[i - 1]!)).length;
  return entropyOf(text) >= Math.min(4.2, Math.log2(text.length) * 0.86) && changes / text.length > 0.4;
}

const classOf = (char: string): number =>
  /[a-z]/.test(char) ? 0 : /[A-Z]/.test(char) ? 1 : /\d/.test(char) ? 2 : 3;

const PRINTABLE = /^[\x20-\x7e\u00a0-\ufffc\t\r\n]{8,}$/;
/** As Windows writes texts, which `powershell -EncodedCommand` takes. */
const ASCII = /^[\x20-\x7e\t\r\n]{8,}$/;

/** The printable text that base64 stands for; undefined for anything else. */
export function decodeBase64(text: string): string | undefined {
  const plain = text.replace(/\s+/g, '');
  if (plain.length < 12 || plain.length > 1 << 20 || plain.length % 4 === 1) return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain) && !/^[A-Za-z0-9_-]+={0,2}$/.test(plain)) return undefined;
  const bytes = Buffer.from(plain, 'base64');
  const decoded = bytes.toString('utf8');
  if (PRINTABLE.test(decoded)) return decoded;
  const wide = bytes.length % 2 === 0 && bytes.includes(0) ? bytes.toString('utf16le') : '';
  return ASCII.test(wide) ? wide : undefined;
}
