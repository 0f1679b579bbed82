import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/model/errors';
import { readManifests } from '../../src/synth/manifests-folder';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofFixture('lab')));
afterEach(() => repository.remove());

const at = { file: 'environments/base.yaml', line: 7, column: 5 };
const read = (folder: string) => readManifests(repository.root, folder, at);
const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

function problemsOf(folder: string): string[] {
  try {
    read(folder);
  } catch (error) {
    return (error as UserError).problems.map(({ code, at }) => `${code} ${at?.file}:${at?.line ?? ''}`);
  }
  return [];
}

test('reads every document of every file below the folder, in the order of the paths, and opens lists', () => {
  repository.write('vendor/b.yaml', `${config('b1')}---\n${config('b2')}---\n`);
  repository.write('vendor/a/z.yml', config('a'));
  repository.write('vendor/README.md', 'no manifest');
  repository.write(
    'vendor/list.yaml',
    `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Secret, metadata: {name: l}}\n`,
  );
  expect(read('vendor').map(({ metadata }) => metadata.name)).toEqual(['a', 'b1', 'b2', 'l']);
});

test('reads JSON that says apiVersion and kind, and leaves other JSON alone', () => {
  const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  repository.write('vendor/a.json', `\ufeff${JSON.stringify(map('a'), null, '\t')}`);
  repository.write(
    'vendor/b.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [map('b'), map('c')] }),
  );
  repository.write('vendor/dashboard.json', JSON.stringify({ panels: [map('no')] }));
  repository.write('vendor/broken.json', '{ "panels": [');
  expect(read('vendor').map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
  repository.write('vendor/broken.json', '{ "apiVersion": "v1", "kind": "ConfigMap", ');
  repository.write('vendor/nameless.json', '{ "apiVersion": "v1", "kind": "ConfigMap" }');
  expect(problemsOf('vendor')).toEqual([
    'json-syntax vendor/broken.json:',
    'manifests-object vendor/nameless.json:',
  ]);
});

test('reads them as Kubernetes does: yes is true', () => {
  repository.write('vendor/a.yaml', `${config('a')}immutable: yes\n`);
  expect(read('vendor')[0]).toMatchObject({ immutable: true });
});

test('what YAML 1.1 takes for dates and numbers of base 60 is text, as kubectl has it', () => {
  const data =
    'data: { day: 2026-11-22, at: 2001-12-14t21:59:43.10-05:00, ports: 22:22, mode: 0o644, old: 0644 }';
  repository.write('vendor/a.yaml', `${config('a')}${data}\n`);
  expect(read('vendor')[0]).toMatchObject({
    data: { day: '2026-11-22', at: '2001-12-14t21:59:43.10-05:00', ports: '22:22', mode: 0o644, old: 0o644 },
  });
});

test('a folder that is missing, a file, empty, or a link is refused where the app names it', () => {
  repository.write('file', 'x');
  repository.write('vendor/empty/README', '');
  symlinkSync('/etc', join(repository.root, 'link'));
  for (const folder of ['nowhere', 'file', 'vendor/empty', 'link']) {
    expect(problemsOf(folder)).toEqual([
      expect.stringMatching(/^manifests-(folder|empty) environments\/base\.yaml:7$/),
    ]);
  }
});

test('a link to a manifest elsewhere is not followed', () => {
  repository.write('vendor/a.yaml', config('a'));
  symlinkSync('/etc/hosts', join(repository.root, 'vendor/b.yaml'));
  expect(problemsOf('vendor')).toEqual(['manifests-folder environments/base.yaml:7']);
});

test('the source of another tool is told, with the command that renders it, and not as a file to take out', () => {
  repository.write('base/web/kustomization.yaml', 'resources: [web.yaml]\n');
  repository.write('base/web/web.yaml', config('web'));
  repository.write('base/db/Kustomization', 'resources: [db.yaml]\n');
  repository.write('base/db/db.yaml', config('db'));
  repository.write('base/chart/Chart.yaml', 'name: chart\n');
  repository.write('base/chart/templates/a.yaml', '{{ .Values.x }}: {{ }}\n');
  expect(problemsOf('base')).toEqual([
    'manifests-source base/chart/Chart.yaml:',
    'manifests-source base/db/Kustomization:',
    'manifests-source base/web/kustomization.yaml:',
  ]);
  expect(() => read('base/web')).toThrow('kubectl kustomize base/web > vendor/<app>/all.yaml');
  expect(() => read('base/chart')).toThrow(
    'helm template --include-crds --skip-tests <name> base/chart > vendor/<app>/all.yaml',
  );
});

test('an object whose name is generated is told so, as hooks of Argo CD often are', () => {
  repository.write('vendor/a.yaml', config('a').replace('name:', 'generateName:'));
  expect(problemsOf('vendor')).toEqual(['manifests-object vendor/a.yaml:1']);
  expect(() => read('vendor')).toThrow(
    'Give it a name; Argo CD deletes a hook of that name before the next sync.',
  );
});

test('all problems of all files are told at once', () => {
  repository.write('vendor/a.yaml', 'kind: ConfigMap\n');
  repository.write('vendor/b.yaml', `${config('b')}---\na: *nothing\n`);
  repository.write('vendor/deep.yaml', '['.repeat(20_000));
  repository.write('vendor/bomb.yaml', bomb());
  expect(problemsOf('vendor')).toEqual([
    'manifests-object vendor/a.yaml:1',
    expect.stringMatching(/^yaml-syntax vendor\/b\.yaml:/),
    expect.stringMatching(/^yaml-syntax vendor\/bomb\.yaml:/),
    'nested-too-deep vendor/deep.yaml:',
  ]);
});

test('a problem of a manifest is told where it stands: file, document, item of a list', async () => {
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: outside }
spec: { defaultBackend: { service: { name: a, port: { number: 80 } } } }
`;
  repository.write(
    'environments/base.yaml',
    `${repository.read('environments/base.yaml')}  odd: { kind: manifests, path: vendor }\n`,
  );
  repository.write(
    'vendor/a.yaml',
    `# Two documents\n\n${config('a')}---\n# Another.\n${config('b')}dta: {}\n---\n${ingress}`,
  );
  repository.write(
    'vendor/b.yaml',
    `kind: List\nitems:\n  - ${config('c').trim().replaceAll('\n', '\n    ')}\n  - ${config('a').trim().replaceAll('\n', '\n    ')}\n    day: .inf\n`,
  );
  repository.write(
    'vendor/c.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'd' }, dta: {} }),
  );
  const places = async (): Promise<string[]> =>
    (await repository.run('synth')).stderr
      .split('\n')
      .flatMap((line) => /^(\S+): .* \[(.*)\]$/.exec(line)?.slice(1).join(' ') ?? []);
  expect(await places()).toEqual(['vendor/b.yaml:7:5 unwritable-value']);
  repository.edit('vendor/b.yaml', '\n    day: .inf', '');
  const found = await places();
  expect([...new Set(found)]).toEqual([
    'vendor/a.yaml:9:1 schema',
    'vendor/a.yaml:15:1 no-provider',
    'vendor/a.yaml:15:1 route-backend',
    'vendor/b.yaml:7:5 duplicate-object',
    'vendor/c.json schema',
  ]);
});

/** Each level names the one before it ten times. */
function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
  );
  return `l0: &l0 x\n${levels.join('\n')}\n`;
}
