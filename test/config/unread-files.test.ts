import { loadRepository } from '../../src/config';
import { synth } from '../../src/synth/synth';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofFixture('lab')));
afterEach(() => repository.remove());

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: lab-dev }\n';
const isUnread = ({ code }: { code: string }): boolean => code === 'unread-file';
const unread = () => loadRepository({ root: repository.root, classes: [] }).warnings.filter(isUnread);

test('YAML in a folder below environments/ is warned of, once for each folder', () => {
  repository.write('environments/eu/prod.yaml', '{}\n');
  repository.write('environments/eu/dev.yaml', '{}\n');
  repository.write('environments/eu/more/x.yml', '{}\n');
  repository.write('environments/us/dev.yaml', '{}\n');
  expect(unread().map(({ cause, at }) => `${at!.file}: ${cause}`)).toEqual([
    'environments/eu/dev.yaml: nobody reads this file, nor 2 more below environments/eu/',
    'environments/us/dev.yaml: nobody reads this file',
  ]);
});

test('what is read, is hidden or is no YAML is not', () => {
  repository.write('environments/vendor/c.yaml', CONFIG);
  repository.write('environments/vendor/deeper/d.yaml', CONFIG);
  repository.write('environments/schema/stage.schema.json', '{}');
  repository.write('environments/.idea/x.yaml', '{}\n');
  repository.write('environments/certificates/sealing.pem', '');
  repository.edit(
    'environments/dev.yaml',
    'apps:\n',
    'apps:\n  vendor: { kind: manifests, path: environments/vendor/ }\n',
  );
  expect(unread()).toEqual([]);
  repository.write('environments/vendors/c.yaml', CONFIG);
  expect(unread().map(({ at }) => at!.file)).toEqual(['environments/vendors/c.yaml']);
});

test('synth says so in every run, also where it has nothing to do', async () => {
  const options = { root: repository.root, env: {} };
  await synth(options);
  repository.write('environments/eu/dev.yaml', '{}\n');
  for (let run = 0; run < 3; run++) expect((await synth(options)).warnings.filter(isUnread)).toHaveLength(1);
});
