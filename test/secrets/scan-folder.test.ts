import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/manifests/publish';
import { toSarif } from '../../src/secrets/sarif';
import { scanFolder, type FolderScan } from '../../src/secrets/scan-folder';
import { planted } from '../support/planted';

function scan(files: Readonly<Record<string, string | Buffer>>, path = '.'): FolderScan {
  const root = mkdtempSync(join(tmpdir(), 'scan-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return scanFolder(root, path);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
const places = ({ findings }: FolderScan): string[] =>
  findings.map(({ at, rule }) => `${rule} ${at.file}:${at.line}`);

test('files are read as what they are: YAML by its keys, settings by their names, code by its lines', () => {
  const found = scan({
    'values.yaml': `redis:\n  host: cache\n  password: ${planted.password()}\n`,
    'chart/deployment.yaml': `env:\n  - name: DB_PASSWORD\n    value: ${planted.password()}\n  - name: LEVEL\n    value: info\nargs: [--password, '${planted.password()}']\n`,
    '.env.local': `LEVEL=debug\nexport ADMIN_PASSWORD=letmein\n`,
    'src/main.ts': `const level = 1;\nconst token = '${planted.githubToken()}';\n`,
    'package-lock.json': `{"integrity": "${planted.random()}"}`,
    'node_modules/x/index.js': `token = '${planted.githubToken()}'`,
  });
  expect(places(found)).toEqual([
    'key-name .env.local:2',
    'key-name chart/deployment.yaml:3',
    'key-name chart/deployment.yaml:6',
    'github-token src/main.ts:2',
    'key-name values.yaml:3',
  ]);
  expect(found.files).toBe(4);
});

test('a Secret is found in flow style, in a List, as JSON and inside of a text', () => {
  const value = planted.base64(planted.password());
  const found = scan({
    'a.yaml': `{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: ${value}}}\n`,
    'b.yaml': `kind: List\nitems:\n  - kind: Secret\n    data:\n      password: ${value}\n`,
    'c.json': JSON.stringify({ apiVersion: 'v1', kind: 'Secret', stringData: { a: 'b' } }),
    'd.yaml': `kind: ConfigMap\ndata:\n  all.yaml: |\n    kind: Secret\n    data: { a: ${value} }\n`,
    'e.yaml': 'kind: Secret\nmetadata: { name: e }\n',
    'f.yaml': `kind: SealedSecret\nspec:\n  encryptedData:\n    password: ${planted.ciphertext()}\n`,
  });
  const structural = found.findings.filter(({ structural }) => structural).map(({ at }) => at.file);
  expect(structural).toEqual(['a.yaml', 'b.yaml', 'c.json', 'd.yaml']);
  expect(places(found).filter((place) => /[ef]\.yaml/.test(place))).toEqual([]);
});

test('a comment accepts a line, a Secret is never accepted, and an idle comment is a problem', () => {
  const found = scan({
    'a.yaml': `# allowSecret: a demo account\npassword: ${planted.password()}\nother: x # allowSecret: nothing here\n`,
    'c.yaml': `app.conf: |- # allowSecret: a demo, too\n  level = 1\n    deep = x\n  password = ${planted.password()}\nother: |\n  password = ${planted.password()}\n`,
    'b.yaml': `kind: Secret # allowSecret: no way\ndata: { a: b } # allowSecret: no way\n`,
  });
  expect(places(found)).toEqual(['plain-secret b.yaml:2', 'key-name c.yaml:6']);
  expect(found.problems.map(({ code, at }) => `${code} ${at!.file}:${at!.line}`)).toContain(
    'stale-allow-secret a.yaml:3',
  );
});

test('in environments/ the key of a Secret is no value, and all else is looked at as ever', () => {
  const uses = `secrets:
      db: { env: { DB_PASSWORD: password, DB_TOKEN: "token-2" }, files: { /run/password: db-password1 } }
`;
  const stage = `apps:
  web:
    ${uses}    env: { DB_PASSWORD: ${planted.password()} }
  store:
    primary:
      ${uses.replaceAll('\n', '\n  ')}
`;
  const leaked = `apps: { web: { secrets: { db: { env: { DB_TOKEN: ${planted.githubToken()} } } } } }\n`;
  const found = scan({
    'environments/base.yaml': stage,
    'environments/dev.yaml': leaked,
    'charts/values.yaml': 'apps: { web: { secrets: { db: { env: { DB_PASSWORD: password } } } } }\n',
    'environments/prod.yaml': `secrets: { db: { env: { DB_PASSWORD: ${planted.password()} } } }\n`,
  });
  expect(places(found)).toEqual([
    'key-name charts/values.yaml:1',
    'key-name environments/base.yaml:5',
    'github-token environments/dev.yaml:1',
    'key-name environments/prod.yaml:1',
  ]);
});

test('binary files are not read, and are counted', () => {
  const found = scan({ 'a.bin': Buffer.from([0, 1, 2]) });
  expect(found).toMatchObject({ files: 0, skipped: ['a.bin'], findings: [] });
});

test('what is as synth rendered it is left out; what was edited, or put beside it, is not', () => {
  const text = 'password: letmein1';
  const lock = JSON.stringify({
    files: { 'web.yaml': sha256(text), 'in/db.yaml': sha256(text), 'c.yaml': sha256('') },
  });
  const files = {
    'dist/dev/web.yaml': text,
    'dist/dev/in/db.yaml': text,
    'dist/dev/c.yaml': text,
    'dist/dev/d.yaml': text,
  };
  const found = scan({ ...files, 'dist/dev/stageline.lock': lock });
  expect(found).toMatchObject({ files: 2, rendered: ['dist/dev/in/db.yaml', 'dist/dev/web.yaml'] });
  expect(places(found)).toEqual(['key-name dist/dev/c.yaml:1', 'key-name dist/dev/d.yaml:1']);
  expect(places(scan({ ...files, 'dist/dev/stageline.lock': '<<<<<<< HEAD' }))).toHaveLength(4);
});

test('SARIF names rule and line, and holds no value', () => {
  const value = planted.password();
  const { findings } = scan({ 'a b.yaml': `password: ${value}\n` });
  const sarif = JSON.stringify(
    toSarif(
      findings.map(({ at, rule, why }) => ({ at, rule, message: why })),
      '1.0.0',
    ),
  );
  expect(sarif).toContain('"ruleId":"key-name"');
  expect(sarif).toContain('"uri":"a%20b.yaml"');
  expect(sarif).toContain('"startLine":1');
  expect(sarif).not.toContain(value);
});
