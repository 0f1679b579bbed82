import { execFileSync } from 'node:child_process';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.ofSample();
  repository.remove('environments/prod.yaml');
  repository.remove('dist/prod');
  repository.edit('environments/base.yaml', 'clusters:\n', `clusters:\n${CLUSTERS}`);
});
afterEach(() => repository.remove());

const PROVIDES =
  "kubernetes: '1.33', provides: [metrics-server, network-policy, persistent-volumes], monitoring: { namespace: monitoring }";
const CLUSTERS = [
  `  eu: { server: 'https://eu.example.com:6443', ${PROVIDES} }\n`,
  `  us: { server: 'https://us.example.com:6443', ${PROVIDES} }\n`,
].join('');
const LOCAL = 'https://kubernetes.default.svc';
const stage = (name: string, text: string): void => repository.write(`environments/${name}.yaml`, text);
const acknowledging = (change: string, text: string): string => `allowDestructive:\n  - "${change}"\n${text}`;
const synth = (...args: string[]) => repository.run('synth', ...args);

/** What is refused, and why. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await synth(...args);
  expect(code).toBe(3);
  return stderr.slice(stderr.search(/^environments.*\[destructive-change\]/m));
}

test('a stage that moves to another cluster is refused, until its file acknowledges what stays behind', async () => {
  expect((await synth()).code).toBe(0);
  const before = repository.read('dist/argocd/stage-staging.yaml');
  const moved = 'promotesFrom: dev\ncluster: eu\n';
  stage('staging', moved);
  const said = await refusal();
  expect(said).toContain(`Stage staging: remove stage staging from ${LOCAL} [destructive-change]`);
  expect(said).toContain(
    'Argo CD moves nothing: all that it deployed there keeps running, and its volumes stay there',
  );
  expect(said).toContain(
    `acknowledge it in environments/staging.yaml:\n      allowDestructive:\n        - "remove stage staging from ${LOCAL}"`,
  );
  expect(repository.read('dist/argocd/stage-staging.yaml')).toBe(before);

  stage('staging', acknowledging(`remove stage staging from ${LOCAL}`, moved));
  const done = await synth();
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringContaining(
      `dist/argocd:\n  ~ AppProject argocd/podinfo-staging\n      spec.destinations[0].server: ${LOCAL} → https://eu.example.com:6443\n  ~ Application argocd/podinfo-staging\n      metadata.labels["stageline.dev/cluster"]: local → eu\n      spec.destination.server: ${LOCAL} → https://eu.example.com:6443\n`,
    ),
  ]);
  expect((await synth()).stderr).toContain('stale-acknowledgement');
  stage('staging', moved);
  expect((await synth()).code).toBe(0);
});

test('a cluster that gets another address is another cluster to Argo CD: each stage there is refused', async () => {
  for (const name of ['dev', 'staging'])
    stage(name, `${name === 'dev' ? '' : 'promotesFrom: dev\n'}cluster: eu\n`);
  repository.remove('dist');
  expect((await synth()).code).toBe(0);
  repository.edit('environments/base.yaml', 'https://eu.example.com:6443', 'https://eu.example.com:8443');
  const said = await refusal();
  for (const name of ['dev', 'staging'])
    expect(said).toContain(`remove stage ${name} from https://eu.example.com:6443`);
  repository.edit('environments/base.yaml', 'https://eu.example.com:8443', 'https://eu.example.com:6443');
  expect((await synth()).code).toBe(0);
});

test('a stage that nobody looks at again is guarded where dist/argocd/ alone says otherwise', async () => {
  expect((await synth()).code).toBe(0);
  const file = 'dist/argocd/stage-dev.yaml';
  repository.write(file, repository.read(file).replaceAll(LOCAL, 'https://old.example.com'));
  expect(await refusal()).toContain('Stage dev: remove stage dev from https://old.example.com');
});

test('what a pull request moves is refused, though its dist/ is up to date', async () => {
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    execFileSync('git', [...identity, ...args], { cwd: repository.root, stdio: 'ignore' });
  };
  expect((await synth()).code).toBe(0);
  git('init', '-b', 'main');
  git('add', 'environments', 'dist', 'src');
  git('commit', '-m', 'before');
  const acknowledged = acknowledging(`remove stage dev from ${LOCAL}`, 'cluster: us\n');
  stage('dev', acknowledged);
  expect((await synth()).code).toBe(0);
  expect((await synth('--check', '--against', 'main')).code).toBe(0);
  stage('dev', 'cluster: us\n');
  expect((await synth('--check')).code).toBe(0);
  expect(await refusal('--check', '--against', 'main')).toContain(`remove stage dev from ${LOCAL}`);
});

describe('a fleet', () => {
  const fleet = (...clusters: string[]): string =>
    `cluster: ${clusters[0]}\nfleet: [{ clusters: [${clusters.join(', ')}] }]\n`;

  test('that a cluster leaves is refused, and the message says what is deleted there', async () => {
    stage('dev', fleet('eu', 'us'));
    stage('staging', `promotesFrom: dev\n${fleet('local', 'eu')}`);
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    stage('dev', fleet('eu'));
    stage('staging', `promotesFrom: dev\n${fleet('local')}`);
    const said = await refusal();
    expect(said).toMatch(
      /Stage dev: remove stage dev from https:\/\/us\.example\.com:6443 \[destructive-change\]\n +Argo CD deletes its Application there, and with it all that it deployed/,
    );
    expect(said).toMatch(
      /Stage staging: remove stage staging from https:\/\/eu\.example\.com:6443 \[destructive-change\]\n +Nothing is deleted there: its Application stays, and all that it deployed, until somebody deletes them/,
    );
  });

  test('that a stage becomes which outlives its Application, or a cluster joins, takes nothing away', async () => {
    stage('dev', `outlives: true\ncluster: local\n`);
    expect((await synth()).code).toBe(0);
    stage('dev', `outlives: true\n${fleet('local', 'eu')}`);
    expect((await synth()).code).toBe(0);
    stage('dev', fleet('local', 'eu', 'us'));
    expect((await synth()).code).toBe(0);
  });

  test('that a stage becomes whose Application takes with it what it deployed is refused, and so is the way back', async () => {
    expect((await synth()).code).toBe(0);
    stage('dev', fleet('local', 'eu'));
    expect(await refusal()).toMatch(
      /Stage dev: replace the Applications of stage dev \[destructive-change\]\n +Argo CD deletes Application argocd\/podinfo-dev, and with it all that it deployed, volumes included;/,
    );
    stage('dev', acknowledging('replace the Applications of stage dev', fleet('local', 'eu')));
    expect((await synth()).code).toBe(0);
    stage('dev', 'cluster: local\n');
    const said = await refusal();
    expect(said).toContain('Argo CD deletes Application argocd/podinfo-dev-local, and');
    expect(said).toContain('remove stage dev from https://eu.example.com:6443');
  });
});

describe('Applications that others take the place of', () => {
  const perApp = 'delivery:\n  applications: perApp\n';
  const replacedIn = (said: string): string[] =>
    [...said.matchAll(/replace the Applications of stage \w+ \[/g)].map(([text]) => text.split(' ').at(-2)!);

  test('are refused when each app gets one of its own, where Argo CD prunes by itself', async () => {
    expect((await synth()).code).toBe(0);
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    const said = await refusal();
    expect(replacedIn(said)).toEqual(['dev']);
    expect(said).toContain('Argo CD prunes what Application argocd/podinfo-dev deployed and others deploy');
    stage('dev', 'sync: { mode: auto, prune: false }\n');
    expect((await synth()).code).toBe(0);
    stage('dev', '{}\n');
    expect((await synth()).code).toBe(0);
  });

  test('are refused when one takes the place of those of the apps, in a stage that does not outlive them', async () => {
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    repository.edit('environments/base.yaml', perApp, '');
    const said = await refusal();
    expect(replacedIn(said)).toEqual(['dev']);
    expect(said).toMatch(/Argo CD deletes Application argocd\/podinfo-dev-\S+ and \d+ more, and with it/);
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    stage('dev', 'outlives: true\n');
    expect((await synth()).code).toBe(0);
    repository.edit('environments/base.yaml', perApp, '');
    expect((await synth()).code).toBe(0);
  });

  const apps = (text: string): void => stage('dev', `outlives: false\napps:\n${text}`);

  test('are refused when an app is called otherwise and keeps its objects, in a stage that does not outlive them', async () => {
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    const app = (image: string): string =>
      `{ kind: worker, image: shop/api:${image}, resources: { requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } }`;
    apps(`  api: ${app('1.0.0')} }\n`);
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    apps(`  api2: ${app('1.0.1')}, renamedFrom: api }\n`);
    expect(await refusal()).toContain('Argo CD deletes Application argocd/podinfo-dev-api, and with it');
    apps(`  api: ${app('1.0.1')} }\n`);
    stage('dev', repository.read('environments/dev.yaml').replace('outlives: false', 'outlives: true'));
    expect((await synth()).code).toBe(0);
    stage('dev', `apps:\n  api2: ${app('1.0.1')}, renamedFrom: api }\n`);
    expect((await synth()).code).toBe(0);
  });

  test('are refused when objects move from one folder to another, where Argo CD prunes by itself', async () => {
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
    for (const name of ['one', 'two']) {
      repository.write(`vendor/one/${name}.yaml`, map(name));
      repository.write(`vendor/two/${name}.yaml`, map(`more-${name}`));
    }
    apps('  one: { kind: manifests, path: vendor/one }\n  two: { kind: manifests, path: vendor/two }\n');
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    repository.remove('vendor/one/two.yaml');
    repository.write('vendor/two/three.yaml', map('two'));
    expect(await refusal()).toContain('Argo CD prunes what Application argocd/podinfo-dev-one deployed and');
    stage('dev', `sync: { mode: auto, prune: false }\n${repository.read('environments/dev.yaml')}`);
    expect((await synth()).code).toBe(0);
  });

  test('are told of no app that goes: what it deployed is guarded by itself', async () => {
    repository.edit('environments/base.yaml', 'clusters:\n', `${perApp}clusters:\n`);
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    stage('dev', 'cluster: local\napps: { warm-cache: null }\n');
    expect((await synth()).code).toBe(0);
  });

  test('are refused when project, or the namespace of Argo CD, is another one', async () => {
    for (const name of ['dev', 'staging'])
      stage(name, `${name === 'dev' ? '' : 'promotesFrom: dev\n'}cluster: local\nnamespace: own-${name}\n`);
    repository.remove('dist');
    expect((await synth()).code).toBe(0);
    repository.edit('environments/base.yaml', 'project: podinfo', 'project: shop');
    expect(replacedIn(await refusal())).toEqual(['dev']);
    repository.edit('environments/base.yaml', 'project: shop', 'project: podinfo');
    repository.edit(
      'environments/base.yaml',
      'clusters:\n',
      'delivery: { argocd: { namespace: gitops } }\nclusters:\n',
    );
    expect(replacedIn(await refusal())).toEqual(['dev']);
  });
});

test('a stage that gets a cluster with an Argo CD of its own, where there was one Argo CD before, leaves that', async () => {
  repository.edit('environments/base.yaml', CLUSTERS, `  own: { server: '${LOCAL}', ${PROVIDES} }\n`);
  expect((await synth()).code).toBe(0);
  stage('staging', 'promotesFrom: dev\ncluster: own\n');
  const said = await refusal();
  expect(said).toContain(`Stage staging: remove stage staging from ${LOCAL}`);
  expect(said).not.toContain('Stage dev');
  // No file but this one would change.
  stage('dev', 'cluster: own\n');
  expect(await refusal()).toContain(`Stage dev: remove stage dev from ${LOCAL}`);
});

test('a cluster that is only called otherwise is the same', async () => {
  expect((await synth()).code).toBe(0);
  const base = repository.read('environments/base.yaml');
  repository.write(
    'environments/base.yaml',
    base.replace(/^ {2}local:/m, '  here:').replace(/^cluster: local/m, 'cluster: here'),
  );
  expect((await synth()).code).toBe(0);
});

test('another Argo CD under the same in-cluster address is another cluster', async () => {
  repository.edit('environments/base.yaml', CLUSTERS, `  own: { server: '${LOCAL}', ${PROVIDES} }\n`);
  stage('uat', 'promotesFrom: dev\ncluster: own\n');
  const first = await synth();
  expect([first.code, first.stderr]).toEqual([0, expect.any(String)]);
  stage('staging', 'promotesFrom: dev\ncluster: own\n');
  const said = await refusal();
  expect(said).toContain(`Stage staging: remove stage staging from ${LOCAL} (local)`);
});
