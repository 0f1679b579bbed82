import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRepo } from '../../src/promotion/workspace';
import { synth } from '../../src/synth/synth';
import { git, removeScratch } from '../git/scratch';
import { ENV, newYamlLab, worldAt } from '../promotion/lab';
import { killGroup } from './kill';

afterAll(removeScratch);

const KILLS = Number(process.env['KILLS'] ?? 100);
const CHILD = join(__dirname, '../promotion/kill-child.ts');

/** Runs an operation and kills it, with or without its children, so long after it has begun. */
function killAfter(dir: string, what: string, tag: string, delay: number, group: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['--require', 'tsx/cjs', CHILD, dir, what, tag];
    const child = spawn(process.execPath, args, {
      env: ENV,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.resume();
    child.stdout.once('data', () =>
      setTimeout(() => (group ? killGroup(child.pid!, 'SIGKILL') : child.kill('SIGKILL')), delay),
    );
    child.on('close', (_, signal) => {
      // A git that was left behind ends by itself; what it leaves is what the next command finds.
      const wait = (): unknown =>
        killGroup(child.pid!, 0) ? setTimeout(wait, 5) : resolve(signal === 'SIGKILL');
      wait();
    });
  });
}

test(`${KILLS} kills of promote, rollback and set-image: never a broken tree`, async () => {
  const dir = await newYamlLab();
  let killed = 0;
  let seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  process.stderr.write(`seed ${seed}\n`);
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  for (let i = 0; killed < KILLS && i < 3 * KILLS; i++) {
    const before = git(dir, 'rev-parse', 'HEAD');
    const what = ['set', 'promote', 'rollback'][i % 3]!;
    if (await killAfter(dir, what, `1.${i}.0`, random() * 900, random() < 0.5)) killed++;
    await openRepo(worldAt(dir));
    const after = git(dir, 'rev-parse', 'HEAD');
    if (after !== before) expect(git(dir, 'rev-parse', 'HEAD~1')).toBe(before);
    expect(git(dir, 'status', '--porcelain', '-uall')).toBe('');
    expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
    expect(existsSync(join(dir, '.git/index.lock'))).toBe(false);
  }
  expect(killed).toBeGreaterThanOrEqual(Math.min(KILLS, 10));
  expect(git(dir, 'fsck', '--strict', '--no-dangling')).not.toMatch(/error|missing|corrupt/);
});
