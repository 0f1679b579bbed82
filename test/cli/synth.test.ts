import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const distOf = (stage: string): string[] => readdirSync(join(repository.root, 'dist', stage)).sort();

describe('synth on the sample', () => {
  test('changes nothing when nothing changed, and check agrees', async () => {
    expect(await repository.run('synth', '--check')).toMatchObject({ code: 0, stderr: '' });
    expect(await repository.run('synth')).toMatchObject({ code: 0 });
    expect(await repository.run('synth', '--check')).toMatchObject({ code: 0 });
  });

  test('says which image moves in which stage, and writes that stage alone', async () => {
    const before = repository.read('dist/prod/frontend.yaml');
    repository.write(
      'environments/dev.yaml',
      'apps:\n  frontend:\n    image: ghcr.io/stefanprodan/podinfo:6.14.2\n',
    );
    const { stdout, code } = await repository.run('synth');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dev +\d+ objects {2}\+0 ~1 -0 {2}images: frontend 6\.14\.1 → 6\.14\.2$/m);
    expect(stdout).toMatch(/^prod +\d+ objects {2}\+0 ~0 -0$/m);
    expect(repository.read('dist/dev/frontend.yaml')).toContain('podinfo:6.14.2');
    expect(repository.read('dist/prod/frontend.yaml')).toBe(before);
  });

  test('renders network policies for a cluster that enforces none as well, and says in each run that it does not', async () => {
    repository.unpin();
    const provides = 'provides: [metrics-server, network-policy, persistent-volumes]';
    repository.edit('environments/base.yaml', provides, 'provides: [metrics-server, persistent-volumes]');
    const refused = await repository.run('synth');
    expect(refused.code).toBe(1);
    expect(refused.stderr.match(/network-policy, which cluster "local" does not provide/g)).toHaveLength(3);
    expect(refused.stderr).toContain('say why there, as "openNetwork"');
    const before = repository.read('dist/dev/_stage.yaml');
    repository.edit('environments/base.yaml', 'provides: [', `openNetwork: for trying out\n    provides: [`);
    for (const _ of ['changed', 'unchanged']) {
      const { code, stdout, stderr } = await repository.run('synth');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^dev .*\n +! cluster "local" enforces no network policies: for trying out$/m);
    }
    expect(repository.read('dist/dev/_stage.yaml')).toBe(before);
    repository.edit('environments/base.yaml', 'provides: [', 'provides: [network-policy, ');
    expect((await repository.run('synth')).stderr).toContain(
      'clusters.local: must not have openNetwork where it provides network-policy',
    );
  });

  test('gives the same as data with --output json', async () => {
    repository.write('environments/dev.yaml', 'apps:\n  backend:\n    replicas: 2\n');
    const { stdout } = await repository.run('synth', '--dry-run', '--output', 'json');
    const { stages } = JSON.parse(stdout) as { stages: { stage: string; changed: { object: string }[] }[] };
    expect(stages.map(({ stage, changed }) => [stage, changed.map(({ object }) => object)])).toEqual([
      ['dev', ['Deployment podinfo-dev/backend']],
      ['staging', []],
      ['prod', []],
    ]);
  });

  test('writes nothing with --dry-run and with --check, which exits 2 when dist/ is stale', async () => {
    repository.write('environments/dev.yaml', 'apps:\n  backend:\n    replicas: 2\n');
    const before = repository.read('dist/dev/backend.yaml');
    expect((await repository.run('synth', '--dry-run')).code).toBe(0);
    const { code, stdout } = await repository.run('synth', '--check');
    expect(code).toBe(2);
    expect(stdout).toContain('dist/dev/backend.yaml: stale');
    expect(repository.read('dist/dev/backend.yaml')).toBe(before);
  });

  test('notices a manifest that was edited by hand, and puts it right', async () => {
    const before = repository.read('dist/staging/backend.yaml');
    repository.write(
      'dist/staging/backend.yaml',
      before.replace('replicas: 2', 'replicas: 4').replace('6.14.1', '6.0.0'),
    );
    const { code, stdout } = await repository.run('synth', '--check');
    expect(code).toBe(2);
    expect(stdout).toContain('dist/staging/backend.yaml: edited');
    const would = await repository.run('synth', '--dry-run');
    expect(would.stdout).toContain('dist/staging/backend.yaml: edited by hand, would be written anew');
    const did = await repository.run('synth');
    expect(did.stdout.trim().split('\n').slice(3)).toEqual([
      'dist/staging/backend.yaml: edited by hand, written anew',
    ]);
    expect(repository.read('dist/staging/backend.yaml')).toBe(before);
    expect((await repository.run('synth')).stdout.trim().split('\n')).toHaveLength(3);
  });

  test('names ten of the files that were written anew, and counts the others', async () => {
    const files = ['dev', 'staging', 'argocd']
      .flatMap((folder) => distOf(folder).map((name) => `dist/${folder}/${name}`))
      .filter((path) => path.endsWith('.yaml'));
    for (const path of files) repository.write(path, repository.read(path).replaceAll('\n', '\r\n'));
    repository.write('dist/dev/frontend.yaml', `${repository.read('dist/dev/frontend.yaml')}# a note\r\n`);
    const lines = (await repository.run('synth')).stdout.trim().split('\n').slice(3);
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('dist/dev/frontend.yaml: edited by hand, written anew');
    expect(lines[1]).toMatch(/^dist\/argocd\/.*: other line endings, written anew$/);
    expect(lines[11]).toBe(`${files.length - 11} more: other line endings, written anew`);
    expect((await repository.run('synth', '--check')).code).toBe(0);
  });

  test('reports a file that is not ours, and keeps it', async () => {
    repository.write('dist/dev/mine.txt', 'a note\n');
    expect((await repository.run('synth')).stdout).toContain('dist/dev/mine.txt');
    expect(repository.read('dist/dev/mine.txt')).toBe('a note\n');
  });

  test('warns of a lock that cannot be read; the next run is quiet', async () => {
    const lock = repository.read('dist/dev/stageline.lock');
    repository.write('dist/dev/stageline.lock', `<<<<<<< HEAD\n${lock}`);
    const first = await repository.run('synth');
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/warning: dist\/dev\/stageline\.lock: .*\[lock-damaged\]/),
    ]);
    expect(repository.read('dist/dev/stageline.lock')).toBe(lock);
    expect((await repository.run('synth')).stderr).toBe('');
  });

  test('a new stage is one new file', async () => {
    repository.write(
      'environments/uat.yaml',
      '# yaml-language-server: $schema=schema/stage.schema.json\npromotesFrom: staging\n',
    );
    const { code, stderr } = await repository.run('synth');
    expect([code, stderr]).toEqual([0, '']);
    expect(distOf('uat')).toEqual(distOf('dev'));
    expect(distOf('argocd')).toContain('stage-uat.yaml');
  });

  test('a new app is one new file under src/apps/', async () => {
    repository.write(
      'src/apps/greeter.ts',
      `import { BaseApp, HttpService, appValues, values as v, z, type AppProps, type Construct } from 'stageline';
       const values = appValues({ image: v.imageReference.default('registry.example.com/greeter:1.0.0') });
       type Values = z.output<typeof values>;
       export class Greeter extends BaseApp<Values> {
         static readonly values = values;
         constructor(scope: Construct, id: string, props: AppProps<Values>) {
           super(scope, id, props);
           new HttpService(this, 'main', {
             image: this.values.image,
             ports: { http: { containerPort: 8080, servicePort: 80 } },
             resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
           });
         }
       }`,
    );
    expect(await repository.run('synth')).toMatchObject({ code: 0, stderr: '' });
    for (const stage of ['dev', 'staging']) expect(distOf(stage)).toContain('greeter.yaml');
  });
});

describe('what synth refuses', () => {
  const untouched = async (...args: string[]) => {
    const before = execFileSync('find', ['dist', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], {
      cwd: repository.root,
    });
    const outcome = await repository.run(...args);
    const after = execFileSync('find', ['dist', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], {
      cwd: repository.root,
    });
    expect(after.equals(before)).toBe(true);
    return outcome;
  };

  test('a stage that disappears, until base.yaml acknowledges it', async () => {
    repository.remove('environments/prod.yaml');
    const { code, stderr } = await untouched('synth');
    expect(code).toBe(3);
    expect(stderr).toContain('remove stage prod');
    repository.edit(
      'environments/base.yaml',
      'cluster: local\n',
      'cluster: local\nallowDestructive:\n  - remove stage prod\n',
    );
    expect((await repository.run('synth')).code).toBe(0);
    expect(existsSync(join(repository.root, 'dist/prod'))).toBe(false);
  });

  test('a claim that disappears, until the stage acknowledges it as the message says', async () => {
    repository.write('environments/dev.yaml', 'apps:\n  database: null\n');
    const { code, stderr } = await untouched('synth');
    expect(code).toBe(3);
    const lines = [...stderr.matchAll(/^ +- (.+)$/gm)].map(([, line]) => `  - ${line}`);
    expect(lines).toContain('  - remove PersistentVolumeClaim podinfo-dev/database-primary');
    repository.write(
      'environments/dev.yaml',
      `allowDestructive:\n${lines.join('\n')}\napps:\n  database: null\n`,
    );
    expect((await repository.run('synth')).code).toBe(0);
    expect(distOf('dev')).not.toContain('database.yaml');
  });

  test('several mistakes in several files, all told at once with their places', async () => {
    repository.edit('environments/dev.yaml', 'apps: {}', 'appps: {}');
    repository.edit('environments/staging.yaml', 'promotesFrom: dev', 'promotesFrom: dve');
    const { code, stderr } = await untouched('synth');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^environments\/dev\.yaml:4:1: /m);
    expect(stderr).toContain('"apps"');
    expect(stderr).toMatch(/^environments\/staging\.yaml:4:15: /m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('an object that no API server would take, with the field', async () => {
    repository.edit(
      'environments/base.yaml',
      'kind: cronjob',
      'kind: cronjob\n    patches:\n      - { kind: CronJob, op: add, path: /spec/jobTemplate/spec/paralelism, value: 1 }',
    );
    const { code, stderr } = await untouched('synth');
    expect(code).toBe(1);
    expect(stderr).toContain('/spec/jobTemplate/spec/paralelism');
    expect(stderr).toContain('Did you mean "parallelism"?');
  });

  test('a class that throws, in its own file and line', async () => {
    repository.edit(
      'src/apps/database.ts',
      'super(scope, id, props);',
      "super(scope, id, props);\n    throw new TypeError('no');",
    );
    const { code, stderr } = await untouched('synth');
    expect(code).toBe(1);
    expect(stderr).toContain('src/apps/database.ts');
    expect(stderr).toContain('TypeError: no');
    expect(stderr).not.toContain('defect of stageline');
  });

  test('a dist/ that is a link to somewhere else', async () => {
    repository.remove('dist');
    mkdirSync(join(repository.root, 'elsewhere'));
    symlinkSync(join(repository.root, 'elsewhere'), join(repository.root, 'dist'));
    const { code, stderr } = await repository.run('synth');
    expect(code).toBe(1);
    expect(stderr).toContain('symbolic link');
    expect(readdirSync(join(repository.root, 'elsewhere'))).toEqual([]);
  });
});

describe('synth --against a revision', () => {
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    execFileSync('git', [...identity, ...args], { cwd: repository.root, stdio: 'ignore' });
  };

  test('guards against what a pull request changes, though its dist/ is up to date', async () => {
    git('init', '-b', 'main');
    git('add', 'environments', 'dist', 'src');
    git('commit', '-m', 'before');
    git('checkout', '-b', 'change');
    const acknowledged = [
      'remove StatefulSet podinfo-dev/database-primary',
      'remove PersistentVolumeClaim podinfo-dev/database-primary',
    ];
    repository.write('environments/dev.yaml', 'apps:\n  database: null\n');
    const { stderr } = await repository.run('synth');
    const all = [...stderr.matchAll(/^ +- (.+)$/gm)].map(([, line]) => `  - ${line}`);
    repository.write(
      'environments/dev.yaml',
      `allowDestructive:\n${all.join('\n')}\napps:\n  database: null\n`,
    );
    expect((await repository.run('synth')).code).toBe(0);
    expect((await repository.run('synth', '--check', '--against', 'main')).code).toBe(0);

    repository.write('environments/dev.yaml', 'apps:\n  database: null\n');
    const refused = await repository.run('synth', '--check', '--against', 'main');
    expect(refused.code).toBe(3);
    for (const change of acknowledged) expect(refused.stderr).toContain(change);
  });

  test('says what to fetch when the revision is not there, and that Git is needed where there is none', async () => {
    // Where the temporary folder lies in a checkout, that one has no such revision.
    expect(await repository.run('synth', '--check', '--against', 'origin/gone')).toMatchObject({ code: 1 });
    git('init', '-b', 'main');
    git('add', 'environments');
    git('commit', '-m', 'before');
    const { code, stderr } = await repository.run('synth', '--check', '--against', 'origin/gone');
    expect(code).toBe(1);
    expect(stderr).toContain('not in this clone');
  });
});

describe('under the cdk8s CLI', () => {
  test('the manifests lie in its output folder too, and the summary goes to standard error', async () => {
    const outcome = await repository.runWith({ CDK8S_OUTDIR: '.stageline/cdk8s' }, 'synth');
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
    expect(outcome.stderr).toMatch(/^dev +\d+ objects/);
    expect(readdirSync(join(repository.root, '.stageline/cdk8s/dev')).sort()).toEqual(
      distOf('dev').filter((file) => file.endsWith('.yaml')),
    );
  });

  test('a failure leaves no output folder, which is what makes the CLI exit 1 without a stack', async () => {
    repository.edit('environments/staging.yaml', 'promotesFrom', 'promotesFrm');
    mkdirSync(join(repository.root, '.stageline/cdk8s'), { recursive: true });
    const outcome = await repository.runWith({ CDK8S_OUTDIR: '.stageline/cdk8s' }, 'synth');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('promotesFrm');
    expect(existsSync(join(repository.root, '.stageline/cdk8s'))).toBe(false);
  });
});
