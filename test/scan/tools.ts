import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The scanners, each at an exact version, installed once into a cache outside the repository. */
const CACHE = join(process.env['STAGELINE_TOOLS'] ?? join(homedir(), '.cache', 'stageline', 'tools'));
const CHECKOV = '3.3.30';
const KUBE_SCORE = 'v1.20.0';

/** Runs a step of an installation, up to three times: a download may fail in passing. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  for (let left = 2; ; left--) {
    try {
      execFileSync(command, args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...env },
      });
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

export function once(name: string, install: (folder: string) => void): string {
  const folder = join(CACHE, name);
  if (existsSync(join(folder, '.complete'))) return folder;
  process.stderr.write(`installing ${name} …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  mkdirSync(join(folder, '.complete.new'));
  renameSync(join(folder, '.complete.new'), join(folder, '.complete'));
  return folder;
}

/** Path of checkov, from the Python package index. */
export function checkov(): string {
  const folder = once(`checkov-${CHECKOV}`, (into) => {
    run('python3', ['-m', 'venv', into]);
    run(join(into, 'bin', 'pip'), [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `checkov==${CHECKOV}`,
    ]);
  });
  return join(folder, 'bin', 'checkov');
}

/** Path of kube-score, built from its Go module. */
export function kubeScore(): string {
  const folder = once(`kube-score-${KUBE_SCORE}`, (into) =>
    run('go', ['install', `github.com/zegl/kube-score/cmd/kube-score@${KUBE_SCORE}`], { GOBIN: into }),
  );
  return join(folder, 'kube-score');
}
