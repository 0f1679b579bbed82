import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once, run } from './tools';

const GITLEAKS = 'github.com/zricethezav/gitleaks/v8';
const GITLEAKS_VERSION = 'v8.30.1';
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

/** A text that somebody else published, and whether it holds a credential by their word. */
export interface Case {
  readonly rule: string;
  readonly text: string;
  readonly isSecret: boolean;
}

// Takes the place of the function that each rule of gitleaks hands its own cases to, and writes them down.
const RECORDER = `package utils

import (
	"encoding/json"
	"fmt"

	"github.com/zricethezav/gitleaks/v8/config"
)

func record(rule config.Rule, text string, is bool) {
	line, _ := json.Marshal(map[string]any{"rule": rule.RuleID, "text": text, "isSecret": is})
	fmt.Println(string(line))
}

func Validate(rule config.Rule, yes []string, no []string) *config.Rule {
	for _, text := range yes {
		record(rule, text, true)
	}
	for _, text := range no {
		record(rule, text, false)
	}
	return &rule
}

func ValidateWithPaths(rule config.Rule, yes map[string]string, no map[string]string) *config.Rule {
	return &rule
}
`;

/** The cases that gitleaks tests its rules with, as its own module holds and makes them. */
export function gitleaksCases(scratch: string): readonly Case[] {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' };
  const go = (...args: string[]): string =>
    execFileSync('go', args, { cwd: scratch, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  writeFileSync(
    join(scratch, 'go.mod'),
    `module cases\n\ngo 1.24\n\nrequire ${GITLEAKS} ${GITLEAKS_VERSION}\n`,
  );
  const { Dir } = JSON.parse(go('mod', 'download', '-json', GITLEAKS)) as { Dir: string };
  // What lies in the module cache may not be replaced where it lies.
  const copy = join(scratch, 'module');
  cpSync(Dir, copy, { recursive: true });
  run('chmod', ['-R', 'u+w', copy]);
  writeFileSync(join(copy, 'cmd/generate/config/utils/validate.go'), RECORDER);
  // It ends with an error, since its template is not here: the cases have been said by then.
  const { stderr, stdout } = spawnSync('go', ['run', '.', 'unused.toml'], {
    cwd: join(copy, 'cmd/generate/config'),
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const cases = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);
  if (cases.length < 500) throw new Error(`only ${cases.length} cases: ${stderr.slice(-600)}`);
  return cases;
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
