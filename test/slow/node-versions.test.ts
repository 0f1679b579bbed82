import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The oldest Node that package.json allows, and the newest of each line; each from its npm package. */
const VERSIONS = ['20.19.0', '22.23.3', '24.21.0'];
const source = join(__dirname, '../..');

function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(
    process.env['STAGELINE_TOOLS'] ?? join(homedir(), '.cache', 'stageline', 'tools'),
    `node-${version}`,
  );
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', `${name}@${version}`], {
      stdio: 'ignore',
    });
  }
  return binary;
}

/** Runs a line of the README in a folder, with this Node first on the PATH. */
function shell(line: string, cwd: string, node: string): string {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: '',
    CI: 'true',
    CDK8S_CHECK_UPGRADE: 'false',
  };
  for (const key of Object.keys(env)) if (/^(npm_|JEST_|NODE_ENV$)/.test(key)) delete env[key];
  env['PATH'] = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  try {
    return execFileSync('bash', ['-c', line], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${line} fails with Node ${node}:\n${stdout.slice(-4000)}${stderr.slice(-2000)}`, {
      cause: error,
    });
  }
}

const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' });

describe.each(VERSIONS)('with Node %s, what the README says works', (version) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageline-node-')));
  // Some tests stand back to the rights of nobody, who has to be let in.
  chmodSync(folder, 0o755);
  const clone = join(folder, 'clone');
  let node: string;

  beforeAll(() => {
    node = nodeOf(version);
    git(folder, 'clone', '--quiet', '--no-local', source, clone);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('on a fresh clone: npm cit, then npm run synth and npx cdk8s synth, and the checkout stays clean', () => {
    expect(shell('node --version', clone, node).trim()).toBe(`v${version}`);
    const output = shell('npm cit 2>&1 && npm run synth 2>&1 && npx cdk8s synth 2>&1', clone, node);
    expect(output).not.toMatch(/npm warn (EBADENGINE|deprecated)|ExperimentalWarning/i);
    expect(git(clone, 'status', '--porcelain')).toBe('');
  });

  test('synth does the same in a clone of depth 1, and in an archive without .git', () => {
    const shallow = join(folder, 'shallow');
    const archive = join(folder, 'archive');
    git(folder, 'clone', '--quiet', '--depth', '1', `file://${clone}`, shallow);
    mkdirSync(archive);
    shell('git -C clone archive HEAD | tar -x -C archive', folder, node);
    for (const place of [shallow, archive])
      symlinkSync(join(clone, 'node_modules'), join(place, 'node_modules'));
    cpSync(join(archive, 'dist'), join(folder, 'before'), { recursive: true });

    shell('npm run synth -- --check && npm run synth && npx cdk8s synth', shallow, node);
    shell('npm run synth -- --check && npm run synth && npx cdk8s synth', archive, node);
    expect(git(shallow, 'status', '--porcelain')).toBe('');
    expect(() => shell('diff -r before archive/dist', folder, node)).not.toThrow();
  });
});
