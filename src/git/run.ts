import { spawn } from 'node:child_process';
import { UserError } from '../model/errors';

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** Directory that git starts in. */
  readonly cwd: string;
  /** The environment of this process; variables that would point git elsewhere are taken out. */
  readonly env: EnvironmentVariables;
  /** Set on top, e.g. GIT_INDEX_FILE. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Gets standard output piece by piece; `stdout` stays empty then. */
  readonly onData?: (chunk: Buffer) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

// A hook, or a git that calls us, sets GIT_DIR, GIT_INDEX_FILE and the like: only who we are and how we connect stays.
const KEPT =
  /^GIT_(AUTHOR_|COMMITTER_|SSH|ASKPASS$|SSL_|HTTP_|PROXY_|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)$|EXEC_PATH$|CEILING_DIRECTORIES$|ALLOW_PROTOCOL$)/;

/** The environment git runs in: nothing that redirects it, no prompt, no pager, no locale. */
export function gitEnvironment(env: EnvironmentVariables): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (!entry[0].startsWith('GIT_') || KEPT.test(entry[0])) &&
      !/^(LC_|LANG)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_MERGE_AUTOEDIT: 'no',
    GIT_OPTIONAL_LOCKS: '0',
  };
}

const ALWAYS = ['--no-pager', '-c', 'core.quotePath=false', '-c', 'color.ui=false', '-c', 'gc.auto=0'];

/**
 * Runs git with the arguments given, without a shell.
 * @throws UserError `git-missing` when there is no git
 */
export function runGit(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...ALWAYS, ...args], {
      cwd: options.cwd,
      env: { ...gitEnvironment(options.env), ...options.extra },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let failure: Error | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      if (!options.onData) out.push(chunk);
      else if (failure === undefined) {
        try {
          options.onData(chunk);
        } catch (error) {
          failure = error as Error;
          child.kill();
        }
      }
    });
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // Git may end before it has read everything; its exit code tells then.
    child.stdin.on('error', () => undefined);
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missing() : error);
    });
    child.on('close', (code) => {
      if (failure) reject(failure);
      else
        resolve({
          code: code ?? 128,
          stdout: Buffer.concat(out),
          // Git indents commands by tabs, which would be shown as escapes.
          stderr: withoutCredentials(Buffer.concat(err).toString('utf8').trim().replaceAll('\t', '    ')),
        });
    });
    child.stdin.end(options.input);
  });
}

function missing(): UserError {
  return new UserError({
    code: 'git-missing',
    cause: 'git is not installed, or not on PATH',
    consequence: 'Nothing was changed.',
    remedy: 'install git 2.30 or later',
  });
}

/** What went wrong inside git, for a failure that nobody foresaw: git's words are passed on, never interpreted. */
export function gitFailed(args: readonly string[], result: RunResult): UserError {
  const command = args.findIndex((arg, i) => !arg.startsWith('-') && !/^-[cC]$/.test(args[i - 1] ?? ''));
  const shown = args
    .slice(command)
    .filter((arg) => !arg.includes('://'))
    .slice(0, 6);
  return new UserError({
    code: 'git-failed',
    cause: `git ${shown.join(' ')} ended with exit code ${result.code}`,
    consequence: result.stderr.split('\n').slice(-5).join('\n') || undefined,
  });
}

function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@');
}
