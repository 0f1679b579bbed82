/**
 * How many credentials are found, and how many false alarms are raised, beside gitleaks and detect-secrets:
 * `npm run figures:secrets`. The cases are fetched at run time; none of their texts, and no value, is printed or kept.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { scanText } from '../../src/secrets/scan-text';
import { planted } from '../support/planted';
import { gitleaksCases, goModule, scalibrCases, type Case } from './cases';
import { detectSecretsFiles, gitleaksFiles } from './tools-secrets';

const root = join(__dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'figures-'));
type Files = ReadonlyMap<string, string>;
type Found = readonly ReadonlySet<string>[];
const TOOLS = ['stageline', 'gitleaks', 'detect-secrets'] as const;

/** Which files each of the tools alarms about. */
function alarms(name: string, files: Files): Found {
  const folder = join(scratch, name);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const ours = new Set(
    [...files].filter(([path, text]) => scanText(text, path).length > 0).map(([path]) => path),
  );
  return [ours, gitleaksFiles(folder, join(scratch, `${name}.json`)), detectSecretsFiles(folder)];
}

function row(label: string, wanted: readonly string[], found: Found): void {
  const cells = found.map((files) => {
    const count = wanted.filter((path) => files.has(path)).length;
    return `${count} (${wanted.length === 0 ? 'N/A' : `${((100 * count) / wanted.length).toFixed(1)} %`})`;
  });
  console.log(
    [label.padEnd(46), String(wanted.length).padStart(6), ...cells.map((cell) => cell.padStart(16))].join(''),
  );
}

function secretShapes(): Files {
  const value = planted.base64(planted.password());
  const data = `data:\n  password: ${value}\n`;
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: value } };
  const indented = (by: string): string => `kind: Secret\n${data}`.replace(/^(?=.)/gm, by);
  return new Map(
    [
      `apiVersion: v1\nkind: Secret\n${data}`,
      `{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {password: ${value}}}\n`,
      `apiVersion: v1\nkind: Secret\nstringData:\n  username: shop\n`,
      `apiVersion: v1\nkind: Secret\nstringData: {config: "a: b"}\n`,
      `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n${indented('    ')}`,
      `apiVersion: v1\nkind: SecretList\nitems:\n  - apiVersion: v1\n${indented('    ')}`,
      `apiVersion: v1\nkind: List\nitems:\n  - kind: List\n    items:\n      - apiVersion: v1\n${indented('        ')}`,
      `kind: ConfigMap\ndata:\n  all.yaml: |\n${indented('    ')}`,
      `kind: Template\nobjects:\n  - apiVersion: v1\n${indented('    ')}`,
      `a: 1\n---\napiVersion: v1\n"kind": "Secret"\n${data}`,
      `${JSON.stringify(secret)}\n`,
      `apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.crt: ${value}\n  tls.key: ${value}\n`,
    ].map((text, index): [string, string] => [`shape-${index}.yaml`, text]),
  );
}

/** Files of YAML below a folder, by their paths from the root of it. */
function yamlFiles(top: string, folders: readonly string[]): Files {
  const files = folders.flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((path) => [path.slice(top.length + 1), readFileSync(path, 'utf8')]));
}

interface Numbered extends Case {
  readonly path: string;
}

/** One row for what is a credential by the word of its author, and one for what is none. */
function corpus(name: string, cases: readonly Case[]): void {
  const numbered = cases.map((one, index): Numbered => ({ ...one, path: `case-${index}.txt` }));
  const found = alarms(name, new Map(numbered.map(({ path, text }) => [path, text])));
  const rows = (label: string, among: readonly Numbered[]): void => {
    for (const is of [true, false]) {
      const wanted = among.filter(({ isSecret }) => isSecret === is).map(({ path }) => path);
      row(`${name}${label}: ${is ? 'credentials' : 'none'}`, wanted, found);
    }
  };
  rows('', numbered);
  rows(
    ', half A',
    numbered.filter(({ rule }) => halfOf(rule) === 0),
  );
  rows(
    ', half B',
    numbered.filter(({ rule }) => halfOf(rule) === 1),
  );
  if (process.argv.includes('--by-rule')) byRule(numbered, found[0]!);
}

/** The rules of detection were made with half A in sight. */
const halfOf = (rule: string): number => createHash('sha256').update(rule).digest()[0]! % 2;

function byRule(cases: readonly Numbered[], found: ReadonlySet<string>): void {
  const rules = new Map<string, number>();
  for (const { isSecret, path, rule } of cases) {
    if (isSecret === found.has(path)) continue;
    const key = `${isSecret ? 'missed' : 'alarm '} ${rule}`;
    rules.set(key, (rules.get(key) ?? 0) + 1);
  }
  for (const [rule, count] of [...rules].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(5)} ${rule}`);
}

/** What Kubernetes and Argo CD publish for clusters to run, and how they test them. */
const PUBLISHED = {
  'k8s.io/kubernetes@v1.36.3': ['cluster', 'test/e2e/testing-manifests'],
  'github.com/argoproj/argo-cd/v3@v3.2.6': ['manifests', 'examples', 'test'],
};

try {
  console.log(
    ['alarms about'.padEnd(46), 'cases'.padStart(6), ...TOOLS.map((tool) => tool.padStart(16))].join(''),
  );
  const shapes = secretShapes();
  row('Secrets with data, one shape each', [...shapes.keys()], alarms('shapes', shapes));
  corpus('gitleaks', gitleaksCases(join(scratch, 'go')));
  corpus('OSV-SCALIBR', scalibrCases(join(scratch, 'scalibr')));
  for (const [module, folders] of Object.entries(PUBLISHED)) {
    const files = yamlFiles(goModule(scratch, module), folders);
    row(`YAML of ${module}`, [...files.keys()], alarms('published', files));
    rmSync(join(scratch, 'published'), { recursive: true, force: true });
  }
  const sample = yamlFiles(root, ['environments', 'dist']);
  row('the sample: environments/ and dist/', [...sample.keys()], alarms('sample', sample));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
