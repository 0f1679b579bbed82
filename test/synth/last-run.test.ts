import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prepare } from '../../src/synth/prepare';
import { synth, type SynthOptions } from '../../src/synth/synth';
import { BASE } from '../support/environments';
import { planted } from '../support/planted';

// The real one, counted.
jest.mock('../../src/synth/prepare', () => {
  const actual = jest.requireActual<{ prepare: typeof prepare }>('../../src/synth/prepare');
  return { ...actual, prepare: jest.fn(actual.prepare) };
});

let root: string;
const path = (name: string): string => join(root, name);
const LAST = '.stageline/cache/last-run';
const MANIFESTS = `${BASE.replace('[metrics-server]', '[metrics-server, network-policy]')}  plain: { kind: manifests, path: vendor/plain }\n`;
const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: b }\n`;

function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'last-run-'));
  write('environments/base.yaml', MANIFESTS);
  write('environments/dev.yaml', 'allowDestructive: [remove Namespace elsewhere]\n');
  write('environments/prod.yaml', 'promotesFrom: dev\n');
  write('vendor/plain/one.yaml', configMap('one'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (options: Partial<SynthOptions> = {}) => synth({ root, env: {}, ...options });
/** The result, or the message of the error. */
const outcome = (options: Partial<SynthOptions>): Promise<unknown> =>
  run(options).catch((error: unknown) => String(error));

/** A first run finds out which folders there are, and a second what is in them. */
async function known(): Promise<void> {
  expect(await rendersFor()).toBe(true);
  expect(await rendersFor()).toBe(true);
  expect(await rendersFor()).toBe(false);
}

/** Whether anything was read to be rendered. */
async function rendersFor(options: Partial<SynthOptions> = {}): Promise<boolean> {
  const before = jest.mocked(prepare).mock.calls.length;
  await run(options);
  return jest.mocked(prepare).mock.calls.length > before;
}

test('a run that has nothing to do renders nothing, and says what a run without the cache says', async () => {
  await known();
  expect(await rendersFor()).toBe(false);
  const second = await run();
  expect(second).toEqual(await run({ cache: false }));
  expect(second.warnings.map(({ code }) => code)).toContain('stale-acknowledgement');
  expect(await rendersFor({ check: true })).toBe(false);
  expect(await run({ check: true })).toEqual(await run({ check: true, cache: false }));
  expect(await rendersFor({ deep: true })).toBe(true);
});

test.each<[string, () => void]>([
  ['a value', () => appendFileSync(path('environments/prod.yaml'), 'apps: { web: { replicas: 3 } }\n')],
  ['a stage that comes', () => write('environments/late.yaml', 'promotesFrom: prod\n')],
  ['a stage that goes', () => rmSync(path('environments/prod.yaml'))],
  ['a mistake', () => appendFileSync(path('environments/prod.yaml'), 'replicaz: 3\n')],
  ['a folder of manifests', () => write('vendor/plain/two.yaml', configMap('two'))],
  ['a folder of manifests that goes', () => rmSync(path('vendor'), { recursive: true })],
  ['a link among manifests', () => symlinkSync('one.yaml', path('vendor/plain/two.yaml'))],
  ['an edited file', () => appendFileSync(path('dist/dev/web.yaml'), '# by hand\n')],
  ['a file that is gone', () => rmSync(path('dist/prod/web.yaml'))],
  ['a lock that is gone', () => rmSync(path('dist/prod/stageline.lock'))],
  [
    'a folder in the place of a lock',
    () => {
      rmSync(path('dist/prod/stageline.lock'));
      mkdirSync(path('dist/prod/stageline.lock'));
    },
  ],
  [
    'a link in the place of a lock',
    () => {
      renameSync(path('dist/prod/stageline.lock'), path('lock'));
      symlinkSync(path('lock'), path('dist/prod/stageline.lock'));
    },
  ],
  ['a foreign file', () => write('dist/prod/mine.txt', 'mine\n')],
  ['a foreign folder', () => write('dist/mine/mine.txt', 'mine\n')],
  ['dist/ that is gone', () => rmSync(path('dist'), { recursive: true })],
  [
    'CODEOWNERS with a block of ours',
    () => write('CODEOWNERS', '# stageline: begin\n/a @b\n# stageline: end\n'),
  ],
  ['a class', () => write('src/apps/late.ts', 'export const nothing = 1;\n')],
  ['a damaged memory', () => write(LAST, '{')],
  [
    'a memory with another letter in it',
    () => write(LAST, readFileSync(path(LAST), 'utf8').replace('does not happen', 'goes not happen')),
  ],
])('%s: it is seen, by --check and by the next run', async (_, change) => {
  await known();
  change();
  const check = await outcome({ check: true });
  expect(check).toEqual(await outcome({ check: true, cache: false }));
  const dryRun = await outcome({ dryRun: true });
  expect(dryRun).toEqual(await outcome({ dryRun: true, cache: false }));
  await outcome({});
  expect(await outcome({ check: true })).toEqual(await outcome({ check: true, cache: false }));
});

test('what was edited while it was read is not taken for what was rendered', async () => {
  await known();
  write('vendor/plain/one.yaml', configMap('before'));
  const running = run();
  write('vendor/plain/one.yaml', configMap('after'));
  await running;
  expect(await run({ check: true })).toEqual(await run({ check: true, cache: false }));
});

test('where classes may read what they like, nothing is remembered', async () => {
  write('src/apps/readme.txt', 'not a class, and who knows\n');
  await run();
  await run();
  expect(await rendersFor()).toBe(true);
});

test('a credential in what it says is not kept', async () => {
  const secret = planted.password();
  await known();
  appendFileSync(
    path('environments/prod.yaml'),
    `apps: { web: { unhardened: { readOnlyRootFilesystem: 'password=${secret}' } } }\n`,
  );
  for (let i = 0; i < 3; i++) expect((await run()).text).toContain(secret);
  for (const name of ['last-run', 'results'])
    expect(readFileSync(path(`.stageline/cache/${name}`)).includes(secret)).toBe(false);
});

test('--no-cache neither reads nor writes it', async () => {
  await run({ cache: false });
  expect(existsSync(path(LAST))).toBe(false);
  await run();
  const text = readFileSync(path(LAST), 'utf8');
  expect(await rendersFor({ cache: false })).toBe(true);
  expect(readFileSync(path(LAST), 'utf8')).toBe(text);
});

test.each([
  ['dist', 'output-is-no-folder'],
  ['src/apps', 'app-file-name'],
])('a file in the place of %s is told as what it is, whatever an earlier run knows', async (name, code) => {
  for (const _ of ['the first run', 'one that remembers']) {
    rmSync(path(name), { recursive: true, force: true });
    write(name, 'a file\n');
    await expect(synth({ root, env: {} })).rejects.toMatchObject({ problems: [{ code }] });
    rmSync(path(name));
    await synth({ root, env: {} });
    await synth({ root, env: {} });
  }
});
