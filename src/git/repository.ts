import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../model/errors';
import { gitFailed, runGit, type EnvironmentVariables, type RunOptions, type RunResult } from './run';

type CallOptions = Partial<Omit<RunOptions, 'cwd' | 'env'>>;

/** A Git repository on this machine, and the way to call git in it. */
export class Repo {
  constructor(
    /** Top of the work tree; of a bare repository its folder. */
    readonly root: string,
    /** Where HEAD and the index of this work tree are. */
    readonly gitDir: string,
    /** Where refs and objects are; differs from `gitDir` in a linked work tree. */
    readonly commonDir: string,
    readonly bare: boolean,
    readonly env: EnvironmentVariables,
  ) {}

  /** Runs git and hands back whatever came of it. */
  try(args: readonly string[], options: CallOptions = {}): Promise<RunResult> {
    return runGit(args, { cwd: this.root, env: this.env, ...options });
  }

  /**
   * Runs git, which has to succeed.
   * @throws UserError `git-failed`
   */
  async run(args: readonly string[], options: CallOptions = {}): Promise<Buffer> {
    const result = await this.try(args, options);
    if (result.code !== 0) throw gitFailed(args, result);
    return result.stdout;
  }

  /** Standard output as one trimmed line, or undefined when git says no. */
  async line(args: readonly string[], options: CallOptions = {}): Promise<string | undefined> {
    const result = await this.try(args, options);
    const text = result.stdout.toString('utf8').trim();
    return result.code === 0 && text !== '' ? text : undefined;
  }
}

/**
 * Opens the repository that `dir` lies in. Undefined where there is none, as in an unpacked archive.
 * @throws UserError `git-refuses` when there is one that git will not open, such as one of another owner
 */
export async function openRepository(
  dir: string,
  env: EnvironmentVariables = process.env,
): Promise<Repo | undefined> {
  const marker = findMarker(resolve(dir));
  const args = ['rev-parse', '--is-bare-repository', '--absolute-git-dir', '--git-common-dir'];
  const probe = await runGit(args, { cwd: dir, env });
  if (probe.code !== 0) {
    if (marker === undefined) return undefined;
    throw new UserError({
      code: 'git-refuses',
      cause: `git does not open the repository at ${marker}`,
      consequence: probe.stderr || undefined,
      remedy: 'see what `git status` says there',
    });
  }
  const [isBare, gitDir, common] = probe.stdout.toString('utf8').trimEnd().split('\n') as [
    string,
    string,
    string,
  ];
  const bare = isBare === 'true';
  const root = bare ? gitDir : await topLevel(dir, env);
  if (root === undefined) return undefined;
  return new Repo(root, gitDir, realpathSync(resolve(dir, common)), bare, env);
}

async function topLevel(dir: string, env: EnvironmentVariables): Promise<string | undefined> {
  const top = await runGit(['rev-parse', '--show-toplevel'], { cwd: dir, env });
  return top.code === 0 ? top.stdout.toString('utf8').replace(/\n$/, '') : undefined;
}

function findMarker(dir: string): string | undefined {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, '.git')) || (existsSync(join(at, 'HEAD')) && existsSync(join(at, 'objects'))))
      return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Whether history ends before its beginning, as after `git clone --depth`. */
export async function isShallow(repo: Repo): Promise<boolean> {
  return (await repo.line(['rev-parse', '--is-shallow-repository'])) === 'true';
}

/** The commits at which the history of a shallow clone ends: git shows everything in them as new. */
export function cutCommits(repo: Repo): ReadonlySet<string> {
  const file = join(repo.commonDir, 'shallow');
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
}

/**
 * The oldest git that everything here works with is 2.30.
 * @throws UserError `git-too-old`
 */
export async function requireGit(repo: Repo): Promise<void> {
  const text = (await repo.line(['version'])) ?? '';
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text)?.slice(1) ?? []).map(Number);
  if (major > 2 || (major === 2 && minor >= 30)) return;
  throw new UserError({
    code: 'git-too-old',
    cause: `${text || 'this git'} is older than 2.30`,
    consequence: 'Nothing was changed.',
    remedy: 'install git 2.30 or later',
  });
}
