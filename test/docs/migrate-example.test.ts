import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from '../../src/model/kube';
import { at } from '../support/environment';
import { TemporaryRepository } from '../support/repository';

const page = readFileSync(join(__dirname, '../../docs/migrate.md'), 'utf8');
const files = [...page.matchAll(/```yaml file=(\S+)\n([^]*?)```/g)].map(([, file, text]) => [file!, text!]);
const [, anew] = /```yaml app=web\n([^]*?)```/.exec(page)!;

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.empty();
  for (const [file, text] of files) repository.write(file!, text!);
  const ofDev = repository.read('vendor/web/dev/all.yaml');
  repository.write('vendor/web/prod/all.yaml', ofDev.replaceAll('shop-dev', 'shop-prod'));
});
afterEach(() => repository.remove());

const read = (path: string): KubeObject[] =>
  parseAllDocuments(repository.read(path)).map((document) => document.toJS() as KubeObject);
const named = (objects: readonly KubeObject[], kind: string): KubeObject =>
  objects.find((object) => object.kind === kind && object.metadata.name === 'web')!;

/** As the page ends: the app stands in base.yaml alone. */
function describeAnew(values: unknown): void {
  const base = parse(repository.read('environments/base.yaml')) as { apps: Record<string, unknown> };
  base.apps['web'] = values;
  repository.write('environments/base.yaml', stringify(base));
  repository.write('environments/dev.yaml', 'namespace: shop-dev\n');
  repository.write('environments/prod.yaml', 'promotesFrom: dev\nnamespace: shop-prod\n');
}

test('what the page takes over renders, with nothing but what it says added', async () => {
  expect(await repository.run('synth')).toMatchObject({ code: 0 });
  const before = read('vendor/web/dev/all.yaml');
  const after = read('dist/dev/web.yaml');
  expect(named(after, 'Service')['spec']).toEqual(named(before, 'Service')['spec']);
  const [was, is] = [named(before, 'Deployment'), named(after, 'Deployment')];
  const labels = { app: 'web', 'stageline/app': 'web' };
  const template = { ...(at(was, 'spec.template') as object), metadata: { labels } };
  expect(is['spec']).toEqual({ ...(was['spec'] as object), template });
  expect(at(named(read('dist/prod/web.yaml'), 'Deployment'), 'spec')).not.toHaveProperty('replicas');
});

test('an app that is described anew as the page does keeps the selectors that it has', async () => {
  await repository.run('synth');
  describeAnew(parse(anew!));
  expect(await repository.run('synth')).toMatchObject({ code: 0 });
  const after = read('dist/prod/web.yaml');
  expect(at(named(after, 'Deployment'), 'spec.selector')).toEqual({ matchLabels: { app: 'web' } });
  expect(at(named(after, 'Service'), 'spec.selector')).toEqual({ app: 'web' });
});

test('without them, synth refuses it', async () => {
  await repository.run('synth');
  const { podLabels, patches, ...rest } = parse(anew!) as Record<string, unknown>;
  describeAnew(rest);
  expect([podLabels, patches]).not.toContain(undefined);
  expect(await repository.run('synth')).toMatchObject({ code: 3 });
});
