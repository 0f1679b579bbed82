import { setWithin } from '../model/maps';

/** Nouns of secrets, as one word; `password` alone makes any literal a credential. */
const PASSWORD = /^(passwords?|passwd|pwd|passphrase|passcode|pass|pw)$/;
const NOUNS =
  /^(secrets?|tokens?|credentials?|creds?|apikey|apikeys|accesskey|secretkey|privatekey|authkey|clientsecret|bearer|authorization|jwt|connectionstring|connstr|dsn|htpasswd|webhook|salt|pepper)$/;
/** What `key` has to stand beside to be one that opens something. */
const KINDS_OF_KEY =
  /^(access|account|admin|api|app|application|auth|client|consumer|cookie|crypto|decryption|deploy|encryption|encrypt|hmac|host|license|master|private|secret|service|session|shared|signing|sign|ssh|storage|subscription|write)$/;
/** What `key` has to stand beside to be a place in a table, or the name of something. */
const KINDS_OF_PLACE =
  /^(cache|column|composite|config|data|dedup|event|foreign|group|hash|i18n|idempotency|index|label|lookup|map|message|node|object|partition|primary|public|pub|route|routing|row|shard|sort|topic|translation|unique)$/;
/** The last word says that the value is about a secret, and none itself. */
const ABOUT =
  /^(age|algorithm|alg|algo|annotation|arn|attribute|audience|backend|bits|bytes|charset|check|class|claim|config|cost|count|comment|days|default|description|dir|directory|disabled|duration|enabled|enable|encoding|endpoint|exists|expiration|expires?|expiry|field|fields|file|filename|files|format|generator|group|header|hint|host|hours|id|ids|interval|issuer|iterations|key|keys|kind|label|len|length|lifespan|lifetime|limit|limits|location|manager|max|method|min|minutes|mode|mount|name|names|namespace|optional|path|paths|pattern|period|placeholder|policy|port|prefix|profile|prompt|provider|ref|refs|region|renewal|required|requirements|reset|resource|role|rotation|rounds|rule|rules|scope|scopes|seconds|selector|server|size|source|status|summary|storage|store|strategy|strength|suffix|timeout|title|ttl|type|types|uri|uris|url|urls|usage|user|username|validator|validity|version|volume|window)$/;

/** What is computed from a secret in one direction only, made to be shown, or no real one by its own word. */
const DERIVED =
  /^(checksum|digest|fingerprint|sha|md|public|pub|encrypted|sealed|dummy|fake|invalid|mock|non|wrong)$/;

export type Strength = 'password' | 'secret' | 'key';

/** `dbPassword`, `DB_PASSWORD`, `db.password` → its words in lower case. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);

const known = new Map<string, Strength | undefined>();
const MOST_KNOWN = 10_000;

/** How strongly a name says that its value is a credential; undefined: not at all. The same few names stand everywhere. */
export function strengthOf(name: string): Strength | undefined {
  if (name.length > 100) return judge(name);
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  return setWithin(known, MOST_KNOWN, name, judge(name));
}

function judge(name: string): Strength | undefined {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (words.some((word) => DERIVED.test(word))) return undefined;
  if (last === 'key' || last === 'keys') {
    const before = words.at(-2);
    if (before !== undefined && KINDS_OF_PLACE.test(before)) return undefined;
    return words.slice(0, -1).some((word) => KINDS_OF_KEY.test(word) || NOUNS.test(word)) ? 'secret' : 'key';
  }
  if (ABOUT.test(last)) return undefined;
  if (words.some((word) => PASSWORD.test(word))) return 'password';
  if (words.some((word) => NOUNS.test(word))) return 'secret';
  const joined = words.join('');
  if (/passw(or)?d|passphrase/.test(joined)) return 'password';
  if (/secret|token|credential|api_?key|accesskey|privatekey|authkey/.test(joined)) return 'secret';
  if (words.includes('key') || words.includes('auth')) return 'key';
  return undefined;
}

const PLURAL = /(passw(or)?ds|passphrases|secrets|tokens|credentials|creds|keys)$/i;

/** The name that a text in a map has: the map's own counts where it is one of several credentials, `tokens: {alice: …}`. */
export function nameWithin(parent: string | undefined, key: string): string {
  if (parent === undefined || strengthOf(parent) === undefined || !PLURAL.test(parent)) return key;
  return strengthOf(key) === undefined ? `${parent}.${key}` : key;
}

/** The name of what stands in a list: the list's own, where that is telling. */
export const nameInList = (parent: string | undefined): string | undefined =>
  parent !== undefined && strengthOf(parent) !== undefined ? parent : undefined;
