import Ajv from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { schemaFiles } from '../../src/config';
import { loadApps } from '../../src/synth/load-apps';
import { appValues } from '../../src/model/values/app-shape';
import { imageReference, quantity } from '../../src/model/values/scalars';

const ROOT = join(__dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures');
const database = { name: 'database', values: appValues({ image: imageReference, storage: quantity }) };

const ajv = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  formats: { uri: true },
});

/** What a file of this text is checked by: each error as its path and keyword. */
function checkerOf(schema: string): (yaml: string) => string[] {
  const validate = ajv.compile(JSON.parse(schema) as object);
  return (yaml) => {
    validate(parse(yaml));
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  };
}
const [base, stage] = schemaFiles([database]).map(({ text }) => checkerOf(text)) as [
  ReturnType<typeof checkerOf>,
  ReturnType<typeof checkerOf>,
];

const fixtures = readdirSync(FIXTURES)
  .flatMap((name) => readdirSync(join(FIXTURES, name, 'environments')).map((file) => [name, file] as const))
  .filter(([, file]) => file.endsWith('.yaml'));

test.each(fixtures)('%s/environments/%s conforms to its schema', (name, file) => {
  const text = readFileSync(join(FIXTURES, name, 'environments', file), 'utf8');
  expect((file === 'base.yaml' ? base : stage)(text)).toEqual([]);
});

test('the schemas in environments/schema/ are up to date, and the files of this repository conform to them', () => {
  const [ofBase, ofStage] = schemaFiles(loadApps(ROOT)).map(({ path, text }) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
    return checkerOf(text);
  });
  const files = readdirSync(join(ROOT, 'environments')).filter((file) => file.endsWith('.yaml'));
  expect(files).toContain('base.yaml');
  for (const file of files) {
    const text = readFileSync(join(ROOT, 'environments', file), 'utf8');
    expect([file, (file === 'base.yaml' ? ofBase! : ofStage!)(text)]).toEqual([file, []]);
  }
});

const BASE =
  'project: p\nrepository: { url: https://git.example.com/p.git }\nclusters: { c: { kubernetes: "1.33" } }\n';

test.each([
  ['a key that there is not', 'replica: 3', '/apps/web additionalProperties'],
  ['a wrong type', 'replicas: three', '/apps/web/replicas type'],
  ['a number that is too small', 'replicas: -1', '/apps/web/replicas minimum'],
  ['a key of another kind', 'schedule: "* * * * *"', '/apps/web additionalProperties'],
  [
    'an element of a list that is not complete',
    'patches: [{ kind: Service }]',
    '/apps/web/patches/0 required',
  ],
  ['null', 'replicas: null', '/apps/web/replicas type'],
])('base.yaml must not hold %s', (_, line, error) => {
  expect(base(`${BASE}apps: { web: { kind: service } }`)).toEqual([]);
  expect(base(`${BASE}apps:\n  web:\n    kind: service\n    ${line}`)).toContain(error);
});

test('base.yaml must name the project, the repository and the clusters, and the kind of each app', () => {
  expect(base('apps: { web: { image: nginx:1 } }')).toEqual(
    expect.arrayContaining([' required', '/apps/web required']),
  );
});

test.each([
  ['a key that no kind has', 'web: { replica: 3 }', '/apps/web additionalProperties'],
  ['a wrong type, where base.yaml says the kind', 'web: { replicas: three }', '/apps/web/replicas type'],
  ['an unknown kind', 'web: { kind: servce }', '/apps/web/kind enum'],
  ['a key of another kind', 'web: { kind: worker, schedule: x }', '/apps/web additionalProperties'],
  ['a null kind', 'web: { kind: null }', '/apps/web/kind type'],
  ['a key that a class does not have', 'database: { size: 1Gi }', '/apps/database additionalProperties'],
  ['a wrong type in the values of a class', 'database: { storage: 3 }', '/apps/database/storage type'],
  ['an app that is no map', 'web: 3', '/apps/web type'],
  ['a name that is no DNS label', 'Web: { replicas: 3 }', '/apps propertyNames'],
])('a stage must not hold %s', (_, app, error) => {
  expect(stage(`apps:\n  ${app}`)).toContain(error);
});

test('a stage may remove apps and keys at every depth, and may be as good as empty', () => {
  expect(stage('{}')).toEqual([]);
  const app =
    '{ replicas: null, env: { A: null }, probes: { readiness: null }, resources: { limits: { cpu: null } } }';
  expect(stage(`limitRange: { max: { cpu: null } }\napps: { a: null, database: null, b: ${app} }`)).toEqual(
    [],
  );
});

test('a stage must not set to null what only a stage can say', () => {
  expect(stage('promotesFrom: null')).toEqual(['/promotesFrom type']);
});

test('descriptions and defaults reach the editor', () => {
  const { properties } = JSON.parse(schemaFiles([])[1]!.text) as {
    properties: Record<string, { description?: string; default?: unknown }>;
  };
  expect(properties.podSecurity).toEqual({
    description: 'The Pod Security level that its namespaces enforce.',
    default: 'restricted',
    type: ['string', 'null'],
    enum: ['restricted', 'baseline', 'privileged', null],
  });
});

test('a class whose values JSON Schema cannot express takes anything there', () => {
  const odd = { name: 'odd', values: appValues({ when: z.date() }) };
  const schema = JSON.parse(schemaFiles([odd])[0]!.text) as { properties: { apps: { properties: object } } };
  expect(schema.properties.apps.properties).toMatchObject({ odd: { properties: { when: {} } } });
});

test('the files are the same to the byte each time, and end in a line feed', () => {
  const [first, second] = [schemaFiles([database]), schemaFiles([database])];
  expect(first).toEqual(second);
  expect(first.map(({ path }) => path)).toEqual([
    'environments/schema/base.schema.json',
    'environments/schema/stage.schema.json',
  ]);
  expect(first.every(({ text }) => text.endsWith('}\n'))).toBe(true);
});
