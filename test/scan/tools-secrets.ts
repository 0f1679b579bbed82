import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once, run } from './tools';

export const GITLEAKS = 'github.com/zricethezav/gitleaks/v8';
export const GITLEAKS_VERSION = 'v8.30.1';
const DETECT_SECRETS = '1.5.0';

/** Path of gitleaks, built from its Go module. */
export function gitleaks(): string {
  const folder = once(`gitleaks-${GITLEAKS_VERSION}`, (into) =>
    run('go', ['install', `${GITLEAKS}@${GITLEAKS_VERSION}`], { GOBIN: into }),
  );
  return join(folder, 'gitleaks');
}

/** Path of detect-secrets, from the Python package index. */
export function detectSecrets(): string {
  const folder = once(`detect-secrets-${DETECT_SECRETS}`, (into) => {
    run('python3', ['-m', 'venv', into]);
    const pip = join(into, 'bin', 'pip');
    run(pip, ['install', '--quiet', '--disable-pip-version-check', `detect-secrets==${DETECT_SECRETS}`]);
  });
  return join(folder, 'bin', 'detect-secrets');
}

/** Files that gitleaks alarms about. */
export function gitleaksFiles(folder: string, report: string): ReadonlySet<string> {
  const args = [
    'dir',
    folder,
    '--no-banner',
    '--exit-code',
    '0',
    '-f',
    'json',
    '-r',
    report,
    '--log-level',
    'error',
  ];
  execFileSync(gitleaks(), args, { stdio: 'ignore' });
  const found = JSON.parse(readFileSync(report, 'utf8')) as { File: string }[];
  return new Set(found.map(({ File }) => File.slice(folder.length + 1)));
}

/** Files that detect-secrets alarms about. */
export function detectSecretsFiles(folder: string): ReadonlySet<string> {
  const stdout = execFileSync(detectSecrets(), ['scan', '--all-files', '--no-verify', '.'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return new Set(Object.keys((JSON.parse(stdout) as { results: Record<string, unknown> }).results));
}
