import { execFile, execFileSync } from 'node:child_process';

export interface CaptureOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads on stdin. */
  readonly input?: string;
  /** Seconds. @default 600 */
  readonly timeout?: number;
}

/** Runs a command to its end and returns its stdout. @throws Error with its stderr when it fails. */
export function capture(command: string, args: readonly string[], options: CaptureOptions = {}): string {
  try {
    return execFileSync(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      input: options.input ?? '',
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      timeout: (options.timeout ?? 600) * 1000,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stderr, stdout, status } = error as { stderr?: string; stdout?: string; status?: number };
    const said = [stderr, stdout].filter(Boolean).join('\n').trim();
    throw new CommandFailed(
      `${command} ${args.join(' ')} ended with ${status}:\n${said}`,
      status ?? -1,
      stdout ?? '',
      stderr ?? '',
    );
  }
}

/** Like `capture`, while servers of this process go on answering. */
export function run(command: string, args: readonly string[], options: CaptureOptions = {}): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      command,
      [...args],
      {
        cwd: options.cwd,
        env: options.env ?? process.env,
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
        timeout: (options.timeout ?? 600) * 1000,
      },
      (error, stdout, stderr) => {
        if (!error) return done(stdout);
        const status = typeof error.code === 'number' ? error.code : -1;
        const said = [stderr, stdout].filter(Boolean).join('\n').trim() || error.message;
        fail(
          new CommandFailed(
            `${command} ${args.join(' ')} ended with ${status}:\n${said}`,
            status,
            stdout,
            stderr,
          ),
        );
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** A command that ended with another code than 0. */
export class CommandFailed extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(message);
    this.name = 'CommandFailed';
  }
}

/** Whether a command is on PATH. */
export function hasCommand(command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "$1"`, 'sh', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
