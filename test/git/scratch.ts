import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An environment in which git sees no configuration but the repository's own. */
export const CLEAN_ENV: Record<string, string> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

const made: string[] = [];

export function scratchFolder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'stageline-git-')));
  made.push(dir);
  return dir;
}

export function removeScratch(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs git as a person would, for setting up and for looking at what came of it. */
export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: dir, env: CLEAN_ENV, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
}

export function identify(dir: string, name = 'Ada'): void {
  git(dir, 'config', 'user.name', name);
  git(dir, 'config', 'user.email', `${name.toLowerCase()}@example.com`);
}

export function newRepository(dir = scratchFolder()): string {
  mkdirSync(dir, { recursive: true });
  git(dir, 'init', '-q', '-b', 'main');
  identify(dir);
  return dir;
}

export function writeFiles(dir: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

export function commitFiles(dir: string, files: Record<string, string | Buffer>, message = 'change'): string {
  writeFiles(dir, files);
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '--allow-empty', '-m', message);
  return git(dir, 'rev-parse', 'HEAD');
}

export function bareCopy(dir: string): string {
  const bare = join(scratchFolder(), 'remote.git');
  git(dir, 'clone', '-q', '--bare', dir, bare);
  return bare;
}

export function cloneOf(url: string, name: string, ...options: string[]): string {
  const dir = join(scratchFolder(), name);
  git('/', 'clone', '-q', ...options, url, dir);
  identify(dir, name);
  return dir;
}
