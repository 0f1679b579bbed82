import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish } from '../../../src/manifests/publish';
import { withProcessLock } from '../../../src/manifests/publish/process-lock';
import { newRoot, refusal, removeRoots, scratch, stage } from './support';

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  removeRoots();
});

function start(...args: string[]): ChildProcess {
  const script = join(__dirname, 'child.ts');
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function holder(root: string): Promise<ChildProcess> {
  const child = start('hold', root);
  await once(child.stdout!, 'data');
  return child;
}

const dev = stage('dev', { 'a.yaml': 'a: 1' });
const locks = (root: string): string[] => readdirSync(join(root, '.stageline'));

/** A lock as another process would have made it, told from ours by some of its parts. */
function plant(root: string, change: (own: string[]) => string[]): string {
  let own = '';
  withProcessLock(root, 0, () => ([own] = locks(root) as [string]));
  const name = change(own.split('.')).join('.');
  mkdirSync(join(root, '.stageline'), { recursive: true });
  writeFileSync(join(root, '.stageline', name), '');
  return name;
}

test('while another process writes, a run waits and then says who holds dist/', async () => {
  const root = newRoot();
  const child = await holder(root);
  const began = performance.now();
  const [problem] = refusal(() => publish({ root, stages: [dev], waitMs: 300 }));
  expect(performance.now() - began).toBeGreaterThanOrEqual(300);
  expect(problem).toMatchObject({ code: 'output-locked', consequence: 'Nothing was written.' });
  expect(problem?.cause).toBe(
    `process ${child.pid} on host "${hostname().replace(/[^\w-]/g, '_')}" is writing dist/ (waited 0.3 s)`,
  );
  expect(problem?.remedy).toContain(`.stageline/${locks(root)[0]}`);
  expect(locks(root)).toHaveLength(1);
});

test('the lock of a killed process is taken over, and its file is gone afterwards', async () => {
  const root = newRoot();
  const child = await holder(root);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(locks(root)).toHaveLength(1);
  expect(publish({ root, stages: [dev], waitMs: 0 }).written).toHaveLength(2);
  expect(scratch(root)).toEqual([]);
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('a killed process that nobody has collected yet does not hold', async () => {
  const root = newRoot();
  // The shell becomes a program that never asks how its children ended.
  const line = `"$0" -r tsx/cjs "$1" hold "$2" & exec sleep 600`;
  const parent = spawn('sh', ['-c', line, process.execPath, join(__dirname, 'child.ts'), root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(parent);
  await once(parent.stdout, 'data');
  const pid = Number(locks(root)[0]!.split('.')[1]);
  process.kill(pid, 'SIGKILL');
  const state = (): string => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0]!;
  while (state() !== 'Z') await sleep(5);
  expect(withProcessLock(root, 0, () => 'mine')).toBe('mine');
});

test('a run that waits goes on once the other process has ended', async () => {
  const root = newRoot();
  const child = await holder(root);
  setTimeout(() => child.kill('SIGKILL'), 200);
  const other = start('compete', root, '1');
  expect(await once(other, 'exit')).toEqual([0, null]);
});

test('many at once are never two at once, dead locks or not', async () => {
  const root = newRoot();
  const dead = await holder(root);
  dead.kill('SIGKILL');
  await once(dead, 'exit');
  const ends = await Promise.all(Array.from({ length: 5 }, () => once(start('compete', root, '15'), 'exit')));
  expect(ends).toEqual(ends.map(() => [0, null]));
  expect(scratch(root)).toEqual([]);
});

test('a failure gives the lock back', () => {
  const root = newRoot();
  const failing = (): never => {
    throw new Error('as planned');
  };
  expect(() => withProcessLock(root, 0, failing)).toThrow('as planned');
  expect(scratch(root)).toEqual([]);
});

onLinux('a later process that got the same id is not taken for the dead one', () => {
  const root = newRoot();
  plant(root, ([lock, pid, , ...rest]) => [
    lock!,
    pid!,
    '00000000-1',
    ...rest.slice(0, 1),
    'abc',
    ...rest.slice(2),
  ]);
  expect(withProcessLock(root, 0, () => 'mine')).toBe('mine');
  expect(scratch(root)).toEqual([]);
});

test('a living process with that id and start holds, though it is this one', () => {
  const root = newRoot();
  plant(root, ([lock, pid, begun, space, , host]) => [lock!, pid!, begun!, space!, 'abc', host!]);
  expect(refusal(() => withProcessLock(root, 0, () => 0))).toMatchObject([{ code: 'output-locked' }]);
});

test('the lock of another host counts for fifteen minutes, as its process cannot be asked', () => {
  const root = newRoot();
  const name = plant(root, (own) => [...own.slice(0, 4), 'abc', 'elsewhere']);
  expect(refusal(() => withProcessLock(root, 0, () => 0))).toMatchObject([
    { code: 'output-locked', cause: expect.stringContaining('on host "elsewhere"') },
  ]);
  const old = Date.now() / 1000 - 16 * 60;
  utimesSync(join(root, '.stageline', name), old, old);
  expect(withProcessLock(root, 0, () => 'mine')).toBe('mine');
  expect(scratch(root)).toEqual([]);
});

test('other files in the scratch folder are left alone', () => {
  const root = newRoot();
  mkdirSync(join(root, '.stageline'));
  writeFileSync(join(root, '.stageline/lock.txt'), '');
  withProcessLock(root, 0, () => 0);
  expect(locks(root)).toEqual(['lock.txt']);
});
