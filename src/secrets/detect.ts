import { COMMANDS, CURL_USER } from './commands';
import { fitsAny, PATTERNS } from './patterns';
import { decodeBase64, isCredential, isFiller, isNoun, isPlaceholder, isRandom } from './value';
import { strengthOf, type Strength } from './words';

/** A credential in a text. `secret` never leaves the process: it serves to find the place and to tell two apart. */
export interface Detection {
  /** Why it is taken for one: `github-token`, `key-name`, `entropy`, `url-password`, `basic-auth`. */
  readonly rule: string;
  /** What says so, for people. Holds nothing of the value. */
  readonly why: string;
  readonly secret: string;
  /** Where it begins in the text. */
  readonly index: number;
}

const URL_PASSWORD = /[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@"'<>]{0,80}:([^\s@/"'<>]{3,200})@[\w[.$-]/gi;
/** In place of the user; nothing follows it. */
const URL_TOKEN = /https?:\/\/([\w-]{24,200})@[\w[]/gi;
const BASIC = /\bbasic\s+([A-Za-z0-9+/]{8,}={0,2})/gi;
const BEARER = /\bbearer\s+([\w.~+/-]{16,}={0,2})/gi;
const AUTHORIZATION = /\bauthorization["']?[ \t]*[:=][ \t]*["']?[\w-]{3,20}[ \t]+([\w.~+/-]{16,}={0,2})/gi;
const ASSIGNMENT =
  /([A-Za-z_][\w.-]{1,80})["'`\]]{0,2}(?:[ \t]{1,4}string)?[ \t]{0,8}(?:=>|:{0,3}=|[?.+]=|\|\|=|={2,3}|:|,[ \t]{0,3}(?=["'`]))[ \t]{0,8}(?:@?["'`]{1,3}([^"'`\n]{4,400})["'`]|((?:[^\s"'`,;<>(){}[\]\\]|\\(?![nrt"])){4,400}))/g;
/** Several under one name: `passwords: [a, b]`, or one a line. */
const LIST =
  /([A-Za-z_][\w.-]{1,60})["']?[ \t]{0,8}[:=][ \t]{0,8}(?:\r?\n((?:[ \t]{0,80}-[ \t]{1,8}[^\n]{4,200}(?:\n|$))+)|\[([^\]\n]{4,1000})\])/g;
const FLAG = /(?:^|\s)--?([A-Za-z][\w.-]{1,60})[= ]["']?([^\s"'-][^\s"']{3,})/g;
// Alone between spaces, quotes, brackets and signs of equality: part of a path, a name or a longer format is none.
const WORD = /(?<![^\s"'`=,;|>([{\\])[A-Za-z0-9+/_-]{24,512}={0,2}(?![^\s"'`,;|<)\]}\\])/g;
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const XML = /<([A-Za-z_][\w.-]{1,60})>\s{0,20}([^<>\s]{4,200})\s{0,20}<\/\1>/g;

export interface DetectOptions {
  /** What the text stands under, such as the name of a variable; then it is a value as a whole. */
  readonly name?: string;
  /** Whether random texts count although nothing around them says what they are. @default true */
  readonly entropy?: boolean;
}

/** Every credential in a text, by format, by the name it stands under, and by entropy; also inside of base64. */
export function detect(text: string, options: DetectOptions = {}): readonly Detection[] {
  const { entropy = true, name } = options;
  return withoutOverlaps(text.length, [
    ...inPlain(text, name),
    ...inBase64(text, name),
    ...(entropy ? randomTexts(text, name) : []),
  ]);
}

function inPlain(text: string, name: string | undefined): Detection[] {
  const found: Detection[] = [];
  const add = (rule: string, why: string, secret: string, index: number): void => {
    found.push({ rule, why, secret, index });
  };
  for (const { name: rule, regex, weak } of fitsAny(text) ? PATTERNS : []) {
    for (const match of matches(text, regex)) {
      if (weak && !isRandom(match[0].replace(/^\w+[.-]/, ''))) continue;
      if (rule !== 'private-key' && isFiller(match[0])) continue;
      add(rule, `looks like a ${rule.replaceAll('-', ' ')}`, match[0], match.index);
    }
  }
  if (text.includes('://')) addresses(text, add);
  each(text, BASIC, (secret, index) => {
    if (
      decodeBase64(secret)?.includes(':') ||
      (decodeBase64(`${secret}====`.slice(0, 12)) ?? '').includes(':')
    )
      add('basic-auth', 'the user and password of basic authentication', secret, index);
  });
  each(text, BEARER, (secret, index) => {
    if (isCredential(secret, 'secret', false)) add('bearer', 'a bearer token', secret, index);
  });
  each(text, AUTHORIZATION, (secret, index) => {
    if (isCredential(secret, 'secret', false)) add('bearer', 'what authorizes a request', secret, index);
  });
  each(text, CURL_USER, (secret, index) => {
    const [user, password] = [secret.slice(0, secret.indexOf(':')), secret.slice(secret.indexOf(':') + 1)];
    if (user !== password && !isPlaceholder(secret) && !isPlaceholder(password) && !isNoun(password))
      add('curl-user', 'the user and password of a curl command', secret, index);
  });
  for (const regex of COMMANDS)
    each(text, regex, (secret, index) => {
      if (isPlaceholder(secret) || isNoun(secret)) return;
      add('command-line', 'a password that a program is given', secret, index);
    });
  const strength = name === undefined ? undefined : strengthOf(name);
  if (strength !== undefined && !text.trim().includes('\n') && isCredential(text, strength, true))
    add('key-name', `"${name}" says that it is one`, text.trim(), 0);
  const mayAssign = /[=:,]/.test(text);
  if (mayAssign) assignments(text, ASSIGNMENT, add);
  for (const regex of [FLAG, XML]) assignments(text, regex, add);
  if (mayAssign && /[\n[]/.test(text)) lists(text, add);
  return found;
}

/** What says that the random text after it is public. */
const PUBLIC =
  /(sha\d*|md5|integrity|checksum|digest|hash|cert|public|revision|commit|signature|fingerprint|nonce|csrf|xsrf|authenticity|etag|identity|dummy|fake|invalid|mock|wrong|(client|account|project|tenant|measurement)[_-]?id)[\w"'@:=/ -]*$/i;

function randomTexts(text: string, name = ''): Detection[] {
  return [...matches(text, WORD)].flatMap(({ 0: word, index }): Detection[] => {
    const before = text
      .slice(Math.max(0, index - 40), index)
      .split('\n')
      .at(-1)!;
    if (word.includes('/') || !isRandom(word) || PUBLIC.test(`${name} ${before}`)) return [];
    // A value, be it of a field, behind a sign, or the second word of its line. A line of its own is part of something
    // longer, such as a certificate, and within sentences there are no keys.
    const isField = name !== '' && text.trim() === word;
    if (!isField && !/(^\s*[-\w./]+\s+|["'`=:,;|>([{\\]\s*)$/.test(before)) return [];
    if (decodeBase64(word) !== undefined) return []; // text, which has been looked at
    return [{ rule: 'entropy', why: 'a random text, as keys and tokens are', secret: word, index }];
  });
}

type Add = (rule: string, why: string, secret: string, index: number) => void;

function addresses(text: string, add: Add): void {
  each(text, URL_PASSWORD, (secret, index) => {
    if (!isPlaceholder(secret) && !isNoun(secret))
      add('url-password', 'an address with a password in it', secret, index);
  });
  each(text, URL_TOKEN, (secret, index) => {
    if (isRandom(secret)) add('url-password', 'an address with a token in it', secret, index);
  });
}

function assignments(text: string, regex: RegExp, add: Add): void {
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match; match = regex.exec(text)) {
    const [whole, name, quoted, bare] = match as unknown as [string, string, string?, string?];
    const value = quoted ?? bare;
    const strength = strengthOf(name);
    if (value === undefined) continue;
    if (strength === undefined) {
      // What stands under this name may hold names of its own: `jdbc:…?password=…`.
      regex.lastIndex = match.index + whole.lastIndexOf(value);
      continue;
    }
    if (bare !== undefined && quoted === undefined && isCode(bare, strength)) continue;
    if (!isCredential(value, strength, false)) continue;
    add(
      'key-name',
      `"${name.slice(-60)}" says that it is one`,
      value,
      match.index + whole.lastIndexOf(value),
    );
  }
}

function lists(text: string, add: Add): void {
  for (const match of matches(text, LIST)) {
    const [whole, name, lines, inline] = match as unknown as [string, string, string?, string?];
    const strength = strengthOf(name);
    if (strength === undefined || strength === 'key') continue;
    for (const item of lines?.split('\n') ?? inline!.split(',')) {
      const value = item.replace(/^[ \t]*(-[ \t]+)?["']?|["']?[ \t\r]*$/g, '');
      if (!isCredential(value, strength, false)) continue;
      add('key-name', `"${name}" says that it is one`, value, match.index + whole.lastIndexOf(value));
    }
  }
}

/** Without quotes it may be code: another variable, a call, a type. */
const isCode = (value: string, strength: Strength): boolean =>
  /^[A-Za-z_$][\w$]*([.:][A-Za-z_$][\w$]*)*[.:]?$/.test(value) &&
  !(
    /\d/.test(value) &&
    (strength === 'password' ? value.length >= 8 : value.length >= 12) &&
    !value.includes('.')
  );

/** As often as somebody may have encoded a text again. */
const MOST_LAYERS = 4;

function inBase64(text: string, name: string | undefined, layer = 1): Detection[] {
  return [...matches(text, BASE64)].flatMap((match) => {
    const decoded = decodeBase64(match[0]);
    if (decoded === undefined) return [];
    const inside = inPlain(decoded, name);
    return (inside.length > 0 || layer === MOST_LAYERS ? inside : inBase64(decoded, name, layer + 1))
      .slice(0, 1)
      .map(({ rule, why }): Detection => ({
        rule,
        why: `${why.replace(/, in base64$/, '')}, in base64`,
        secret: match[0],
        index: match.index,
      }));
  });
}

/** Most texts hold nothing, and `matchAll` copies the expression before it looks: three times as long as to search. */
const matches = (text: string, regex: RegExp): Iterable<RegExpExecArray> =>
  text.search(regex) < 0 ? [] : text.matchAll(regex);

function each(text: string, regex: RegExp, found: (secret: string, index: number) => void): void {
  for (const match of matches(text, regex)) found(match[1]!, match.index + match[0].lastIndexOf(match[1]!));
}

/** Of several reasons for the same characters the first one counts: the most specific stands first. */
function withoutOverlaps(length: number, found: readonly Detection[]): readonly Detection[] {
  if (found.length < 2) return found;
  const taken = new Uint8Array(length);
  return found
    .filter(({ index, secret }) => {
      const end = index + secret.length;
      if (taken.subarray(index, end).includes(1)) return false;
      taken.fill(1, index, end);
      return true;
    })
    .sort((a, b) => a.index - b.index);
}
