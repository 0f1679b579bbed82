import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../../src/model/environment';
import { UserError, type Problem } from '../../src/model/errors';
import type { KubeObject } from '../../src/model/kube';
import { refusePlaintext } from '../../src/synth/plaintext';
import { synth } from '../../src/synth/synth';
import { stageOf, web } from '../support/environment';
import { BASE } from '../support/environments';
import { planted } from '../support/planted';

const ROOMY = BASE.replace(
  '[metrics-server]',
  '[metrics-server, network-policy, external-secrets, sealed-secrets]',
);

/** Synthesises a repository of these files, and hands over what was said and where it lies. */
async function inRoot<T>(
  files: Readonly<Record<string, string>>,
  run: (root: string) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'plaintext-'));
  try {
    for (const [name, text] of Object.entries({ 'environments/dev.yaml': '{}\n', ...files })) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return await run(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function problemsOf(root: string): Promise<readonly Problem[]> {
  try {
    await synth({ root, env: {} });
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

const problems = (files: Readonly<Record<string, string>>): Promise<readonly Problem[]> =>
  inRoot(files, problemsOf);
const places = (found: readonly Problem[]): string[] =>
  found.map(({ code, at }) => `${code} ${at?.file}:${at?.line}`);

test('a credential is reported at its own line, without its value', async () => {
  const [password, token] = [planted.password(), planted.githubToken()];
  const base = `${ROOMY}    env:\n      LOG_LEVEL: info\n      DB_PASSWORD: '${password}'\n    files:\n      /etc/app.conf: |\n        level = info\n        token = ${token}\n`;
  const found = await problems({ 'environments/base.yaml': base });
  const line = (part: string): number => base.split('\n').findIndex((each) => each.includes(part)) + 1;
  expect(places(found)).toEqual([
    `credential environments/base.yaml:${line('DB_PASSWORD')}`,
    `credential environments/base.yaml:${line('/etc/app.conf')}`,
  ]);
  expect(JSON.stringify(found)).not.toContain(password);
  expect(JSON.stringify(found)).not.toContain(token);
});

test('what is rendered nowhere is a warning at its line, with the cache and without, until it is allowed or gone', async () => {
  const [password, token] = [planted.password(), planted.githubToken()];
  const base = (comment: string): string =>
    `${ROOMY}    env:\n      DB_PASSWORD: '${password}'${comment}\n    files:\n      /etc/app.conf: |${comment}\n        [main]\n          token = ${token}\n`;
  const dev = "apps: { web: { env: { DB_PASSWORD: '' }, files: { /etc/app.conf: none } } }\n";
  const warningsOf = async (root: string, cache: boolean) =>
    (await synth({ root, env: {}, cache })).warnings.filter(({ code }) => code !== 'schema-line');
  await inRoot({ 'environments/base.yaml': base(''), 'environments/dev.yaml': dev }, async (root) => {
    const line = (part: string): number =>
      base('')
        .split('\n')
        .findIndex((each) => each.includes(part)) + 1;
    for (const cache of [true, true, false]) {
      const found = await warningsOf(root, cache);
      expect(places(found)).toEqual([
        `credential-not-rendered environments/base.yaml:${line('DB_PASSWORD')}`,
        `credential-not-rendered environments/base.yaml:${line('token =')}`,
      ]);
      expect(JSON.stringify(found)).not.toMatch(new RegExp(`${password}|${token}`));
    }
    writeFileSync(join(root, 'environments/base.yaml'), base(' # allowSecret: of the demo'));
    for (const cache of [true, false]) expect(await warningsOf(root, cache)).toEqual([]);
    // Rendered, it takes the same comment.
    writeFileSync(join(root, 'environments/dev.yaml'), '{}\n');
    for (const cache of [true, false]) expect(await warningsOf(root, cache)).toEqual([]);
    writeFileSync(join(root, 'environments/base.yaml'), `${ROOMY}    env:\n      DB_PASSWORD: ''\n`);
    for (const cache of [true, false]) expect(await warningsOf(root, cache)).toEqual([]);
  });
});

test('a comment at the line accepts a false alarm, says why, and is reported once nothing needs it', async () => {
  const of = (comment: string, value: string): string =>
    `${ROOMY}    env:\n      DEMO_PASSWORD: ${value} ${comment}\n`;
  const value = `'${planted.password()}'`;
  expect(
    await problems({ 'environments/base.yaml': of('# allowSecret: the public demo account', value) }),
  ).toEqual([]);
  expect(places(await problems({ 'environments/base.yaml': of('# allowSecret:', value) })).sort()).toEqual([
    'allow-secret-without-reason environments/base.yaml:19',
    'credential environments/base.yaml:19',
  ]);
  expect(
    places(await problems({ 'environments/base.yaml': of('# allowSecret: the public demo account', "''") })),
  ).toEqual(['stale-allow-secret environments/base.yaml:19']);
});

test('a Secret with data is refused, be it in a folder of manifests, inside of a List, or made by a patch', async () => {
  const value = planted.base64(planted.password());
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { password: ${value} }\n`;
  const manifests = `${ROOMY}  theirs:\n    kind: manifests\n    path: theirs\n`;
  const list = `apiVersion: v1\nkind: List\nitems:\n${secret.replace(/^/gm, '    ').replace('    api', '  - api')}`;
  for (const text of [secret, `${list.trimEnd()}\n`]) {
    const found = await problems({ 'environments/base.yaml': manifests, 'theirs/all.yaml': text });
    expect(places(found)).toEqual([
      `plain-secret theirs/all.yaml:${text.split('\n').findIndex((l) => l.includes(value)) + 1}`,
    ]);
    expect(JSON.stringify(found)).not.toContain(value);
    // Manifests have no "secrets:" where it could be declared.
    expect(found[0]!.remedy).toContain(
      'Take it out of the folder; put an ExternalSecret or SealedSecret there',
    );
  }
  const empty = secret.replace(/^data.*\n/m, '');
  const patched = `${manifests}    patches:\n      - { kind: Secret, op: add, path: /stringData, value: { password: abc } }\n`;
  const found = await problems({ 'environments/base.yaml': patched, 'theirs/all.yaml': empty });
  expect(found.map(({ code }) => code)).toEqual(['plain-secret']);
});

test('a comment that nothing needs is told in a folder of manifests too', async () => {
  const manifests = `${ROOMY}  theirs:\n    kind: manifests\n    path: theirs\n`;
  const config =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { a: b } # allowSecret: old\n';
  const found = await problems({
    'environments/base.yaml': manifests,
    'theirs/all.yaml': config,
  });
  expect(places(found)).toEqual(['stale-allow-secret theirs/all.yaml:4']);
});

test('what a pinned stage says itself is refused; what its revision says was looked at there', () => {
  const [own, earlier] = [planted.password(), planted.password()];
  const environment: Environment = {
    ...stageOf({
      name: 'prod',
      values: { base: '0'.repeat(40) },
      apps: { web: { ...web, env: { DB_PASSWORD: own } } },
    }),
    apps: [],
    locate: (path) => ({ file: 'environments/prod.yaml', line: path.length + 1 }),
  };
  const config = (value: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { password: value },
  });
  const found = (value: string): string[] => {
    const at = environment.locate([]);
    const file = { path: 'prod/web.yaml', source: '', at, objects: [config(value)] };
    return places(refusePlaintext('/nowhere', [environment], [{ name: 'prod', files: [file] }]));
  };
  expect(found(own)).toEqual(['credential environments/prod.yaml:5']);
  expect(found(earlier)).toEqual([]);
});

test('a stage that is switched from one provider to another changes its own file, and nothing of the others', async () => {
  const base = `${ROOMY}    secrets:\n      database:\n        env: { DB_PASSWORD: password }\nsecrets:\n  provider: externalSecrets\n  externalSecrets:\n    store: { vault: { server: 'https://vault.example.com', role: shop } }\n`;
  const sealed = `secrets:\n  provider: sealedSecrets\n  sealedSecrets: { certificate: certificates/dev.pem }\napps:\n  web:\n    secrets:\n      database:\n        sealed: { password: ${planted.ciphertext()} }\n`;
  await inRoot(
    { 'environments/base.yaml': base, 'environments/prod.yaml': 'promotesFrom: dev\n' },
    async (root) => {
      expect(await problemsOf(root)).toEqual([]);
      const before = filesOf(root);
      expect(before['dist/dev/web.yaml']).toContain('kind: ExternalSecret');
      writeFileSync(join(root, 'environments/dev.yaml'), `${sealed}allowDestructive: []\n`);
      const refused = await problemsOf(root);
      const lines = refused.flatMap(({ cause }) => /"?(remove [^"]+)"?/.exec(cause)?.[1] ?? []);
      if (lines.length > 0)
        writeFileSync(
          join(root, 'environments/dev.yaml'),
          `${sealed}allowDestructive: ${JSON.stringify(lines)}\n`,
        );
      expect(await problemsOf(root)).toEqual([]);
      const after = filesOf(root);
      const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .filter((name) => before[name] !== after[name])
        .sort();
      expect(changed).toEqual([
        'dist/dev/_stage.yaml',
        'dist/dev/stageline.lock',
        'dist/dev/web.yaml',
        'environments/dev.yaml',
      ]);
      expect(after['dist/dev/web.yaml']).toContain('kind: SealedSecret');
      expect(after['dist/dev/web.yaml']).not.toContain('ExternalSecret');
    },
  );
});

function filesOf(root: string): Record<string, string> {
  return Object.fromEntries(
    ['environments', 'dist']
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry): [string, string] => {
            const path = join(entry.parentPath, entry.name);
            return [path.slice(root.length + 1), readFileSync(path, 'utf8')];
          }),
      ),
  );
}
