import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run: its folder, its messages, and what has to be ended after it. */
export interface Session {
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Registers what to end; the last registered is ended first. */
  readonly atEnd: (end: () => void | Promise<void>) => void;
  /** Rejects when the run is to stop: Ctrl-C, SIGTERM, or its time is up. */
  readonly stopped: Promise<never>;
}

export interface SessionOptions {
  /** Minutes after which the run is stopped. @default no limit */
  readonly minutes?: number;
  /** Keeps the folder, with its logs, whatever happens. */
  readonly keep?: boolean;
  /** Whether a signal is the way in which this run is meant to end. */
  readonly endsBySignal?: boolean;
}

/** Why a run was stopped from outside. */
export class Stopped extends Error {}

/**
 * Runs `body` and then ends everything that it has registered, whether it returned, threw or was stopped. The folder
 * goes after a success; otherwise it stays, and the last line says where.
 */
export async function inSession<T>(
  options: SessionOptions,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'stageline-e2e-'));
  const start = Date.now();
  const log = (line: string): void => {
    const seconds = ((Date.now() - start) / 1000).toFixed(0).padStart(4);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
  const ends: (() => void | Promise<void>)[] = [];
  let stop: (why: Error) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => (stop = reject));
  stopped.catch(() => undefined);
  // npm, for one, dies of a signal without passing it on.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) stop(new Stopped('stopped: the process that started it is gone'));
  }, 1000);
  const onSignal = (signal: NodeJS.Signals): void => stop(new Stopped(`stopped by ${signal}`));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const timer =
    options.minutes === undefined
      ? undefined
      : setTimeout(
          () => stop(new Stopped(`not done after ${options.minutes} min`)),
          options.minutes * 60_000,
        );
  let good = false;
  try {
    const session = { folder, log, atEnd: (end: () => void | Promise<void>) => void ends.push(end), stopped };
    const result = await Promise.race([body(session), stopped]);
    good = true;
    return result;
  } catch (error) {
    good = error instanceof Stopped && options.endsBySignal === true;
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(orphaned);
    for (const end of ends.reverse()) {
      await Promise.resolve()
        .then(end)
        .catch((error: unknown) => log(`while ending: ${String(error)}`));
    }
    for (const signal of signals) process.off(signal, onSignal);
    if (good && !options.keep) rmSync(folder, { recursive: true, force: true });
    else log(`logs and folders of this run: ${folder}`);
  }
}
