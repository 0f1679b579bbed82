import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from '../../git/program';
import { readFiles, type TreeFile } from '../../git/read';
import type { Repo } from '../../git/repository';
import { UserError } from '../../model/errors';
import { sameDependencies } from './dependencies';

/** What no rendering reads, and what would only be copied in vain. */
const LEFT_OUT = /^(dist|test|docs|\.stageline|\.git)(\/|$)/;
const LOCK = 'package-lock.json';

/**
 * A folder that holds the program, base.yaml and the packages of a revision, ready to render. It is named by the
 * revision, made once, and never changes.
 * @throws UserError `revision-missing`, `pin-install`
 */
export async function revisionFolder(repo: Repo, root: string, revision: string): Promise<string> {
  const cache = join(root, '.stageline', 'cache', 'base');
  const files = async (): Promise<Map<string, TreeFile>> => readFiles(repo, revision, []);
  for (const name of [revision, `${revision}-installed`]) {
    const folder = join(cache, name);
    if (existsSync(folder) && (name !== revision || (await agrees(folder, root)))) return folder;
  }
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) if (isLeft(name)) remove(join(cache, name));
  const scratch = mkdtempSync(join(cache, `new-${process.pid}-`));
  try {
    for (const [path, file] of await files()) if (!LEFT_OUT.test(path)) place(scratch, path, file);
    const installed = !(await agrees(scratch, root));
    if (installed) await install(repo, scratch, revision);
    const folder = join(cache, installed ? `${revision}-installed` : revision);
    try {
      renameSync(scratch, folder);
    } catch (error) {
      // Another process was faster; a folder of that name is always whole.
      if (!existsSync(folder)) throw error;
    }
    return folder;
  } finally {
    remove(scratch);
  }
}

/** Whether a folder is of a process that was killed before it was whole. */
function isLeft(name: string): boolean {
  const pid = /^new-(\d+)-/.exec(name)?.[1];
  if (pid === undefined) return name.startsWith('new-');
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // An npm that outlived who started it still writes there: the next run removes what it leaves.
  }
}

function agrees(folder: string, root: string): Promise<boolean> {
  const text = (at: string): string | undefined =>
    existsSync(join(at, LOCK)) ? readFileSync(join(at, LOCK), 'utf8') : undefined;
  const [theirs, ours] = [text(folder), text(root)];
  // Without lock files there is nothing to install from: what is installed has to do.
  return Promise.resolve((theirs === undefined && ours === undefined) || sameDependencies(theirs, ours));
}

function place(folder: string, path: string, file: TreeFile): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  if (file.mode === '120000') return symlinkSync(file.data.toString('utf8'), target);
  writeFileSync(target, file.data);
  if (file.mode === '100755') chmodSync(target, 0o755);
}

async function install(repo: Repo, folder: string, revision: string): Promise<void> {
  const args = ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = await runProgram(npm, args, { cwd: folder, env: repo.env }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { code: 127, stderr: 'npm is not on PATH' };
  });
  if (result.code === 0) return;
  throw new UserError({
    code: 'pin-install',
    cause: `the packages of ${revision.slice(0, 12)} could not be installed`,
    consequence: `Its package-lock.json differs from today's, and npm ci says: ${essenceOf(result.stderr)}. Nothing was written.`,
    remedy: 'make the registry reachable, or move the base of the stage to a newer revision',
  });
}

/** What npm complains of, without its advice and the place of its log. */
function essenceOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !/^npm warn|complete log of this run|_logs/i.test(line));
  return lines.slice(0, 4).join(' ') || 'nothing';
}
