import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

interface Running {
  readonly spec: ProcessSpec;
  readonly child: ChildProcess;
  readonly log: string;
}

/**
 * Starts long-running processes, each in its own process group with its own log file, and ends them by their ids.
 * The kernel kills each of them when this process dies in any way (setpriv --pdeathsig), so none outlives it.
 */
export class Supervisor {
  private readonly running: Running[] = [];
  private stopping = false;

  constructor(private readonly logs: string) {}

  start(spec: ProcessSpec): void {
    const log = join(this.logs, `${spec.name}.log`);
    const out = openSync(log, 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', spec.command, ...spec.args], {
      cwd: spec.cwd ?? this.logs,
      env: { PATH: process.env.PATH ?? '', ...spec.env },
      stdio: ['ignore', out, out],
      detached: true,
    });
    closeSync(out);
    this.running.push({ spec, child, log });
  }

  /** @throws Error with the end of its log when a process has ended by itself. */
  assertAlive(): void {
    if (this.stopping) return;
    for (const { spec, child, log } of this.running) {
      if (child.exitCode === null && child.signalCode === null) continue;
      const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      throw new Error(
        `${spec.name} ended by itself (${child.exitCode ?? child.signalCode}); ${log}:\n${tail}`,
      );
    }
  }

  /** Process ids by name, for whoever wants to look. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.running.map(({ spec, child }) => [spec.name, child.pid ?? 0]));
  }

  /** Ends one process and forgets it. */
  async stop(name: string): Promise<void> {
    const index = this.running.findIndex(({ spec }) => spec.name === name);
    if (index < 0) return;
    const [process] = this.running.splice(index, 1);
    await end([process!]);
  }

  /** Ends everything: SIGTERM, and SIGKILL for those that are still there after three seconds. */
  async stopAll(): Promise<void> {
    this.stopping = true;
    await end(this.running.splice(0).reverse());
  }
}

async function end(processes: readonly Running[]): Promise<void> {
  const gone = processes.map(
    ({ child }) =>
      new Promise<void>((done) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) done();
        else child.once('exit', () => done());
      }),
  );
  for (const { child } of processes) signal(child, 'SIGTERM');
  const all = Promise.all(gone);
  await Promise.race([all, new Promise((done) => setTimeout(done, 3000).unref())]);
  // The whole group, always: a child that ended may have left children of its own.
  for (const { child } of processes) signal(child, 'SIGKILL');
  await all;
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}
