import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadRepository } from '../../src/config';
import { UserError } from '../../src/model/errors';
import { cpuSeconds } from '../support/cpu';
import { BASE, inRepository, type Files } from '../support/environments';

/** Far more than any of these files takes; a loop, or time that grows with the square, takes longer. */
const SECONDS = 10;
const RUNS = { numRuns: 80 };

/**
 * The property: whatever stands in the files, there is either a repository or a list of problems, each of which has a
 * place in one of the files, and it is there soon.
 */
function loads(files: Files): void {
  inRepository(files, (root) => expect(cpuSeconds(() => loadsAt(root))).toBeLessThan(SECONDS));
}

function loadsAt(root: string): void {
  try {
    expect(loadRepository({ root, classes: [] }).environments.length).toBeGreaterThan(0);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { at, cause, code } of error.problems) {
      expect(at?.file).toMatch(/^environments/);
      expect(at?.line ?? 1).toBeGreaterThan(0);
      expect(code).toMatch(/^[a-z0-9-]+$/);
      expect(cause).not.toMatch(/ undefined\b|\[object |Invalid input/);
    }
  }
}

const FIXTURE = join(__dirname, '../fixtures/five-stages/environments');
const VALID = readdirSync(FIXTURE)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => [file, readFileSync(join(FIXTURE, file), 'utf8')] as const);

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
      loads({ 'base.yaml': BASE, 'dev.yaml': Buffer.from(bytes) }),
    ),
    RUNS,
  );
});

const token = fc.constantFrom(
  ...[
    'a',
    'apps',
    'web',
    'replicas',
    'null',
    '~',
    '1',
    '-1',
    '1e999',
    '0x1F',
    '.nan',
    'true',
    '*a',
    '&a',
    '<<',
    '!!str',
    '!x',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ': ',
    '- ',
    '? ',
    '| ',
    '>-\n',
    '"',
    "'",
    '#',
    '%',
    '---',
    '...',
    '@',
    '`',
    '\\',
  ],
  ...['\n', '\n  ', '\n    ', ' ', '\t', '\r\n', '__proto__', 'constructor', '\ufeff', '\u202e', 'ü', '😀'],
);

test('anything that looks like YAML', () => {
  const text = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''));
  fc.assert(
    fc.property(text, text, (dev, base) => {
      loads({ 'base.yaml': BASE, 'dev.yaml': dev });
      loads({ 'base.yaml': BASE + base, 'dev.yaml': dev });
    }),
    RUNS,
  );
});

test('valid files with a piece taken out, put in, doubled or moved', () => {
  const change = fc.record({
    file: fc.nat(VALID.length - 1),
    from: fc.nat(800),
    length: fc.nat(40),
    to: fc.nat(800),
    insert: fc.array(token, { maxLength: 3 }).map((tokens) => tokens.join('')),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const texts = VALID.map(([, text]) => text);
      for (const { file, from, length, to, insert } of changes) {
        const text = texts[file]!;
        const piece = text.slice(from % text.length, (from % text.length) + length);
        const rest = text.replace(piece, '');
        texts[file] = rest.slice(0, to % text.length) + insert + piece + rest.slice(to % text.length);
      }
      loads(Object.fromEntries(VALID.map(([name], index) => [name, texts[index]!])));
    }),
    RUNS,
  );
});

test('values of any shape, where values of another shape belong', () => {
  const keys = [
    'apps',
    'web',
    'cluster',
    'clusters',
    'env',
    'ports',
    'http',
    'kind',
    'promotesFrom',
    'sync',
    'windows',
    'main',
  ];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('map'), tie('list')),
    leaf: fc.oneof(
      fc.constantFrom<unknown>(
        null,
        '',
        'service',
        'worker',
        'main',
        'x',
        -1,
        0,
        1.5,
        Infinity,
        true,
        '1Gi',
        'a:1',
      ),
      fc.string(),
    ),
    map: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 5 })), tie('tree'), {
      maxKeys: 5,
    }),
    list: fc.array(tie('tree'), { maxLength: 3 }),
  }));
  const map = fc.dictionary(fc.constantFrom(...keys), tree, { maxKeys: 6 });
  fc.assert(
    fc.property(map, map, (base, dev) => {
      loads({ 'base.yaml': BASE, 'dev.yaml': stringify(dev) });
      loads({ 'base.yaml': stringify({ project: 'p', ...base }), 'dev.yaml': stringify(dev) });
    }),
    RUNS,
  );
});
