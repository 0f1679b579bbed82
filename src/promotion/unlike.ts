import { readOwn } from '../manifests/read-own';
import type { KubeObject } from '../model/kube';
import type { RenderedFile } from '../model/rendered';

/** What stands for what: where two stages differ by nature, the words of one for those of the other. */
export type Words = ReadonlyMap<string, string>;

/**
 * The objects of two stages that are not alike, those of the first one in the words of the other. Two large stages are
 * alike in most: a text that is the same holds the same object, and is not read.
 */
export function unlike(
  mine: readonly RenderedFile[],
  theirs: readonly RenderedFile[],
  words: Words = new Map(),
): readonly [KubeObject[], KubeObject[]] {
  const others = new Map(theirs.map((file) => [withinStage(file), file]));
  const found: [KubeObject[], KubeObject[]] = [[], []];
  const add = (own: readonly KubeObject[], other: readonly KubeObject[]): void => {
    for (const object of own) found[0].push(inWords(object, words) as KubeObject);
    found[1].push(...other);
  };
  for (const file of mine) {
    const other = others.get(withinStage(file));
    others.delete(withinStage(file));
    const isSame = words.size === 0 && file.proven && file.proven.hash === other?.proven?.hash;
    if (isSame) continue;
    const [own, its] = inTexts(file, other, words) ?? [];
    add(own ?? file.objects, its ?? other?.objects ?? []);
  }
  for (const { objects } of others.values()) add([], objects);
  return found;
}

const withinStage = ({ path }: RenderedFile): string => path.slice(path.indexOf('/') + 1);

/** What is not alike in two files that stageline wrote; undefined where their texts do not tell. */
function inTexts(
  { proven: mine }: RenderedFile,
  other: RenderedFile | undefined,
  words: Words,
): readonly [KubeObject[], KubeObject[]] | undefined {
  if (!mine || !other?.proven) return undefined;
  const [own, its] = [documentsOf(mine.text), documentsOf(other.proven.text)];
  const renamed = own.map((text) => textInWords(text, words));
  const [here, there] = [new Set(renamed), new Set<string | undefined>(its)];
  const left = readOwn(own.filter((_, i) => !there.has(renamed[i])).join(SEPARATOR));
  const right = readOwn(its.filter((text) => !here.has(text)).join(SEPARATOR));
  return left && right && [left, right];
}

const SEPARATOR = '---\n';

/** After the line that says who wrote them. */
const documentsOf = (text: string): string[] => text.slice(text.indexOf('\n') + 1).split(/^---\n/m);

/** Every text within a value that is one of the words. */
function inWords(value: unknown, words: Words): unknown {
  if (words.size === 0) return value;
  if (typeof value === 'string') return words.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => inWords(item, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, inWords(child, words)]));
}

const LITERAL = / \|[-+]?$/m;

/** The same of a document as it is written; undefined where only its object can tell. */
function textInWords(text: string, words: Words): string | undefined {
  const all = [...words.keys()];
  if (!all.some((word) => text.includes(word))) return text;
  // A line of a longer text may look like a field.
  if (LITERAL.test(text)) return undefined;
  const field = new RegExp(`^( *(?:- )*(?:[^\\s":]+: )?)(${all.join('|')})$`, 'gm');
  return text.replace(field, (_, before: string, word: string) => before + words.get(word)!);
}
