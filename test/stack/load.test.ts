import { editYaml } from '../../src/config/yaml-edit';
import { deliveries } from '../../src/delivery';
import { loadSources } from '../../src/stack/load';
import { TemporaryRepository } from '../support/repository';

describe('the apps of a pinned stage', () => {
  let sample: TemporaryRepository;
  beforeEach(() => (sample = TemporaryRepository.ofSample()));
  afterEach(() => sample.remove());

  test('are those that it has in dist/, whatever base.yaml says by now', () => {
    const file = 'environments/prod.yaml';
    sample.write(file, editYaml(sample.read(file), [{ path: ['base'], value: 'a'.repeat(40) }], file));
    sample.edit(
      'environments/base.yaml',
      'repository:\n',
      'delivery: { applications: perApp }\nrepository:\n',
    );
    sample.edit('environments/base.yaml', '  backend:\n    kind', '  renamed:\n    kind');
    sample.edit('environments/base.yaml', 'to: [backend, cache]', 'to: [renamed, cache]');
    for (const stage of ['dev', 'staging'])
      if (sample.read(`environments/${stage}.yaml`).includes('  backend:'))
        sample.edit(`environments/${stage}.yaml`, '  backend:', '  renamed:');
    const { kinds, repository: loaded } = loadSources(sample.root);
    const names = (stage: string): string[] =>
      deliveries(loaded, kinds)[0]!
        .stages.find(({ environment }) => environment.name === stage)!
        .objects.filter(({ kind }) => kind === 'Application')
        .map(({ metadata }) => metadata.name);
    expect(names('prod')).toEqual(
      ['', '-backend', '-cache', '-database', '-frontend', '-warm-cache'].map((app) => `podinfo-prod${app}`),
    );
    expect(names('staging')).toContain('podinfo-staging-renamed');
  });
});
