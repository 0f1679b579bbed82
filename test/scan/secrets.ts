/**
 * How many credentials are found, and how many false alarms are raised, beside gitleaks and detect-secrets:
 * `npm run figures:secrets`. The cases are fetched at run time; none of their texts, and no value, is printed or kept.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { scanText } from '../../src/secrets/scan-text';
import { planted } from '../support/planted';
import { detectSecretsFiles, gitleaksCases, gitleaksFiles } from './tools-secrets';

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

function filesOf(folder: string): Files {
  return new Map(
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
}

try {
  const cases = gitleaksCases(join(scratch, 'go'));
  const numbered = cases.map((one, index) => ({ ...one, path: `case-${index}.txt` }));
  console.log(
    ['alarms about'.padEnd(46), 'cases'.padStart(6), ...TOOLS.map((tool) => tool.padStart(16))].join(''),
  );
  const shapes = secretShapes();
  row('Secrets with data, one shape each', [...shapes.keys()], alarms('shapes', shapes));
  const found = alarms('cases', new Map(numbered.map(({ path, text }) => [path, text])));
  const pathsOf = (is: boolean): string[] =>
    numbered.filter(({ isSecret }) => isSecret === is).map(({ path }) => path);
  row("gitleaks' own cases: credentials", pathsOf(true), found);
  row("gitleaks' own cases: none", pathsOf(false), found);
  const sample = new Map([...filesOf('environments'), ...filesOf('dist')]);
  row('the sample: environments/ and dist/', [...sample.keys()], alarms('sample', sample));
  if (process.argv.includes('--by-rule')) {
    const missed = numbered.filter(({ isSecret, path }) => isSecret !== found[0]!.has(path));
    const rules = new Map<string, number>();
    for (const { isSecret, rule } of missed) {
      const key = `${isSecret ? 'missed' : 'alarm '} ${rule}`;
      rules.set(key, (rules.get(key) ?? 0) + 1);
    }
    for (const [rule, count] of [...rules].sort((a, b) => b[1] - a[1]))
      console.log(`${String(count).padStart(5)} ${rule}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
