import { cpSync, renameSync, statSync, utimesSync } from 'node:fs';
import { settle } from '../support/settle';
import { Checkout } from './checkout';

const MAIN = 'src/cli/main.ts';
const SAYS = 'Generates a whole GitOps repository from typed apps and stages.';
let checkout: Checkout;
let said = SAYS;

/** Has --help say something else, and nothing else about the file differ: neither its size nor its time. */
function change(letter: string): string {
  const { atime, mtime } = statSync(checkout.path(MAIN));
  const next = letter.repeat(SAYS.length);
  checkout.edit(MAIN, said, next);
  utimesSync(checkout.path(MAIN), atime, mtime);
  return (said = next);
}

beforeAll(async () => {
  checkout = new Checkout();
  await settle(checkout.root);
  expect(checkout.run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining(SAYS) });
});
afterAll(() => checkout.remove());

test('the first start keeps one bundle with its compiled code, and the next ones run it as it is', () => {
  const { all, bundles, code } = checkout.kept();
  expect(all).toHaveLength(3);
  expect([bundles.length, code.length]).toEqual([1, 1]);
  const before = all.map((name) => statSync(checkout.path(`.stageline/program/${name}`)).ctimeMs);
  expect(checkout.run('--help').stdout).toContain(SAYS);
  expect(checkout.kept().all).toEqual(all);
  expect(all.map((name) => statSync(checkout.path(`.stageline/program/${name}`)).ctimeMs)).toEqual(before);
});

test('an edit counts at the next start, and so does another one right after it', () => {
  for (const letter of ['A', 'B', 'C']) {
    const now = change(letter);
    expect(checkout.run('--help').stdout).toContain(now);
    expect(checkout.run('--help').stdout).toContain(now);
  }
});

test('what other sources left is removed', async () => {
  const now = change('D');
  await settle(checkout.root);
  expect(checkout.run('--help').stdout).toContain(now);
  const first = checkout.kept().bundles;
  change('E');
  await settle(checkout.root);
  checkout.run('--help');
  expect(checkout.kept().bundles).toHaveLength(1);
  expect(checkout.kept().bundles).not.toEqual(first);
  expect(checkout.kept().all).toHaveLength(3);
});

test('a file that goes, or comes before another, counts at the next start', async () => {
  await settle(checkout.root);
  checkout.run('--help');
  renameSync(checkout.path('src/cli/progress.ts'), checkout.path('src/cli/gone.ts'));
  const { status, stderr } = checkout.run('--help');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/Cannot find module '.*progress'/);
  renameSync(checkout.path('src/cli/gone.ts'), checkout.path('src/cli/progress.ts'));
  expect(checkout.run('--help').stdout).toContain(said);

  checkout.write('src/delivery.ts', 'throw new Error("the wrong one");\n');
  expect(checkout.run('windows').stderr).toContain('the wrong one');
  checkout.remove('src/delivery.ts');
  expect(checkout.run('windows').stderr).not.toContain('the wrong one');
});

test('a copy of a checkout runs its own sources, though the other ones are as they were', async () => {
  await settle(checkout.root);
  checkout.run('--help');
  const copy = new Checkout();
  cpSync(checkout.path('.stageline'), copy.path('.stageline'), { recursive: true });
  copy.edit(MAIN, SAYS, 'Says something else.');
  expect(copy.run('--help').stdout).toContain('Says something else.');
  copy.remove();
});

test('a mistake in the sources is reported with its place', () => {
  checkout.edit(MAIN, 'const COMMANDS = [', 'const COMMANDS = [[');
  const { status, stderr } = checkout.run('--help');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/src\/cli\/main\.ts:\d+:\d+: ERROR: Expected/);
  checkout.edit(MAIN, 'const COMMANDS = [[', 'const COMMANDS = [');
  expect(checkout.run('--help').stdout).toContain(said);
});

test('--verbose shows where in the sources a defect is', () => {
  const defect = "throw new Error('a defect of ours');";
  checkout.edit('src/synth/schema.ts', 'readonly string[] {\n', `readonly string[] {\n  ${defect}\n`);
  const line = checkout.read('src/synth/schema.ts').split('\n').indexOf(`  ${defect}`) + 1;
  expect(line).toBeGreaterThan(1);
  const { status, stderr } = checkout.run('--verbose', 'schema');
  expect(status).toBe(1);
  expect(stderr).toContain('a defect of ours');
  expect(stderr).toMatch(
    new RegExp(`at writeSchemas \\(${checkout.path('src/synth/schema.ts')}:${line}:\\d+\\)`),
  );
  expect(checkout.run('schema').stderr).toContain('--verbose shows where it happened');
  checkout.edit('src/synth/schema.ts', `  ${defect}\n`, '');
});

test('other schemas make another program, and other classes do not', async () => {
  await settle(checkout.root);
  checkout.run('--help');
  const [before] = checkout.kept().bundles;
  checkout.write('src/apps/some.ts', 'export {};\n');
  await settle(checkout.root);
  checkout.run('--help');
  expect(checkout.kept().bundles).toEqual([before]);
  checkout.remove('src/apps');
  checkout.write('third_party/crds/index.json', `${checkout.read('third_party/crds/index.json')}\n`);
  await settle(checkout.root);
  checkout.run('--help');
  expect(checkout.kept().bundles).toHaveLength(1);
  expect(checkout.kept().bundles).not.toEqual([before]);
});
