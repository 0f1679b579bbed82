import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publish } from '../../src/manifests/publish';
import { stage, tree } from '../manifests/publish/support';
import { randomFrom } from './kill';

const child = resolve(__dirname, '../manifests/publish/child.ts');
const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const place = mkdtempSync(join(tmpdir(), 'stageline-calls-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const before = [
  stage('dev', { 'a.yaml': 'a: 1', 'old/gone.yaml': 'g: 1' }),
  stage('left', { 'a.yaml': 'a: 1' }),
];
const after = [stage('dev', { 'a.yaml': 'a: 2', 'b/new.yaml': 'n: 2' }), stage('prod', { 'a.yaml': 'a: 2' })];

/** Publishes `after` in a process that is killed at a call; tells whether it was. */
function runUntil(root: string, call: number): boolean {
  const preload = ['-r', require.resolve('./kill-at-call.js'), '-r', require.resolve('tsx/cjs')];
  const { signal, status, stderr } = spawnSync(
    process.execPath,
    [...preload, child, 'publish', root, join(place, 'after.json')],
    { env: { ...process.env, STAGELINE_KILL_AT: String(call) }, encoding: 'utf8' },
  );
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr);
  return signal === 'SIGKILL';
}

test('killed at each of its calls, and again while it recovers, publishing repairs itself', () => {
  process.stdout.write(`seed: KILL_SEED=${seed}\n`);
  const random = randomFrom(seed);
  writeFileSync(join(place, 'after.json'), JSON.stringify(after));
  const [start, end] = [join(place, 'start'), join(place, 'end')];
  mkdirSync(start);
  mkdirSync(end);
  publish({ root: start, stages: before });
  publish({ root: end, stages: after });
  const [old, done] = [tree(join(start, 'dist')), tree(join(end, 'dist'))];

  const states = { journalled: 0, not: 0, again: 0 };
  let call = 0;
  for (; ; call++) {
    const root = join(place, `root-${call}`);
    cpSync(start, root, { recursive: true });
    if (!runUntil(root, call)) break;
    requireWhole(root, old, done, call);
    if (existsSync(join(root, '.stageline/publish/journal.json'))) states.journalled += 1;
    else states.not += 1;

    const again = Math.floor(random() * 50);
    if (runUntil(root, again)) states.again += 1;
    requireWhole(root, old, done, call);

    publish({ root, stages: after });
    expect({ call, again, dist: tree(join(root, 'dist')) }).toEqual({ call, again, dist: done });
    expect({ call, again, left: readdirSync(join(root, '.stageline')) }).toEqual({ call, again, left: [] });
    rmSync(root, { recursive: true });
  }
  process.stdout.write(`calls: ${call}; kills: ${JSON.stringify(states)}\n`);
  expect(Math.min(states.journalled, states.not, states.again)).toBeGreaterThan(10);
});

function requireWhole(
  root: string,
  old: Record<string, string>,
  done: Record<string, string>,
  call: number,
): void {
  const there = tree(join(root, 'dist'));
  const torn = Object.keys(there).filter((path) => there[path] !== old[path] && there[path] !== done[path]);
  const lost = Object.keys(old).filter((path) => path in done && !(path in there));
  expect({ call, torn, lost }).toEqual({ call, torn: [], lost: [] });
}
