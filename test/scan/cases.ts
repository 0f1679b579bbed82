import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './tools';
import { GITLEAKS, GITLEAKS_VERSION } from './tools-secrets';

const SCALIBR = 'github.com/google/osv-scalibr@v0.5.3';
const GO_ENV = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' };

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

/** Where the Go module lies, once it is fetched. */
export function goModule(cwd: string, module: string): string {
  const json = execFileSync('go', ['mod', 'download', '-json', module], { cwd, encoding: 'utf8' });
  return (JSON.parse(json) as { Dir: string }).Dir;
}

/** The cases that gitleaks tests its rules with, as its own module holds and makes them. */
export function gitleaksCases(scratch: string): readonly Case[] {
  const copy = copyOf(scratch, `${GITLEAKS}@${GITLEAKS_VERSION}`, ['.']);
  writeFileSync(join(copy, 'cmd/generate/config/utils/validate.go'), RECORDER);
  // It ends with an error, since its template is not here: the cases have been said by then.
  const { stderr, stdout } = spawnSync('go', ['run', '.', 'unused.toml'], {
    cwd: join(copy, 'cmd/generate/config'),
    env: GO_ENV,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return casesOf(stdout, stderr, 500);
}

// Goes before the one function that every test of a detector ends in: what was looked at, and whether it was found. The
// tests pass, so that what is found is what their authors say is there.
const VELES_RECORDER = `
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	found, err := e.detectReader(ctx, bytes.NewReader(text))
	_, caller, _, _ := runtime.Caller(1)
	_, rule, ok := strings.Cut(filepath.Dir(caller), "/veles/secrets/")
	if err == nil && ok {
		line, _ := json.Marshal(map[string]any{"rule": rule, "text": string(text), "isSecret": len(found) > 0})
		file, err := os.OpenFile(os.Getenv("CASES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		defer file.Close()
		file.Write(append(line, '\\n'))
	}
	return found, err
}

func (e *DetectionEngine) detectReader(ctx context.Context, r io.Reader) ([]Secret, error) {`;

/** The cases that Google's OSV-SCALIBR tests its detectors of secrets with, as its own module holds them. */
export function scalibrCases(scratch: string): readonly Case[] {
  const copy = copyOf(scratch, SCALIBR, ['veles', 'go.mod', 'go.sum']);
  const engine = join(copy, 'veles/detect.go');
  const head = 'func (e *DetectionEngine) Detect(ctx context.Context, r io.Reader) ([]Secret, error) {';
  const imports = ['bytes', 'encoding/json', 'os', 'path/filepath', 'runtime', 'strings'];
  const text = readFileSync(engine, 'utf8')
    .replace(head, () => `${head}${VELES_RECORDER}`)
    .replace('import (\n', `import (\n${imports.map((name) => `\t"${name}"\n`).join('')}`);
  writeFileSync(engine, text);
  const found = join(scratch, 'cases.jsonl');
  // Those of acceptance repeat one example between rows of the same letter.
  const args = ['test', '-count=1', '-run', 'Detect', '-skip', 'Accept', './veles/secrets/...'];
  const { stdout } = spawnSync('go', args, {
    cwd: copy,
    env: { ...GO_ENV, CASES: found },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (/^(---|\s*)? ?FAIL/m.test(stdout)) throw new Error(stdout.slice(-2000));
  return casesOf(readFileSync(found, 'utf8'), stdout, 900);
}

/** Each text once: a credential, where any rule says so. */
function casesOf(lines: string, said: string, atLeast: number): readonly Case[] {
  const cases = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);
  if (cases.length < atLeast) throw new Error(`only ${cases.length} cases: ${said.slice(-600)}`);
  const byText = new Map<string, Case>();
  for (const one of cases)
    if (one.text.trim() !== '' && (one.isSecret || !byText.has(one.text))) byText.set(one.text, one);
  return [...byText.values()];
}

/** A copy of some of a module: what lies in the module cache may not be changed where it lies. */
function copyOf(scratch: string, module: string, parts: readonly string[]): string {
  rmSync(scratch, { recursive: true, force: true });
  const copy = join(scratch, 'module');
  mkdirSync(copy, { recursive: true });
  const from = goModule(scratch, module);
  for (const part of parts) cpSync(join(from, part), join(copy, part), { recursive: true });
  run('chmod', ['-R', 'u+w', copy]);
  return copy;
}
