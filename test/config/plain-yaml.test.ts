import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_DEPTH } from '../../src/config/nesting';
import { parseAnyYaml } from '../../src/config/parse-yaml';
import { readPlainYaml } from '../../src/config/plain-yaml';
import { cpuSeconds } from '../support/cpu';
import { edited, yamlText } from '../support/yaml-texts';

const ROOT = join(__dirname, '../..');
const FILE = 'environments/dev.yaml';
/** How many texts each property tries; set it for a long search. */
const RUNS = Number(process.env['PLAIN_YAML_RUNS'] ?? 500);

/** Whatever is read plainly is what the whole parser reads, and has no problem; tells whether it was. */
function expectTheSame(text: string): boolean {
  const plain = readPlainYaml(text, FILE);
  if (plain) expect({ value: plain, problems: [] }).toStrictEqual(parseAnyYaml(text, FILE));
  return plain !== undefined;
}

test('texts of any shape are read as the whole parser reads them, or not at all', () => {
  const property = fc.property(yamlText, (text) => void expectTheSame(text));
  fc.assert(property, { numRuns: RUNS });
  const read = fc.sample(yamlText, { numRuns: 500, seed: 1 }).filter((text) => readPlainYaml(text, FILE));
  expect(read.length).toBeGreaterThan(80);
});

test('texts that were edited at random are read as the whole parser reads them, or not at all', () => {
  const property = fc.property(edited(yamlText), (text) => void expectTheSame(text));
  fc.assert(property, { numRuns: RUNS });
});

const filesBelow = (folder: string, extension: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
const inDocs = filesBelow('docs', '.md').flatMap((text) =>
  [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map((match) => match[1]!),
);
const documents = filesBelow('dist', '.yaml').flatMap((text) => text.split(/^---\n/m));
const real = [...filesBelow('environments', '.yaml'), ...documents, ...inDocs];

test('most files of this repository and most examples of its documentation are read plainly', () => {
  const plain = real.filter(expectTheSame);
  expect(plain.length).toBeGreaterThan(real.length * 0.7);
});

test('real files that were edited are read as the whole parser reads them, or not at all', () => {
  const short = real.filter(({ length }) => length < 3000);
  const property = fc.property(edited(fc.constantFrom(...short)), (text) => void expectTheSame(text));
  fc.assert(property, { numRuns: RUNS });
});

test.each([
  'a: 1\n',
  'a: {}',
  '{ a: 1, b: [x, 2.5, ], }\n',
  '# c\n\na: # c\n  - b: x # c\n    c: |\n      # text\n\n      more\n\n  - - "\\"q\\"\\n"\n    - \'it\'\'s\'\nd:\n- ~\n- http://x#y\n',
  'a:\n  [\n    b, # c\n    { "c d": 0x1F },\n  ]\n',
  'constructor: 1\ntoString: 😀\n',
])('what people write is read plainly: %j', (text) => expect(expectTheSame(text)).toBe(true));

test.each([
  '',
  '# c\n',
  'text\n',
  '- a\n',
  '[]\n',
  'a: &x 1\n',
  'a: !!str 1\n',
  'a: b: c\n',
  'a: b\n  c\n',
  'a:\n',
  'a: >\n  b\n',
  'a: .inf\n',
  'a: 1e400\n',
  'a: -0.0\n',
  'a: "\\u0000"\n',
  'a: 1\na: 2\n',
  'a:\n  b: 1\n c: 2\n',
  'a: {\n}\n',
  '1: a\n',
  '<<: a\n',
  '__proto__: a\n',
  '? a\n',
  'a: b\tc\n',
  '--- # c\na: 1\n',
  'a: 1\n...\n',
  `${'x'.repeat(1100)}: 1\n`,
  `a: ${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}\n`,
])('anything else is left to the whole parser: %j', (text) =>
  expect(readPlainYaml(text, FILE)).toBeUndefined(),
);

test('a long line takes no longer than its length says', () => {
  const text = `a: |\n  x${' '.repeat(200_000)}\nb: x${' '.repeat(200_000)}\n`;
  expect(cpuSeconds(() => expect(readPlainYaml(text, FILE)).toBeDefined())).toBeLessThan(2);
});
