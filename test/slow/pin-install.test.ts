import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml } from '../../src/config/yaml-edit';
import { runProgram } from '../../src/git/program';
import { commitFiles, git, newRepository, removeScratch, scratchFolder, writeFiles } from '../git/scratch';
import { manifests, YAML_FILES } from '../promotion/lab';

const SOURCE = join(__dirname, '../..');
const [PACKAGE, OLD] = ['fastest-levenshtein', '1.0.15'];
const ENV: Record<string, string> = { CDK8S_CHECK_UPGRADE: 'false' };
for (const [key, value] of Object.entries(process.env))
  if (value !== undefined && !/^(npm_|JEST_|NODE_|GIT_)/.test(key)) ENV[key] = value;

/** Renders which version of a package its program was loaded with. */
const PROBE = `import { version } from '${PACKAGE}/package.json';
import { appValues, BaseApp, Worker, type AppProps, type Construct, type z } from 'stageline';

const values = appValues({});

export class Probe extends BaseApp<z.output<typeof values>> {
  static readonly values = values;

  constructor(scope: Construct, id: string, props: AppProps<z.output<typeof values>>) {
    super(scope, id, props);
    new Worker(this, 'main', {
      image: 'registry.example.com/probe:1.0.0',
      env: { LOADED: version },
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
    });
  }
}
`;

afterAll(removeScratch);

let dir: string;
let base: string;

const packageJson = (): { dependencies: Record<string, string>; scripts: Record<string, string> } =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as ReturnType<typeof packageJson>;

/** A copy of this program whose first commit depends on another version of a package than what is installed. */
beforeAll(async () => {
  dir = newRepository();
  for (const part of [
    'bin',
    'src',
    'third_party',
    '.npmrc',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ])
    cpSync(join(SOURCE, part), join(dir, part), { recursive: true });
  rmSync(join(dir, 'src/apps'), { recursive: true });
  const { 'package.json': _, ...files } = YAML_FILES;
  writeFiles(dir, { ...files, 'src/apps/probe.ts': PROBE });
  symlinkSync(join(SOURCE, 'node_modules'), join(dir, 'node_modules'));
  const today = ['package.json', 'package-lock.json'].map((file) => [
    file,
    readFileSync(join(dir, file), 'utf8'),
  ]);

  const manifest = packageJson();
  manifest.dependencies[PACKAGE] = OLD;
  manifest.scripts['postinstall'] = "node -e \"fs.writeFileSync('script-ran', '')\"";
  writeFiles(dir, { 'package.json': JSON.stringify(manifest, null, 2) });
  rmSync(join(dir, 'node_modules'));
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
    cwd: dir,
    env: ENV,
    stdio: 'pipe',
  });
  symlinkSync(join(SOURCE, 'node_modules'), join(dir, 'node_modules'));
  base = commitFiles(dir, {}, 'an older package');

  for (const [file, text] of today) writeFileSync(join(dir, file!), text!);
  const { code, stderr } = await synth(dir);
  if (code !== 0) throw new Error(stderr);
  commitFiles(dir, {}, 'a newer package');
  const prod = 'environments/prod.yaml';
  const text = readFileSync(join(dir, prod), 'utf8');
  writeFiles(dir, { [prod]: editYaml(text, [{ path: ['base'], value: base }], prod) });
});

const synth = (cwd: string, more: Record<string, string> = {}) =>
  runProgram(process.execPath, [join(cwd, 'bin/stageline.js'), 'synth'], { cwd, env: { ...ENV, ...more } });

/** What makes npm fail as it does without a network, at once. */
const offline = (): Record<string, string> => ({
  npm_config_registry: 'http://127.0.0.1:9/',
  npm_config_cache: scratchFolder(),
  npm_config_fetch_retries: '0',
});

const cached = (root: string): string[] => {
  const folder = join(root, '.stageline/cache/base');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('a pinned stage whose base has other packages than those that are installed', () => {
  test('without a registry: says what could not be installed and why, and writes nothing', async () => {
    const before = git(dir, 'status', '--porcelain');
    const { code, stderr } = await synth(dir, offline());
    expect(code).toBe(1);
    expect(stderr).toContain(`the packages of ${base.slice(0, 12)} could not be installed`);
    expect(stderr).toMatch(/npm ci says: .*ECONNREFUSED/);
    expect(stderr).not.toContain('_logs');
    expect(git(dir, 'status', '--porcelain')).toBe(before);
    expect(cached(dir)).toEqual([]);
  });

  test('without npm: says so', async () => {
    const bin = scratchFolder();
    symlinkSync(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(bin, 'git'));
    const { code, stderr } = await synth(dir, { PATH: bin });
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not be installed[^]*npm is not on PATH/);
  });

  test('is rendered with its own, from a clean install that runs no script, and only once', async () => {
    // As people run it: npm's own variables must not lead the inner npm back to this folder.
    const { code, stderr } = await runProgram('npm', ['run', 'synth'], { cwd: dir, env: ENV });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(manifests(dir, 'prod')['probe.yaml']).toContain(`value: ${OLD}`);
    expect(manifests(dir, 'dev')['probe.yaml']).not.toContain(OLD);
    expect(cached(dir)).toEqual([`${base}-installed`]);
    const folder = join(dir, '.stageline/cache/base', `${base}-installed`);
    expect(existsSync(join(folder, 'script-ran'))).toBe(false);
    expect(existsSync(join(folder, 'node_modules/jest'))).toBe(false);
    expect(
      git(dir, 'status', '--porcelain')
        .split('\n')
        .map((line) => line.slice(3))
        .sort(),
    ).toEqual(['dist/prod/probe.yaml', 'dist/prod/stageline.lock', 'environments/prod.yaml']);

    const prod = 'environments/prod.yaml';
    const text = readFileSync(join(dir, prod), 'utf8');
    writeFiles(dir, { [prod]: editYaml(text, [{ path: ['apps', 'web', 'replicas'], value: 5 }], prod) });
    expect((await synth(dir, offline())).code).toBe(0);
    expect(manifests(dir, 'prod')['web.yaml']).toContain('replicas: 5');
    expect(manifests(dir, 'prod')['probe.yaml']).toContain(`value: ${OLD}`);
  });
});
