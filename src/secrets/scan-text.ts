import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Node,
  type Scalar,
  type YAMLSeq,
} from 'yaml';
import type { Location } from '../model/errors';
import { detect } from './detect';
import { commandLine, isCommandRule } from './commands';
import { isCiphertext, MAY_BE_CIPHERTEXT } from './ciphertext';
import { isStageFile, keyNames } from './key-names';
import { embeddedSecrets, plainSecrets } from './objects';
import { nameInList, nameWithin, strengthOf } from './words';

/** A credential in a file. Its value is not part of it. */
export interface FileFinding {
  readonly at: Location;
  readonly rule: string;
  readonly why: string;
  /** A Secret with data: no comment accepts it. */
  readonly structural: boolean;
}

/** In these each line is a name and a value, and nothing else. */
const SETTINGS = /(^|\/)(\.env(\..*)?|[^/]*\.(env|properties|ini|cfg|conf|toml))$/;
const YAML = /\.(ya?ml|json)$/;

/** Every credential in the text of a file: as YAML or JSON where it is that, else line by line. */
export function scanText(text: string, file: string): readonly FileFinding[] {
  const found = new Map<string, FileFinding>();
  const add = (finding: FileFinding): void => {
    const key = `${finding.at.line} ${finding.structural}`;
    if (!found.has(key)) found.set(key, finding);
  };
  const named: Node[] = [];
  if (YAML.test(file)) for (const finding of inYaml(text, file, named)) add(finding);
  else if (SETTINGS.test(file)) for (const finding of inSettings(text, file)) add(finding);
  const counter = new LineCounter();
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  counter.lineStarts.unshift(0);
  const encrypted = /^\s*(encryptedData|sealed|caBundle):/m.test(text)
    ? ciphertextLines(text)
    : new Set<number>();
  for (const { index, rule, why } of detect(text)) {
    const { line, col } = counter.linePos(index);
    if (rule === 'key-name' && named.some(({ range }) => range![0] <= index && index <= range![1])) continue;
    if (!encrypted.has(line)) add({ at: { file, line, column: col }, rule, why, structural: false });
  }
  return [...found.values()].sort((a, b) => a.at.line! - b.at.line! || a.at.column! - b.at.column!);
}

/** Lines of a map under a key whose values are encrypted, or public by nature. */
function ciphertextLines(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  let within: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    if (within !== undefined && indent <= within) within = undefined;
    if (/^\s*(encryptedData|sealed|caBundle):/.test(line)) within = indent;
    if (within !== undefined && CIPHERTEXT.test(line)) found.add(index + 1);
  }
  return found;
}

/** The key alone, or base64 and nothing else beside it. */
const CIPHERTEXT = /^\s*([\w.'"-]+:)?\s*(([|>][-+]?)?|["']?[A-Za-z0-9+/]{40,}={0,2}["']?)\s*$/;

function inSettings(text: string, file: string): FileFinding[] {
  return text.split('\n').flatMap((line, index): FileFinding[] => {
    const match = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*["']?([^"'\r]*)["']?\s*(?:[#;].*)?$/.exec(line);
    const [first] = match ? detect(match[2]!.trim(), { name: match[1] }) : [];
    if (!first) return [];
    const at = { file, line: index + 1, column: line.indexOf(match![2]!) + 1 };
    return [{ at, rule: first.rule, why: first.why, structural: false }];
  });
}

/** @param named gets what names the key of a Secret and is no value, whatever the lines look like */
function inYaml(text: string, file: string, named: Node[]): FileFinding[] {
  const lines = new LineCounter();
  let documents;
  try {
    documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
    });
  } catch {
    return []; // the lines are looked at all the same
  }
  const place = (node: Node): Location => {
    const { line, col } = lines.linePos(node.range![0]);
    return { file, line, column: col };
  };
  return documents.flatMap((document): FileFinding[] => {
    if (document.errors.length > 0 || !document.contents) return [];
    const found: FileFinding[] = [];
    const keys = isStageFile(file) ? keyNames(document.contents) : new Set<Node>();
    named.push(...keys);
    walk(document.contents, undefined, (node, given) => {
      // As in what is rendered of it: `secretKeyRef: { key: … }`.
      const name = keys.has(node) ? 'key' : given;
      if (isMap(node)) {
        if (!isSecret(node)) return;
        const [secret] = plainSecrets(document.contents === node ? document.toJS() : node.toJS(document));
        if (!secret) return;
        const data = (node.get('data', true) ?? node.get('stringData', true) ?? node) as Node;
        found.push({ at: place(data), rule: 'plain-secret', why: secret.detection.why, structural: true });
      } else if (isSeq(node)) {
        for (const { at, rule, why } of inCommand(node))
          found.push({ at: place(at), rule, why, structural: false });
      } else if (isScalar(node) && node.range) {
        const text = textOf(node, name);
        if (text === undefined) return;
        const [secret] = embeddedSecrets(text);
        if (secret)
          found.push({ at: place(node), rule: 'plain-secret', why: secret.detection.why, structural: true });
        // Of a text of several lines, each line is looked at on its own.
        const [first] = text.includes('\n') ? [] : detect(text, { name });
        if (first) found.push({ at: place(node), rule: first.rule, why: first.why, structural: false });
      }
    });
    return found;
  });
}

/** A number is a text where it stands under a password's name. */
function textOf({ value }: Scalar, name: string | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && strengthOf(name ?? '') === 'password' ? String(value) : undefined;
}

/** A list may be a command line; its password is one of the words. */
function inCommand({ items }: YAMLSeq): { at: Node; rule: string; why: string }[] {
  const words = items.map((item) => (isScalar(item) ? item.value : undefined));
  const command = commandLine(words);
  if (command === undefined) return [];
  return detect(command).flatMap(({ rule, secret, why }) => {
    const at = items.find((item) => isScalar(item) && String(item.value).includes(secret));
    return at && isCommandRule(rule) ? [{ at: at as Node, rule, why }] : [];
  });
}

/** Of the few keys that ciphertext may stand under, what stands there. */
const plain = (key: string, node: unknown): unknown => {
  if (isScalar(node)) return node.value;
  return MAY_BE_CIPHERTEXT.test(key) && isMap(node) ? (node.toJSON() as unknown) : undefined;
};

const isSecret = (node: { get: (key: string) => unknown }): boolean =>
  String(node.get('kind')).toLowerCase() === 'secret';

type Visit = (node: Node, name: string | undefined) => void;

function walk(node: unknown, name: string | undefined, visit: Visit): void {
  if (isMap(node)) {
    visit(node, name);
    const called = [node.get('name'), node.get('key')].find((one) => typeof one === 'string');
    for (const { key, value } of node.items) {
      const text = isScalar(key) ? String(key.value) : undefined;
      if (text !== undefined && isCiphertext(text, plain(text, value))) continue;
      if (isSecret(node) && (text === 'data' || text === 'stringData')) continue;
      const own = text !== undefined && isScalar(value) ? nameWithin(name, text) : text;
      walk(value, text === 'value' && called !== undefined ? called : own, visit);
    }
  } else if (isSeq(node)) {
    visit(node, name);
    for (const [index, item] of node.items.entries()) {
      const before = node.items[index - 1];
      const flag =
        isScalar(before) && typeof before.value === 'string'
          ? /^--?([A-Za-z][\w.-]*)$/.exec(before.value)
          : null;
      walk(item, flag?.[1] ?? (isScalar(item) ? nameInList(name) : name), visit);
    }
  } else if (isScalar(node)) {
    visit(node, name);
  }
}
