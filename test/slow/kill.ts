import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tree } from '../manifests/publish/support';

/** Which of two inputs a run is given: publishing them in turn makes files come, change and go. */
export type Version = 0 | 1;

/** A command that writes dist/, and that is to be killed while it does. */
export interface Victim {
  /** Makes an empty folder into a repository. */
  readonly prepare: (root: string) => void;
  /** Gives the repository one of the two inputs. */
  readonly setInput: (root: string, version: Version) => void;
  /** The command line, run in the repository; processes that it starts are killed with it. */
  readonly command: (root: string) => readonly [program: string, ...args: string[]];
  /** What below .stageline/ may be there after a run, as it belongs to somebody else. */
  readonly mayRemain?: (path: string) => boolean;
}

export interface KillOptions {
  readonly kills: number;
  /** The same seed makes the same delays, which hit where the machine has them, and kills at the same calls. */
  readonly seed: number;
}

/** How many kills found the run in which state. */
export interface KillReport {
  readonly before: number;
  readonly prepared: number;
  readonly committed: number;
  readonly after: number;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Tree = Readonly<Record<string, string>>;
const dist = (root: string): Tree => (existsSync(join(root, 'dist')) ? tree(join(root, 'dist')) : {});

/**
 * Kills the command again and again: a third of the time at any moment from before its start to after its end, a
 * third at one of its calls since it prepares, a third since it puts files in place. After each kill every file is whole, and the next
 * run repairs, be it with the same input or with the one before.
 */
export async function killAtRandom(victim: Victim, { kills, seed }: KillOptions): Promise<KillReport> {
  const random = randomFrom(seed);
  const place = mkdtempSync(join(tmpdir(), 'stageline-kill-'));
  const report = { before: 0, prepared: 0, committed: 0, after: 0 };
  try {
    const whole = [
      await runWhole(victim, join(place, '0'), 0),
      await runWhole(victim, join(place, '1'), 1),
    ] as const;
    expect(whole[0].dist).not.toEqual(whole[1].dist);
    const duration = Math.max(whole[0].milliseconds, whole[1].milliseconds);
    const root = join(place, 'root');
    const { dist: start } = await runWhole(victim, root, 0);
    let [there, version]: [Tree, Version] = [start, 0];

    for (let n = 0; n < kills; n++) {
      const target: Version = version === 0 ? 1 : 0;
      victim.setInput(root, target);
      const moment = MOMENTS[n % 3]!(random, duration);
      const where = `kill ${n}, seed ${seed}, ${JSON.stringify(moment)}`;
      await runAndKill(victim, root, moment);
      report[stateOf(root, there, whole[target].dist)] += 1;
      requireWhole(dist(root), there, whole[target].dist, where);

      version = random() < 0.75 ? target : version;
      victim.setInput(root, version);
      await run(victim, root, where);
      expect({ where, dist: dist(root) }).toEqual({ where, dist: whole[version].dist });
      expect({ where, leftovers: leftovers(victim, root) }).toEqual({ where, leftovers: [] });
      there = whole[version].dist;
    }
    return report;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function runWhole(victim: Victim, root: string, version: Version) {
  mkdirSync(root);
  victim.prepare(root);
  victim.setInput(root, version);
  const began = performance.now();
  await run(victim, root, `version ${version}`);
  return { dist: dist(root), milliseconds: performance.now() - began };
}

function start(victim: Victim, root: string, { sight, calls }: Moment = {}) {
  const [program, ...args] = victim.command(root);
  const child = spawn(program, ['-r', require.resolve('./kill-at-call.js'), ...args], {
    cwd: root,
    env: { ...process.env, STAGELINE_KILL_FROM: sight, STAGELINE_KILL_AT: String(calls) },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text));
  return { child, ended: once(child, 'exit'), messages: () => messages };
}

async function run(victim: Victim, root: string, where: string): Promise<void> {
  const { ended, messages } = start(victim, root);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${where}: exit ${String(code)}\n${messages()}`);
}

/** So many milliseconds after the start, or calls after the first sight of a file. */
interface Moment {
  readonly delay?: number;
  readonly sight?: string;
  readonly calls?: number;
}

/** Sooner rather than later: a small dist/ takes some twenty calls, a large one hundreds. */
const callsFrom = (random: () => number): number => Math.floor(300 ** random());

const MOMENTS: readonly ((random: () => number, duration: number) => Moment)[] = [
  (random, duration) => ({ delay: random() * duration * 1.3 }),
  (random) => ({ sight: '.stageline/publish', calls: callsFrom(random) }),
  (random) => ({ sight: '.stageline/publish/journal.json', calls: callsFrom(random) }),
];

async function runAndKill(victim: Victim, root: string, moment: Moment): Promise<void> {
  const { child, ended } = start(victim, root, moment);
  await (moment.delay === undefined ? ended : Promise.race([sleep(moment.delay), ended]));
  killGroup(child.pid!, 'SIGKILL');
  await ended;
  while (killGroup(child.pid!, 0)) await sleep(1);
}

/** Signals a command with all that it started; false: none of it is left. */
export function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function stateOf(root: string, old: Tree, next: Tree): keyof KillReport {
  if (existsSync(join(root, '.stageline/publish/journal.json'))) return 'committed';
  if (existsSync(join(root, '.stageline/publish'))) {
    return JSON.stringify(dist(root)) === JSON.stringify(next) ? 'after' : 'prepared';
  }
  return JSON.stringify(dist(root)) === JSON.stringify(old) ? 'before' : 'after';
}

/** Every file is, to the byte, the old or the new one; and what both have is never missing. */
function requireWhole(there: Tree, old: Tree, next: Tree, where: string): void {
  const torn = Object.keys(there).filter((path) => there[path] !== old[path] && there[path] !== next[path]);
  const lost = Object.keys(old).filter((path) => path in next && !(path in there));
  expect({ where, torn, lost }).toEqual({ where, torn: [], lost: [] });
}

function leftovers(victim: Victim, root: string): string[] {
  const paths = readdirSync(join(root, '.stageline'), { recursive: true }).map(String);
  return paths.filter((path) => !victim.mayRemain?.(path)).sort();
}
