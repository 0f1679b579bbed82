import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MANIFEST, SHA256 } from '../stack/fixture';
import { runLikePulumi } from './engine';

const source = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'stageline-packed-'));
const user = join(folder, 'user');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env: NodeJS.ProcessEnv = { ...process.env, CI: '', CDK8S_CHECK_UPGRADE: 'false', NODE_OPTIONS: '' };
for (const key of Object.keys(env)) if (/^(npm_|JEST_|NODE_ENV$)/.test(key)) delete env[key];
function run(line: string): string {
  const { status, stdout } = spawnSync('bash', ['-c', `${line} 2>&1`], { cwd: user, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${line} ended with ${status}:\n${stdout}`);
  return stdout;
}

const GREETER = `import { ApiObject } from 'cdk8s';
import { BaseApp, HttpService, appValues, values as v, z, type AppProps, type Construct } from 'stageline';

const values = appValues({ image: v.imageReference });
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
    if (!this.node.findAll().some((child) => child instanceof ApiObject)) throw new Error('another cdk8s');
  }
}
`;

test('the packed package serves a repository of its user: synth, cdk8s, types, snapshots by one import, Pulumi', async () => {
  // What is packed is built first, into lib/.
  const copy = join(folder, 'copy');
  const made = ['.git', '.stageline', 'lib', 'node_modules'].map((name) => join(source, name));
  cpSync(source, copy, { recursive: true, filter: (path) => !made.includes(path) });
  symlinkSync(join(source, 'node_modules'), join(copy, 'node_modules'));
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: copy,
      env,
      encoding: 'utf8',
    }).replace(/^[^[]*/, ''),
  ) as { filename: string; files: { path: string }[] }[];
  const there = packed[0]!.files.map(({ path }) => path);
  const pages = there.filter((path) => /^(docs\/)?[^/]*\.md$/.test(path));
  expect(pages.length).toBeGreaterThan(10);
  const links = pages.flatMap((page) =>
    [...readFileSync(join(source, page), 'utf8').matchAll(/\]\((?![a-z]+:)([^)\s#]+)/g)].map(([, to]) =>
      join(dirname(page), to!),
    ),
  );
  expect(links.filter((path) => !there.includes(path))).toEqual([]);
  cpSync(join(source, 'test/fixtures/lab'), user, { recursive: true });
  mkdirSync(join(user, 'src/apps'), { recursive: true });
  mkdirSync(join(user, 'test'));
  writeFileSync(join(user, 'src/apps/greeter.ts'), GREETER);
  for (const stage of ['dev', 'staging', 'prod']) {
    const file = join(user, 'environments', `${stage}.yaml`);
    const entry = stage === 'dev' ? '\n    image: registry.example.com/greeter:1.0.0' : ' null';
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^apps:$/m, `apps:\n  greeter:${entry}`));
  }
  writeFileSync(
    join(user, 'cdk8s.yaml'),
    'language: typescript\napp: npx stageline synth\noutput: .stageline/cdk8s\n',
  );
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true }\n');
  writeFileSync(
    join(user, 'tsconfig.json'),
    '{ "compilerOptions": { "strict": true, "module": "node16", "noEmit": true, "types": ["node", "jest"], "skipLibCheck": true }, "include": ["src", "test"] }\n',
  );
  writeFileSync(
    join(user, 'test/all.test.ts'),
    "import { snapshotRepository } from 'stageline/testing';\n\nsnapshotRepository();\n",
  );
  writeFileSync(
    join(user, 'jest.config.js'),
    "module.exports = { transform: { '^.+\\\\.ts$': '@swc/jest' } };\n",
  );

  const { devDependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const tools = [
    'typescript',
    'jest',
    '@types/jest',
    '@types/node',
    '@swc/core',
    '@swc/jest',
    'cdk8s-cli',
  ].map((name) => `${name}@${devDependencies[name]}`);
  run(`npm install --no-audit --no-fund ../${packed[0]!.filename} ${tools.join(' ')}`);

  expect(run('npx stageline schema')).toContain('environments/schema/stage.schema.json');
  expect(run('npx stageline synth')).toMatch(/^dev +\d+ objects/m);
  // Started as one bundle, which was made by the first command.
  const bundles = readdirSync(join(user, 'node_modules/stageline/.stageline/program'));
  expect(bundles.filter((name) => name.endsWith('.js'))).toHaveLength(1);
  expect(readdirSync(join(user, 'dist/dev'))).toContain('greeter.yaml');
  expect(run('npx cdk8s synth')).toContain('.stageline/cdk8s/dev/greeter.yaml');
  expect(run('npx stageline synth --check')).toContain('dist/ is up to date');
  expect(run('node_modules/.bin/tsc')).toBe('');
  expect(run('node_modules/.bin/jest')).toMatch(/snapshots? written/);
  expect(run('node_modules/.bin/jest --ci')).toMatch(/Tests: +\d+ passed/);

  expect(run('git init -q . && git status --porcelain -uall .stageline')).toBe('');
  expect(run('node node_modules/stageline/bin/plan.js')).toMatch(/^Application +argocd +myapp-dev /m);
  writeFileSync(join(user, 'install.yaml'), MANIFEST);
  writeFileSync(
    join(user, 'kubeconfig'),
    'current-context: hub\ncontexts: [{name: hub, context: {cluster: hub, user: me}}]\n',
  );
  const config = {
    kubeconfig: join(user, 'kubeconfig'),
    manifest: join(user, 'install.yaml'),
    manifestSha256: SHA256,
  };
  const main = /^main: (.*)$/m.exec(readFileSync(join(source, 'README.md'), 'utf8'))![1]!;
  const { exitCode, logs } = await runLikePulumi(user, join(user, main), {
    PULUMI_NODEJS_TYPESCRIPT: 'false',
    PULUMI_CONFIG: JSON.stringify(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`stageline:${key}`, value])),
    ),
  });
  expect({ exitCode, logs }).toEqual({ exitCode: 0, logs: [] });
});
