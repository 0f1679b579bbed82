import { BASE, complaintsOf, loadFiles } from '../support/environments';

const withDev = (dev: string): string[] => complaintsOf({ 'base.yaml': BASE, 'dev.yaml': dev });
const place = (rest: string): string => `environments/dev.yaml:${rest}`;

test.each([
  ['an empty file', '', '1:1: the file is empty [empty-file]'],
  ['a file of comments', '# later\n', '1:1: the file is empty [empty-file]'],
  ['a list', '- a\n', '1:1: the file must be a map of keys and values [wrong-type]'],
  ['a text', 'hello\n', '1:1: the file must be a map of keys and values [wrong-type]'],
  ['a second document', 'a: 1\n---\nb: 2\n', '2:1: a second YAML document starts here [several-documents]'],
  [
    'a directive',
    '%YAML 1.1\n---\na: no\n',
    '1:1: a line that starts with % is a YAML directive [yaml-directive]',
  ],
  ['an unknown tag', 'namespace: !vault x\n', '1:12: this is not YAML: Unresolved tag: !vault [unknown-tag]'],
  ['a tag for a JavaScript type', 'a: !!js/regexp x\n', '1:4: this is not YAML: Unresolved tag'],
  ['a binary', 'a: !!binary aGk=\n', '1:13: this value has a tag, "tag:yaml.org,2002:binary"'],
  ['a set', 'a: !!set { x }\n', '1:10: this value has a tag, "tag:yaml.org,2002:set"'],
  ['an open quote', 'a: "x\n', '2:1: this is not YAML: Missing closing "quote [yaml-syntax]'],
  ['a tab', 'a:\n\tb: 1\n', '2:1: this is not YAML: Tabs are not allowed as indentation [yaml-syntax]'],
  ['a merge key', 'x: &x {}\napps:\n  <<: *x\n', '3:3: merge keys (<<) are not part of YAML 1.2 [merge-key]'],
  ['a number as a key', '8080: x\n', '1:1: the key 8080 is no text: YAML reads it as 8080 [key-not-text]'],
  ['a map as a key', '? { a: 1 }\n: 2\n', '1:3: a key must be text [key-not-text]'],
  ['an empty key', ': 2\n', '1:1: a key must be text [key-not-text]'],
  [
    'a reserved key',
    '__proto__: { a: 1 }\n',
    '1:1: the key "__proto__" is reserved by JavaScript [reserved-key]',
  ],
  ['an alias to nothing', 'a: *b\n', '1:4: there is no anchor &b before this alias [bad-alias]'],
  ['an alias to itself', 'a: &b [*b]\n', '1:8: *b would contain itself [bad-alias]'],
])('%s is refused with its place', (_, text, complaint) => {
  expect(withDev(text)).toContainEqual(expect.stringContaining(place(complaint)));
});

test('a value that cannot be read is told once, and not for what follows from it', () => {
  const base = `${BASE}    env: { A: *none }\n  api: *none\n`;
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': 'apps: { web: { env: { B: *none } } }' })).toEqual([
    expect.stringMatching(/base\.yaml:18:15: there is no anchor &none/),
    expect.stringMatching(/base\.yaml:19:8: there is no anchor &none/),
    expect.stringMatching(/dev\.yaml:1:26: there is no anchor &none/),
  ]);
});

test('an empty base.yaml is not a stage that may be deleted', () => {
  expect(complaintsOf({ 'base.yaml': '# nothing\n', 'dev.yaml': '' })).toEqual([
    expect.stringContaining('Write at least project, repository and clusters.'),
    expect.stringContaining('Write at least {}, or delete the file if the stage is not wanted.'),
  ]);
});

test('a duplicate key is refused, and both places are named', () => {
  expect(withDev('promotesFrom: a\nnamespace: x\npromotesFrom: b\n')).toContain(
    place(`3:1: the key "promotesFrom" stands here for the second time; the first is in line 1 [duplicate-key]
    Only one of the two could count.
    → Delete one of them, or put their values together under one key.`),
  );
});

test('a duplicate key does not hide what else is wrong', () => {
  const complaints = withDev('namespace: x\nnamespace: y\napps: { web: { replicas: three } }\n');
  expect(complaints.map((text) => text.split(':').slice(1, 3).join(':'))).toEqual(['2:1', '3:26']);
});

test('an alias within the file is written out, and keeps the place of what it stands for', () => {
  const text =
    'apps:\n  web: { env: &env { A: "1" } }\n  b:\n    kind: worker\n    image: a:1\n    env: *env\n';
  const resources = '    resources: { requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } }\n';
  const [dev] = loadFiles({ 'base.yaml': BASE, 'dev.yaml': text + resources }).environments;
  expect(dev!.apps[0]!.values).toMatchObject({ env: { A: '1' } });
  expect(dev!.locate(['apps', 'b', 'env', 'A'])).toMatchObject({ line: 2, column: 25 });
});

test('aliases that multiply are refused before they fill the memory', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 40; i++) bomb.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`);
  expect(withDev(bomb.join('\n'))).toEqual([
    expect.stringContaining('the aliases of this file stand for more than 1000 values [too-many-aliases]'),
  ]);
});

const deep = (n: number): [string, string][] => [
  ['brackets', `a: ${'['.repeat(n)}`],
  ['balanced brackets', `a: ${'['.repeat(n)}${']'.repeat(n)}`],
  ['braces', `a: ${'{a: '.repeat(n)}`],
  ['dashes', '- '.repeat(n)],
  ['question marks', '? '.repeat(n)],
  [
    'dashes below each other',
    Array.from({ length: Math.min(n, 900) }, (_, i) => `${' '.repeat(i)}-`).join('\n'),
  ],
  ['maps', Array.from({ length: Math.min(n, 900) }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['brackets over lines', `a:\n${' [\n'.repeat(n)}`],
  ['anchors in between', `a: ${'&a [ '.repeat(n)}`],
];

test.each(deep(100_000))('%s that nest too deep are refused without a stack overflow', (_, text) => {
  expect(withDev(text)).toEqual([
    expect.stringMatching(
      /dev\.yaml:\d+:\d+: values nest deeper than 64 levels from here on \[nested-too-deep\]/,
    ),
  ]);
});

test.each(deep(70))('%s 70 deep are refused too', (_, text) => {
  expect(withDev(text).length).toBeGreaterThan(0);
});

test('a file of too many marks is refused before the parser sees it', () => {
  expect(withDev(`a: [${','.repeat(900_000)}]`)).toEqual([
    expect.stringContaining(
      '1:800002: the file holds more than 800000 keys, values and marks [file-too-large]',
    ),
  ]);
});

test('brackets within texts do not count', () => {
  const text = `apps:\n  web:\n    files:\n      /a: |\n        ${'[{'.repeat(200)}\n    args: ["${'['.repeat(200)}"]\n`;
  expect(withDev(text)).toEqual([]);
});

test('a file full of mistakes tells the first and counts the rest', () => {
  const complaints = withDev(Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n'));
  expect(complaints).toHaveLength(51);
  expect(complaints[0]).toContain(place('1:1: k0 is not known here [unknown-key]'));
  expect(complaints[50]).toContain(
    place('51:1: environments/dev.yaml has 9950 more problems [too-many-problems]'),
  );
});

test('tags of the YAML core are accepted', () => {
  const dev = 'apps: !!map { web: { args: !!seq [!!str 1], replicas: !!int 2 } }';
  expect(loadFiles({ 'base.yaml': BASE, 'dev.yaml': dev }).environments[0]!.apps[0]!.values).toMatchObject({
    args: ['1'],
    replicas: 2,
  });
});

test('a key called constructor is a key like any other', () => {
  expect(withDev('constructor: 1\n')).toEqual([expect.stringContaining('constructor is not known here')]);
  const env = 'apps: { web: { env: { constructor: a, toString: b } } }';
  expect(loadFiles({ 'base.yaml': BASE, 'dev.yaml': env }).environments[0]!.apps[0]!.values).toMatchObject({
    env: { constructor: 'a', toString: 'b' },
  });
});

test('words that YAML 1.1 takes for booleans are texts', () => {
  const dev = loadFiles({
    'base.yaml': BASE,
    'dev.yaml': 'apps: { web: { env: { A: no, B: on, C: 0o, D: 12:30 } } }',
  });
  expect(dev.environments[0]!.apps[0]!.values).toMatchObject({
    env: { A: 'no', B: 'on', C: '0o', D: '12:30' },
  });
});

test('the line that names the schema is missed with a warning that holds it', () => {
  const { warnings } = loadFiles({ 'base.yaml': BASE, 'dev.yaml': '{}\n' });
  expect(warnings).toEqual([
    {
      code: 'schema-line',
      cause: 'the first line does not name the schema',
      consequence: 'Editors will not complete and check this file.',
      remedy: 'Put in front: # yaml-language-server: $schema=schema/stage.schema.json',
      at: { file: 'environments/dev.yaml', line: 1, column: 1 },
    },
  ]);
  const wrong = '# yaml-language-server: $schema=schema/base.schema.json\n{}\n';
  expect(loadFiles({ 'base.yaml': BASE, 'dev.yaml': wrong }).warnings[0]).toMatchObject({
    remedy: 'Replace it by: # yaml-language-server: $schema=schema/stage.schema.json',
  });
});
