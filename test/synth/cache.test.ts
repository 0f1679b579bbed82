import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UserError } from '../../src/model/errors';
import { synth, type SynthOptions } from '../../src/synth/synth';
import { writeRepository } from '../bench/repository';
import { planted } from '../support/planted';

const SIZE = { apps: 12, stages: 2 };
const PACK = '.stageline/cache/results';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'units-'));
  writeRepository(root, SIZE);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (options: Partial<SynthOptions> = {}) => synth({ root, env: {}, ...options });
const edit = (file: string, from: string | RegExp, to: string): void => {
  const path = join(root, 'environments', file);
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(path, edited);
};

/** Every file of dist/, and its text. */
function dist(): Record<string, string> {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(root, 'dist', file)).isFile())
      .map((file) => [file, readFileSync(join(root, 'dist', file), 'utf8')]),
  );
}

/** What the same input gives when nothing is known, in this thread alone. */
async function anew(options: Partial<SynthOptions> = {}): Promise<Record<string, string>> {
  rmSync(join(root, 'dist'), { recursive: true });
  await run({ cache: false, threads: 0, ...options });
  return dist();
}

/** Keys of the files that were rendered, in their order. */
function keys(): string[] {
  const found: string[] = [];
  for (let rest = readFileSync(join(root, PACK)); rest.length > 0;) {
    const [head = '', index = ''] = rest.toString('latin1').split('\n', 2);
    let at = head.length + 1 + index.length + 1;
    const [names, lengths] = JSON.parse(index) as [string, number[]];
    for (const [i, key] of names.split(',').entries())
      if (rest.toString('utf8', at, (at += lengths[i]!)).startsWith('{"hash"')) found.push(key);
    expect(at).toBe(head.length + 1 + Number(head.split(' ').at(-1)));
    rest = rest.subarray(at);
  }
  return found;
}

test('the output is the same with and without the cache, in one thread and in several', async () => {
  await run({ threads: 0 });
  const expected = await anew();
  expect(Object.keys(expected)).toHaveLength(2 * (SIZE.apps + 2) + 7);
  expect(await anew({ threads: 2 })).toEqual(expected);
  expect(await anew({ cache: true })).toEqual(expected);
  expect(await anew({ cache: true, threads: 2 })).toEqual(expected);
});

test('one changed value renders one app of one stage, and the output is as if all had been rendered', async () => {
  await run();
  const before = keys();
  edit(
    'stage-1.yaml',
    'app-0007: { autoscaling: { minReplicas: 3 } }',
    'app-0007: { autoscaling: { minReplicas: 4 } }',
  );
  const { files } = await run();
  expect(files.map(({ path }) => path)).toEqual(['stage-1/app-0007.yaml', 'stage-1/stageline.lock']);
  expect(keys().filter((key) => !before.includes(key))).toHaveLength(1);
  const warm = dist();
  expect(await anew()).toEqual(warm);
});

test('what another branch rendered is still known after coming back', async () => {
  await run();
  const before = new Set(keys());
  edit('base.yaml', /LOG_LEVEL: info/g, 'LOG_LEVEL: debug');
  await run();
  edit('base.yaml', /LOG_LEVEL: debug/g, 'LOG_LEVEL: info');
  expect(keys()).toHaveLength(before.size + SIZE.apps * SIZE.stages);
  const written = statSync(join(root, PACK)).mtimeMs;
  await run();
  expect(statSync(join(root, PACK)).mtimeMs).toBe(written);
});

test('a damaged cache counts as empty, and is replaced', async () => {
  await run();
  const whole = readFileSync(join(root, PACK));
  const expected = dist();
  const flipped = Buffer.from(whole);
  flipped[whole.length - 40]! ^= 1;
  for (const bad of [
    flipped,
    whole.subarray(0, whole.length / 2),
    Buffer.from(''),
    Buffer.from('stageline results 4 00000000 3\n[]\n'),
  ]) {
    writeFileSync(join(root, PACK), bad);
    rmSync(join(root, 'dist'), { recursive: true });
    await run();
    expect(dist()).toEqual(expected);
    expect(readFileSync(join(root, PACK)).equals(whole)).toBe(true);
  }
});

test('a run adds to the cache; what a killed one added in part is dropped, and what it does not reach stays', async () => {
  await run();
  const first = readFileSync(join(root, PACK));
  edit('stage-0.yaml', 'minReplicas: 2', 'minReplicas: 3');
  await run();
  const second = readFileSync(join(root, PACK));
  expect(second.subarray(0, first.length).equals(first)).toBe(true);
  expect(second.length).toBeGreaterThan(first.length);

  const known = keys();
  writeFileSync(join(root, PACK), second.subarray(0, second.length - 7));
  edit('stage-0.yaml', 'minReplicas: 3', 'minReplicas: 4');
  await run();
  // Replaced by one block: all of the first run, and what this one found.
  expect(keys().filter((key) => known.includes(key))).toHaveLength(known.length - 1);
  expect(keys()).toHaveLength(known.length);
  const warm = dist();
  expect(await anew()).toEqual(warm);
});

test('a cache that has no room left is replaced by what the last run used', async () => {
  await run();
  const before = keys();
  const size = statSync(join(root, PACK)).size;
  // As if many runs had been: entries that nobody asks for any more.
  const filler = 'x'.repeat(1024 * 1024);
  const index = JSON.stringify(['old', [filler.length]]);
  const rest = Buffer.from(`${index}\n${filler}`);
  const block = Buffer.concat([
    Buffer.from(`stageline results 4 ${crc32(rest).toString(16).padStart(8, '0')} ${rest.length}\n`),
    rest,
  ]);
  for (let i = 0; i < 24; i++) appendFileSync(join(root, PACK), block);
  edit('stage-0.yaml', 'minReplicas: 2', 'minReplicas: 3');
  await run();
  expect(statSync(join(root, PACK)).size).toBeLessThan(size + 3 * filler.length);
  expect(before.filter((key) => !keys().includes(key))).toEqual([]);
});

test('what a killed run left half-written is removed, and a folder that cannot be written stops nothing', async () => {
  await run();
  writeFileSync(join(root, `${PACK}.12345.tmp`), 'half');
  edit('stage-0.yaml', 'minReplicas: 2', 'minReplicas: 3');
  await run();
  expect(readdirSync(join(root, '.stageline/cache'))).toContain('results');
  expect(readdirSync(join(root, '.stageline/cache')).join()).not.toContain('.tmp');

  rmSync(join(root, '.stageline/cache'), { recursive: true });
  writeFileSync(join(root, '.stageline/cache'), 'in the way');
  edit('stage-0.yaml', 'minReplicas: 3', 'minReplicas: 4');
  expect((await run()).files).not.toEqual([]);
});

test('nothing is kept by --no-cache, by --check and by --dry-run', async () => {
  await run({ cache: false });
  await run({ check: true });
  await run({ dryRun: true });
  expect(existsSync(join(root, PACK))).toBe(false);
});

test('problems of an app are told at their place, whoever renders it', async () => {
  const secret = planted.password();
  edit('base.yaml', 'LOG_LEVEL: info', `LOG_LEVEL: info, DB_PASSWORD: '${secret}'`);
  edit(
    'stage-1.yaml',
    'app-0002: { autoscaling: { minReplicas: 3 } }',
    'app-0002: { autoscaling: { minReplicas: 3 }, patches: [{ kind: Service, op: add, path: /spec/portz, value: 1 }] }',
  );
  const told = async (options: Partial<SynthOptions>): Promise<unknown> => {
    const error: unknown = await run(options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).problems;
  };
  const alone = await told({ threads: 0, cache: false });
  expect(alone).toMatchObject([{ code: 'credential' }, { code: 'schema' }]);
  expect(await told({ threads: 2 })).toEqual(alone);
  expect(existsSync(join(root, PACK))).toBe(false);
});

test('what a person allowed is looked at every time, and its value is not in the cache', async () => {
  const secret = planted.password();
  edit(
    'base.yaml',
    / {4}env: \{ LOG_LEVEL: info, REGION: eu \}\n/,
    `    env:\n      DB_PASSWORD: '${secret}' # allowSecret: a planted one\n`,
  );
  await run();
  expect(readFileSync(join(root, PACK)).includes(secret)).toBe(false);
  edit('base.yaml', ' # allowSecret: a planted one', '');
  await expect(run()).rejects.toMatchObject({ problems: [{ code: 'credential' }] });
});

test('a cache that was just replaced has what came last, and is added to', async () => {
  await run();
  const filler = (i: number): Buffer => {
    const data = String.fromCharCode(97 + i).repeat(1024 * 1024);
    const rest = Buffer.from(`${JSON.stringify([`old ${i}`, [data.length]])}\n${data}`);
    const head = `stageline results 4 ${crc32(rest).toString(16).padStart(8, '0')} ${rest.length}\n`;
    return Buffer.concat([Buffer.from(head), rest]);
  };
  for (let i = 0; i < 24; i++) appendFileSync(join(root, PACK), filler(i));
  edit('stage-0.yaml', 'minReplicas: 2', 'minReplicas: 3');
  await run();
  const replaced = readFileSync(join(root, PACK));
  expect(replaced.length).toBeGreaterThan(14 * 1024 * 1024);
  expect(replaced.length).toBeLessThan(17 * 1024 * 1024);
  expect(replaced.includes('old 23')).toBe(true);
  expect(replaced.includes('old 4')).toBe(false);
  edit('stage-0.yaml', 'minReplicas: 3', 'minReplicas: 4');
  await run();
  expect(readFileSync(join(root, PACK)).subarray(0, replaced.length).equals(replaced)).toBe(true);
});
