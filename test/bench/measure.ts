import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command took. */
export interface Cost {
  /** Seconds of CPU, user and system, its children included: the machine may be busy with something else. */
  readonly cpu: number;
  readonly wall: number;
  /** The most memory that a Node process held, in MB; undefined for other programs. */
  readonly memory?: number;
  readonly stdout: string;
}

const PEAK = join(__dirname, 'peak-memory.js');

/** Runs a command to its end and measures it. @throws Error where it fails */
export function measure(command: readonly string[], cwd: string, allowed: readonly number[] = [0]): Cost {
  const peak = join(tmpdir(), `stageline-bench-${process.pid}.peak`);
  rmSync(peak, { force: true });
  const [program = '', ...args] = command;
  const argv = program === 'node' ? ['-r', PEAK, ...args] : args;
  // The last line of standard error is the shell's: seconds of wall, user and system.
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bench', program, ...argv], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, STAGELINE_BENCH_PEAK: peak },
  });
  if (!allowed.includes(status ?? -1))
    throw new Error(`${command.join(' ')} ended with ${status}:\n${stderr}`);
  const [wall = 0, user = 0, system = 0] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  const memory = existsSync(peak) ? Number(readFileSync(peak, 'utf8')) / 1024 : undefined;
  rmSync(peak, { force: true });
  return { cpu: user + system, wall, stdout, memory };
}

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

const CACHE = process.env['STAGELINE_TOOLS'] ?? join(homedir(), '.cache/stageline/tools');

/** The kubectl that the end-to-end tests built. */
export function kubectl(): string {
  const folder = existsSync(CACHE)
    ? readdirSync(CACHE).find((name) => /^kubernetes-\w+$/.test(name))
    : undefined;
  if (folder === undefined) throw new Error('There is no kubectl yet: "npm run test:e2e" builds it.');
  return join(CACHE, folder, 'kubectl');
}

const HELM = 'v3.18.6';

/** Helm, built once from its published Go module. */
export function helm(): string {
  const program = join(CACHE, `helm-${HELM}`, 'helm');
  if (existsSync(program)) return program;
  const cwd = join(__dirname, 'tools/helm');
  const args = ['build', '-mod=readonly', '-trimpath', '-o', program, 'helm.sh/helm/v3/cmd/helm'];
  const { status, stderr } = spawnSync('go', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Helm ${HELM} cannot be built:\n${stderr}`);
  return program;
}
