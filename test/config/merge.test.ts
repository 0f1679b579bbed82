import { BASE, complaintsOf, loadFiles, RESOURCES } from '../support/environments';
import type { Location } from '../../src/model/errors';

const stage = (dev: string, base = BASE) =>
  loadFiles({ 'base.yaml': base, 'dev.yaml': dev }).environments[0]!;
const web = (dev: string, base = BASE): Readonly<Record<string, unknown>> =>
  stage(dev, base).apps.find(({ name }) => name === 'web')!.values as unknown as Record<string, unknown>;
const env = (keys: string): string => `${BASE}    env: ${keys}\n`;

test('maps merge key by key, at every depth', () => {
  const merged = web('apps: { web: { env: { B: "2", C: "3" } } }', env('{ A: "1", B: "1" }'));
  expect(merged.env).toEqual({ A: '1', B: '2', C: '3' });
});

test('keys keep the order of base.yaml, new ones follow', () => {
  const merged = web('apps: { web: { env: { C: "3", B: "2" } } }', env('{ A: "1", B: "1" }'));
  expect(Object.keys(merged.env as object)).toEqual(['A', 'B', 'C']);
});

test('a list replaces the list', () => {
  expect(web('apps: { web: { args: [c] } }', `${BASE}    args: [a, b]\n`).args).toEqual(['c']);
});

test('an empty map changes nothing, an empty list empties', () => {
  const base = `${BASE}    env: { A: "1" }\n    network: { fromNamespaces: [x] }\n`;
  expect(web('apps: { web: { env: {}, network: { fromNamespaces: [] } } }', base)).toMatchObject({
    env: { A: '1' },
    network: { fromNamespaces: [] },
  });
});

test('null removes a key, so that its default counts again', () => {
  expect(web('apps: { web: { env: { A: null } } }', env('{ A: "1", B: "1" }')).env).toEqual({ B: '1' });
  expect(web('apps: { web: { env: null } }', env('{ A: "1" }')).env).toEqual({});
});

test('null inside a list is an element like any other', () => {
  const patches = 'patches: [{ kind: Service, op: add, path: /spec/x, value: null }]';
  expect(web(`apps: { web: { ${patches} } }`).patches).toEqual([
    { kind: 'Service', op: 'add', path: '/spec/x', value: null },
  ]);
});

test('a value of another type replaces what was there', () => {
  const base = `${BASE}    rollout: { maxSurge: 1 }\n`;
  expect(web('apps: { web: { rollout: { maxSurge: 50% } } }', base).rollout).toMatchObject({
    maxSurge: '50%',
  });
});

test('null that removes nothing is a problem, with the nearest key that could be meant', () => {
  expect(
    complaintsOf({
      'base.yaml': env('{ COLOR: red }'),
      'dev.yaml': 'apps: { web: { env: { COLOUR: null } } }',
    }),
  ).toEqual([
    `environments/dev.yaml:1:23: apps.web.env.COLOUR removes nothing: environments/base.yaml has no such key [nothing-to-remove]
    → Did you mean "COLOR"?`,
  ]);
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps: { wbe: null }' })).toEqual([
    expect.stringContaining('apps.wbe removes nothing'),
  ]);
});

test('in base.yaml there is nothing to remove: an empty value is a problem', () => {
  expect(complaintsOf({ 'base.yaml': `${BASE}    env:\n`, 'dev.yaml': '{}' })).toEqual([
    `environments/base.yaml:18:5: apps.web.env has no value [empty-value]
    → Give it a value ({} for a map, [] for a list, "" for an empty text), or delete the line.`,
  ]);
});

test('what a stage removes and must have is reported at the line that removes it', () => {
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps:\n  web:\n    image: null\n' })).toEqual([
    'environments/dev.yaml:3:5: apps.web.image is removed here, and must be there [missing-key]',
  ]);
});

test('merged values know their places: the last word counts', () => {
  const places = (path: readonly string[]): Location =>
    stage('apps:\n  web:\n    env: { B: "2" }\n', env('{ A: "1" }')).locate(path);
  expect(places(['apps', 'web', 'env', 'A'])).toEqual({
    file: 'environments/base.yaml',
    line: 18,
    column: 15,
  });
  expect(places(['apps', 'web', 'env', 'B'])).toEqual({ file: 'environments/dev.yaml', line: 3, column: 15 });
  expect(places(['apps', 'web', 'env'])).toEqual({ file: 'environments/dev.yaml', line: 3, column: 5 });
  expect(places(['apps', 'web', 'env', 'C'])).toEqual({ file: 'environments/dev.yaml', line: 3, column: 5 });
  expect(places(['podSecurity'])).toEqual({ file: 'environments/dev.yaml', line: 1, column: 1 });
});

test('an app of one stage alone needs to be complete', () => {
  const own = `apps: { extra: { kind: worker, image: a:1, ${RESOURCES} } }`;
  expect(stage(own).apps.map(({ name }) => name)).toEqual(['extra', 'web']);
  expect(
    complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps: { extra: { kind: worker, image: a:1 } }' }),
  ).toEqual([
    expect.stringContaining('environments/dev.yaml:1:9: apps.extra.resources is missing [missing-key]'),
  ]);
});

test('an app of a stage that looks like a misspelt one of base.yaml says so, once', () => {
  expect(complaintsOf({ 'base.yaml': BASE, 'dev.yaml': 'apps:\n  wbe:\n    replicas: three\n' })).toEqual([
    `environments/dev.yaml:2:3: apps.wbe is not in environments/base.yaml, and has no kind of its own [unknown-app]
    → Did you mean "web"?`,
  ]);
});

test('base.yaml is checked although every stage replaces or removes what is wrong in it', () => {
  const base = `${BASE}    replicas: -1\n    extra: 1\n`;
  const expected = [
    expect.stringContaining(
      'environments/base.yaml:18:15: apps.web.replicas is the number -1: must be at least 0',
    ),
    expect.stringContaining('environments/base.yaml:19:5: apps.web.extra is not known here [unknown-key]'),
  ];
  expect(
    complaintsOf({ 'base.yaml': base, 'dev.yaml': 'apps: { web: { replicas: 1, extra: null } }' }),
  ).toEqual(expected);
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': 'apps: { web: null }' })).toEqual(expected);
});

test('what base.yaml leaves open is missed in the stages that do not say it, and they are named', () => {
  const base = BASE.replace(/ {4}image: .*\n/, '');
  const image = 'apps: { web: { image: a:1 } }';
  const complaint = 'environments/base.yaml:10:3: apps.web.image is missing [missing-key]';
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': image })).toEqual([]);
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': image, 'qa.yaml': '{}', 'prod.yaml': '{}' })).toEqual([
    `${complaint}\n    So it is in the stages prod, qa.`,
  ]);
  expect(complaintsOf({ 'base.yaml': base, 'dev.yaml': '{}', 'qa.yaml': '{}' })).toEqual([complaint]);
});

test('an app needs its kind in base.yaml', () => {
  expect(
    complaintsOf({ 'base.yaml': BASE.replace('    kind: service\n', ''), 'dev.yaml': 'apps: { web: null }' }),
  ).toEqual([
    `environments/base.yaml:10:3: apps.web.kind is missing [missing-key]
    → It is one of service, worker, stateful, job, cronjob, manifests. An app without a kind is a class in src/apps/, called as its file.`,
  ]);
});
