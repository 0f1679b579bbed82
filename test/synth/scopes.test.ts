import { renderAll } from '../../src/synth/prepare';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: regions.shop.example.com }
spec:
  group: shop.example.com
  scope: Cluster
  names: { kind: Region, plural: regions }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

test('a kind that another app, or another stage, defines for the whole cluster gets no namespace', () => {
  const base = repository.read('environments/base.yaml');
  const app = (name: string): string => `  ${name}:\n    kind: manifests\n    path: vendor/${name}\n`;
  repository.write('environments/base.yaml', `${base}${app('definitions')}${app('regions')}`);
  repository.write('environments/dev.yaml', 'apps: { regions: null }\n');
  repository.write('environments/staging.yaml', 'promotesFrom: dev\napps: { definitions: null }\n');
  repository.write('vendor/definitions/crd.yaml', definition);
  repository.write(
    'vendor/regions/eu.yaml',
    'apiVersion: shop.example.com/v1\nkind: Region\nmetadata: { name: eu, namespace: default }\n',
  );
  const regions = renderAll(repository.root).flatMap(({ name, files }) =>
    files
      .flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Region'))
      .map(({ metadata }) => [name, metadata.namespace]),
  );
  expect(regions).toEqual([
    ['staging', undefined],
    ['prod', undefined],
  ]);
});
