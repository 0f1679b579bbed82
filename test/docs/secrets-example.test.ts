import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from '../../src/model/kube';
import { secretProvider, storeKindOf } from '../../src/model/secret-provider';
import { TemporaryRepository } from '../support/repository';

const page = readFileSync(join(__dirname, '../../docs/secrets.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n# (environments\/\w+\.yaml)\n([^]*?)```/g)].map(
  ([, file, text]) => [file!, parse(text!) as unknown] as const,
);

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const merged = (into: unknown, from: unknown): unknown =>
  isMap(into) && isMap(from)
    ? { ...into, ...Object.fromEntries(Object.entries(from).map(([k, v]) => [k, merged(into[k], v)])) }
    : from;

const objectsIn = (path: string): KubeObject[] =>
  parseAllDocuments(repository.read(path)).map((document) => document.toJS() as KubeObject);

test('what the page says to merge into the sample renders, each stage with its own provider and mode', async () => {
  expect(blocks.map(([file]) => file)).toEqual(
    ['base', 'dev', 'staging', 'prod'].map((name) => `environments/${name}.yaml`),
  );
  repository.unpin();
  for (const [file, values] of blocks)
    repository.write(file, stringify(merged(parse(repository.read(file), { merge: true }), values)));
  expect(await repository.run('synth')).toMatchObject({ code: 0 });

  const kinds = (stage: string, app: string): string[] =>
    objectsIn(`dist/${stage}/${app}.yaml`).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(kinds('dev', 'backend')).not.toContain('ExternalSecret/backend-session');
  const modes = ['dev', 'staging', 'prod'].map((stage) =>
    objectsIn(`dist/${stage}/_stage.yaml`)
      .filter(({ kind }) => kind === 'NamespacedValidatingPolicy')
      .map(({ spec }) => (spec as { validationActions: string[] }).validationActions.join()),
  );
  expect(modes).toEqual([[], Array(3).fill('Audit'), Array(3).fill('Deny')]);
  for (const stage of ['staging', 'prod'])
    expect(kinds(stage, 'backend')).toEqual(
      expect.arrayContaining(['ExternalSecret/backend-session', 'Role/backend']),
    );
  expect(repository.read('dist/prod/backend.yaml')).toContain('podinfo/prod/backend/session');
});

test('each store that the page shows is one that a stage may name', () => {
  const [block] = page.match(/store: # exactly one\n[^]*?```/) ?? [''];
  const stores = [...block.matchAll(/^ {6}(?:# )?(\w+: .+)$/gm)].map(([, line]) => {
    const values = { provider: 'externalSecrets', externalSecrets: { store: parse(line!) as unknown } };
    return storeKindOf(secretProvider.parse(values).externalSecrets!);
  });
  expect(stores).toEqual(['vault', 'awsSecretsManager', 'awsParameterStore', 'gcp', 'azure', 'vault']);
});
