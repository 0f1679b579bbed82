import fc from 'fast-check';
import { stringify } from 'yaml';
import { editYaml, parseValues, valueIn, withValue } from '../../src/config/yaml-edit';
import { cpuSeconds } from '../support/cpu';

const STAGE = `# yaml-language-server: $schema=schema/stage.schema.json
#
# Three or more.
promotesFrom: staging   # the stage before

apps:
  # What users see.
  frontend:
    image: ghcr.io/stefanprodan/podinfo:6.14.0 # pinned
    autoscaling: { minReplicas: 3, maxReplicas: 6 }

    resources: &big
      requests: { cpu: "1", memory: 32Mi }
  backend:
    image: 'ghcr.io/stefanprodan/podinfo:6.14.0'
    resources: *big
    args:
      - --level=info
`;
const set = (path: string, value: unknown): string =>
  editYaml(STAGE, [{ path: path.split('.'), value }], 'environments/prod.yaml');
const changed = (after: string): string[] => {
  const before = STAGE.split('\n');
  return after.split('\n').filter((line) => !before.includes(line));
};

describe('an edit of a stage file', () => {
  test('replaces a scalar and not a character more', () => {
    const after = set('apps.frontend.image', 'ghcr.io/stefanprodan/podinfo:6.14.1');
    expect(after).toBe(STAGE.replace('6.14.0 # pinned', '6.14.1 # pinned'));
    expect(set('apps.backend.image', 'redis:8')).toContain("    image: 'redis:8'\n");
  });

  test('adds a key and leaves every other line and comment as it was', () => {
    const after = set('base', 'f'.repeat(40));
    expect(changed(after)).toEqual([`base: ${'f'.repeat(40)}`]);
    expect(changed(set('apps.frontend.env', { LOG: 'debug' })).slice(-2)).toEqual([
      '    env:',
      '      LOG: debug',
    ]);
  });

  test('leaves the writing of lists, maps, comments and empty lines in other places alone', () => {
    const text = [
      'apps:',
      '  cache:',
      '    network: {from: [a,b], to: [ c ]}   # as somebody likes it',
      '',
      '',
      '  web:',
      '    network: { to: [backend, cache] }',
      '    args: [\'x\',  "y"]',
      '',
      '',
    ];
    const edit = (path: string, value: unknown, lines = text): string[] =>
      editYaml(lines.join('\n'), [{ path: path.split('.'), value }], 'f').split('\n');
    expect(edit('apps.web.image', 'r/web:2')).toEqual([
      ...text.slice(0, 8),
      '    image: r/web:2',
      ...text.slice(8),
    ]);
    expect(edit('apps.db.image', 'r/db:2')).toEqual([
      ...text.slice(0, 8),
      '  db:',
      '    image: r/db:2',
      ...text.slice(8),
    ]);
    expect(edit('apps.web.args', undefined)).toEqual([...text.slice(0, 7), ...text.slice(8)]);
    const inked = (lines: string[]): string[] => lines.filter((line) => line.trim() !== '');
    expect(inked(edit('apps.cache', undefined))).toEqual(inked(['apps:', ...text.slice(5)]));
    expect(edit('hold', 'why')).toEqual([...text.slice(0, 8), 'hold: why', ...text.slice(8)]);
    const windows = editYaml(text.join('\r\n'), [{ path: ['apps', 'web', 'image'], value: 'r/web:2' }], 'f');
    expect(windows.split('\r\n')).toEqual([...text.slice(0, 8), '    image: r/web:2', ...text.slice(8)]);
  });

  test('leaves a comment behind the key of a map or list where it stands, and what is after it as it was', () => {
    const text = [
      'apps: # by team',
      '  web: # the shop',
      '    # and its cart',
      '    args: # in this order',
      "      - 'a'",
      '      # then',
      '      - b   # last',
      '    env: {LOG: info}',
      '  other:   # more of it',
      '    replicas: 3 # enough',
      '    network: {to: [a,b]}',
      '',
    ];
    const edit = (path: string, value: unknown, end = '\n'): string[] =>
      editYaml(text.join(end), [{ path: path.split('.'), value }], 'f').split(end);
    for (const end of ['\n', '\r\n']) {
      expect(edit('apps.other.image', 'r/o:1', end)).toEqual([
        ...text.slice(0, 11),
        '    image: r/o:1',
        ...text.slice(11),
      ]);
      expect(edit('apps.web.env', undefined, end)).toEqual([...text.slice(0, 7), ...text.slice(8)]);
    }
    expect(edit('apps.web', undefined).filter((line) => line.includes('apps'))).toEqual(['apps: # by team']);
  });

  test('puts a number, a truth value and null in the place of a scalar, whatever stood there', () => {
    const text = 'a: 3   # three\nb: "x" # text\nc: [1,2]\nd: # empty\n  e: {f: true}\n';
    const edit = (path: string, value: unknown): string =>
      editYaml(text, [{ path: path.split('.'), value }], 'f');
    expect(edit('a', 5)).toBe(text.replace('a: 3', 'a: 5'));
    expect(edit('b', false)).toBe(text.replace('"x"', 'false'));
    expect(edit('d.e.f', null)).toBe(text.replace('f: true', 'f: null'));
    expect(edit('b', -1.5e-7)).toBe(text.replace('"x"', '-1.5e-7'));
  });

  test('takes a key away', () => {
    const after = set('apps.frontend.autoscaling', undefined);
    expect(parseValues(after)).not.toHaveProperty('apps.frontend.autoscaling');
    expect(after).toContain('# What users see.');
  });

  test('is no edit when the value is there already', () => {
    expect(set('apps.frontend.autoscaling', { maxReplicas: 6, minReplicas: 3 })).toBe(STAGE);
    expect(set('hold', undefined)).toBe(STAGE);
  });

  test('writes into an alias without changing what the anchor says', () => {
    const after = parseValues(set('apps.backend.resources.requests.memory', '64Mi'));
    expect(valueIn(after, ['apps', 'frontend', 'resources', 'requests', 'memory'])).toBe('32Mi');
    expect(valueIn(after, ['apps', 'backend', 'resources', 'requests', 'memory'])).toBe('64Mi');
  });

  test('is refused for what is wrong with the file, where that keeps it from being made', () => {
    const twice = `${STAGE}  frontend: {}\n`;
    const edit = { path: ['apps', 'frontend', 'replicas'], value: 2 };
    expect(() => editYaml(twice, [edit], 'environments/prod.yaml')).toThrow(
      /^environments\/prod\.yaml:19:3: the key "frontend" stands here for the second time/,
    );
  });

  test('is refused where an anchor would carry it to other places', () => {
    expect(() => set('apps.frontend.resources.requests.memory', '64Mi')).toThrow('shared-anchor');
  });

  test('fills an empty map as a block, and an empty file', () => {
    const edit = { path: ['apps', 'web', 'image'], value: 'nginx:1.27' };
    expect(editYaml('apps: {}\n', [edit], 'f')).toBe('apps:\n  web:\n    image: nginx:1.27\n');
    expect(editYaml('# mine\n', [edit], 'f')).toBe('# mine\n\napps:\n  web:\n    image: nginx:1.27\n');
    expect(editYaml('{}\n', [edit], 'f')).toBe('apps:\n  web:\n    image: nginx:1.27\n');
  });

  test.each(['yes', '1.10', '0o17', 'on', '', ' x', 'a: b', '#c', '~', '!t', 'ü', '*a', '12:30:45'])(
    'writes %j so that it stays a string for every reader',
    (value) => {
      for (const before of ['a: b\n', "a: 'b'\n", '{}\n'])
        expect(editYaml(before, [{ path: ['a'], value }], 'f')).toMatch(/^a: (".*"|' ?x'|'[^']*')\n$/);
    },
  );

  test('property: data changes as asked, all comments stay', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'yes', '1', 'with space');
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('on', '1e3'),
    );
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(scalar, { maxLength: 3 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node;
    const document = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
    const path = fc.array(key, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(document, path, fc.option(value, { nil: undefined }), (data, at, next) => {
        const parent = valueIn(data, at.slice(0, -1));
        fc.pre(
          parent === undefined || (typeof parent === 'object' && parent !== null && !Array.isArray(parent)),
        );
        const text = `# first\n${stringify(data)}# last\n`;
        let after: string;
        try {
          after = editYaml(text, [{ path: at, value: next }], 'f');
        } catch (error) {
          // A scalar on the way is no map: that is refused, and nothing else is.
          expect(at.slice(0, -1).some((_, i) => isScalarIn(data, at.slice(0, i + 1)))).toBe(true);
          expect(String(error)).toContain('shared-anchor');
          return;
        }
        expect(parseValues(after)).toEqual(withValue(data, { path: at, value: next }));
        expect(after).toMatch(/# first\n/);
        expect(after).toMatch(/# last\n/);
      }),
      { numRuns: 500 },
    );
  });
});

const isScalarIn = (data: unknown, path: readonly string[]): boolean => {
  const value = valueIn(data, path);
  return value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value));
};

describe('several edits of a file', () => {
  const text = [
    '# the apps',
    'apps:',
    '  a: { image: r/a:1, env: { X: one } } # first',
    "  b: { image: 'r/b:1' }",
    '  c:',
    '    image: r/c:1',
    '',
  ].join('\n');
  const edits = [
    { path: ['apps', 'c', 'image'], value: 'r/c:22' },
    { path: ['apps', 'a', 'image'], value: 'r/a:2' },
    { path: ['apps', 'b', 'image'], value: 'r/b:2' },
    { path: ['apps', 'a', 'env', 'X'], value: undefined },
    { path: ['apps', 'c', 'replicas'], value: 3 },
  ];

  it('come to what they come to one by one', () => {
    const together = editYaml(text, edits, 'f.yaml');
    expect(together).toBe(edits.reduce((now, edit) => editYaml(now, [edit], 'f.yaml'), text));
    expect(together).toContain("b: { image: 'r/b:2' }");
  });

  it('may change one place twice: the last one counts', () => {
    const twice = [...edits, { path: ['apps', 'a', 'image'], value: 'r/a:1' }];
    expect(editYaml(text, twice, 'f.yaml')).toContain('image: r/a:1');
  });

  it('are made in one pass, a thousand as well as one', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `app-${i}`);
    const large = `apps:\n${names.map((name) => `  ${name}: { image: r/x:1 }\n`).join('')}`;
    const each = names.map((name) => ({ path: ['apps', name, 'image'], value: 'r/x:2' }));
    let after = '';
    expect(cpuSeconds(() => (after = editYaml(large, each, 'f.yaml')))).toBeLessThan(5);
    expect(after).toBe(large.replaceAll('r/x:1', 'r/x:2'));
  });
});
