import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mine, namespace: podinfo-dev }\n';
const HOME = 'to the folder of an app of manifests (docs/environments.md)';

test.each([
  ['a manifest beside those of a stage', 'dist/dev/mine.yaml', HOME],
  ['one whose name is hidden', 'dist/dev/.mine.yaml', HOME],
  ['one in a folder of its own', 'dist/dev/more/mine.yaml', HOME],
  ['one in a pinned stage', 'dist/prod/mine.yaml', HOME],
  ['what overrides the source of an Application', 'dist/dev/.argocd-source.yaml', HOME],
  ['what Kustomize reads', 'dist/staging/kustomization.yaml', HOME],
  ['one that Argo CD itself is given', 'dist/argocd/stage-mine.yaml', 'out of dist/'],
  ['one that kubectl gives to Argo CD', 'dist/argocd/mine.json', 'out of dist/'],
])('%s is a difference, and stays where it is', async (_, path, home) => {
  expect((await repository.run('synth')).code).toBe(0);
  repository.write(path, MANIFEST);
  const checked = await repository.run('synth', '--check');
  expect(checked.code).toBe(2);
  expect(checked.stdout.trim().split('\n').slice(3)).toEqual([
    `${path}: foreign, and would be deployed though no check has seen it: move it ${home}, or delete it`,
  ]);
  const { code, stdout } = await repository.run('synth');
  expect([code, repository.read(path)]).toEqual([0, MANIFEST]);
  expect(stdout.trim().split('\n').slice(3)).toEqual([
    `${path} is not ours, and was left as it is; it would be deployed though no check has seen it: move it ${home}, or delete it`,
  ]);
  expect((await repository.run('synth', '--check')).code).toBe(2);
  repository.remove(path);
  expect((await repository.run('synth', '--check')).code).toBe(0);
});

test('a manifest of stageline that no lock lists is a difference, to be deleted', async () => {
  const text = repository.read('dist/staging/backend.yaml');
  repository.write('dist/dev/lost.yaml', text);
  const checked = await repository.run('synth', '--check');
  expect(checked.code).toBe(2);
  expect(checked.stdout).toContain(
    'dist/dev/lost.yaml: unlisted, and would be deployed though no check has seen it: delete it if nobody needs it',
  );
  expect((await repository.run('synth')).stdout).toContain(
    'dist/dev/lost.yaml is of stageline, but no lock lists it, and was left as it is; it would be deployed though no check has seen it: delete it if nobody needs it',
  );
  expect(repository.read('dist/dev/lost.yaml')).toBe(text);
});

test.each([
  'dist/dev/README.md',
  'dist/dev/.gitkeep',
  'dist/dev/mine.yml',
  'dist/dev/mine.json',
  'dist/dev/Chart.yaml.orig',
  'dist/argocd/README.md',
  'dist/mine.yaml',
  'dist/notes/mine.yaml',
])('%s is deployed by nobody, and no difference', async (path) => {
  repository.write(path, MANIFEST);
  const { code, stdout } = await repository.run('synth', '--check');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').slice(3)).toEqual([
    `${path.replace(/^(dist\/notes\/).*/, '$1')}: foreign`,
  ]);
});
