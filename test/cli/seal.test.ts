import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { runProgram } from '../../src/git/program';
import { controllerPair, unseal } from '../support/certificate';
import { planted } from '../support/planted';
import { TemporaryRepository } from '../support/repository';

const pair = controllerPair(365);
const base = `project: shop
repository: { url: https://git.example.com/shop.git }
clusters:
  main: { kubernetes: '1.33', provides: [network-policy, sealed-secrets] }
cluster: main
apps:
  web:
    kind: worker
    image: ghcr.io/example/web:1.0.0
    resources: { requests: { cpu: 50m, memory: 32Mi }, limits: { memory: 64Mi } }
    secrets:
      database:
        env: { DB_USER: user, DB_PASSWORD: password }
`;
const stageFile = (certificate: string): string => `# The first stage.
secrets:
  provider: sealedSecrets # by the platform team
  sealedSecrets:
    certificate: ${certificate}
apps:
  web:
    replicas: 2 # for now
`;

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.empty();
  repository.write('environments/base.yaml', base);
  repository.write('environments/dev.yaml', stageFile('certificates/dev.pem'));
  repository.write('certificates/dev.pem', pair.certificate);
});
afterEach(() => repository.remove());

const sealedIn = (text: string): Record<string, string> =>
  (parse(text) as { apps: { web: { secrets: { database: { sealed: Record<string, string> } } } } }).apps.web
    .secrets.database.sealed;
const LABEL = 'shop-dev/web-database';

test('what is sealed can be decrypted with the key of the stage, for that Secret in that namespace alone', async () => {
  const [user, password] = [planted.random(), planted.password()];
  const outcome = await repository.runWithInput(
    JSON.stringify({ user, password }),
    'seal',
    'dev',
    'web',
    'database',
    'user',
    'password',
  );
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  const sealed = sealedIn(repository.read('environments/dev.yaml'));
  expect(unseal(pair.key, LABEL, sealed['password']!)).toBe(password);
  expect(unseal(pair.key, LABEL, sealed['user']!)).toBe(user);
  expect(() => unseal(pair.key, 'shop-prod/web-database', sealed['password']!)).toThrow();
  expect(() => unseal(controllerPair(365).key, LABEL, sealed['password']!)).toThrow();
  expect((await repository.run('synth')).code).toBe(0);
  expect(repository.read('dist/dev/web.yaml')).toContain(sealed['password']!);
});

test('the rest of the file stays as it was, comments and order included, and one key can be sealed again', async () => {
  const before = repository.read('environments/dev.yaml');
  expect(
    (await repository.runWithInput(`${planted.password()}\n`, 'seal', 'dev', 'web', 'database', 'password'))
      .code,
  ).toBe(0);
  const first = repository.read('environments/dev.yaml');
  expect(first.startsWith(before.trimEnd())).toBe(true);
  const next = planted.password();
  await repository.runWithInput(`${next}\n`, 'seal', 'dev', 'web', 'database', 'password');
  const second = repository.read('environments/dev.yaml');
  expect(second.split('\n').filter((line, i) => line !== first.split('\n')[i])).toHaveLength(1);
  expect(unseal(pair.key, LABEL, sealedIn(second)['password']!)).toBe(next);
});

test('several at once lose none of what the others sealed', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  repository.write(
    'environments/base.yaml',
    base.replace(
      '{ DB_USER: user',
      `{ ${keys.map((k) => `${k.toUpperCase()}: ${k}`).join(', ')}, DB_USER: user`,
    ),
  );
  const program = join(__dirname, '../../bin/stageline.js');
  const codes = await Promise.all(
    keys.map(async (key) => {
      const args = [program, 'seal', 'dev', 'web', 'database', key];
      const options = { cwd: repository.root, env: process.env, input: planted.password() };
      return (await runProgram(process.execPath, args, options)).code;
    }),
  );
  expect(codes).toEqual(keys.map(() => 0));
  expect(Object.keys(sealedIn(repository.read('environments/dev.yaml'))).sort()).toEqual(keys);
});

test('what a killed one left is named, and nothing is sealed', async () => {
  repository.write('environments/dev.yaml.new', '');
  const { code, stderr } = await repository.runWithInput('x', 'seal', 'dev', 'web', 'database', 'user');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/dev\.yaml\.new is in the way[^]*\[file-busy\]/)]);
  expect(repository.read('environments/dev.yaml')).toBe(stageFile('certificates/dev.pem'));
});

test('no value is printed, nor written anywhere, whether it goes well or not', async () => {
  const values = Array.from({ length: 6 }, () => planted.password());
  const said: string[] = [];
  const run = async (input: string, ...args: string[]): Promise<void> => {
    const { stdout, stderr } = await repository.runWithInput(input, ...args);
    said.push(stdout, stderr);
  };
  await run(`${values[0]}\n`, 'seal', 'dev', 'web', 'database', 'password');
  await run(`${values[5]}\n`, 'seal', 'dev', 'web', 'database', 'user');
  await run(
    `{"user": "${values[1]}", "password": ${values[2]}`,
    'seal',
    'dev',
    'web',
    'database',
    'user',
    'password',
  );
  await run(
    JSON.stringify({ user: values[1], extra: values[2], password: values[3] }),
    'seal',
    'dev',
    'web',
    'database',
    'user',
    'password',
  );
  await run('', '--verbose', 'seal', 'dev', 'web', 'database', `password=${values[3]}`);
  repository.write(
    'environments/prod.yaml',
    `promotesFrom: dev\napps: { web: { secrets: null, env: { DB_PASS: '${values[4]}' } } }\n`,
  );
  await run('', '--verbose', 'synth');
  expect(said.join('\n')).toContain('[credential]');
  await run('', 'scan-secrets', 'environments');
  await run('', 'scan-secrets', 'environments', '--sarif');
  expect(leaked(values[4]!, said)).toEqual(['environments/prod.yaml']);
  repository.remove('environments/prod.yaml');
  await run('', '--verbose', 'synth');
  // There is a cache, and what stands in it would be seen.
  expect(filesOf(repository.root).some(([file]) => file.startsWith('.stageline/cache/'))).toBe(true);
  expect(leaked('ghcr.io/example/web:1.0.0', said).some((file) => file.startsWith('.stageline/'))).toBe(true);
  for (const value of values) expect(leaked(value, said)).toEqual([]);
  expect(leaked('prod.yaml', said)).toContain('what was said');
});

/** Where a text stands, plain or in base64, in what was said and written. */
function leaked(value: string, said: readonly string[]): string[] {
  const forms = [value, Buffer.from(value).toString('base64').replace(/=+$/, '')];
  return [...filesOf(repository.root), ['what was said', said.join('\n')] as const]
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([file]) => file);
}

test('a value in an argument is refused, and so is a key that the app does not use', async () => {
  const refused = await repository.run('seal', 'dev', 'web', 'database', 'password=x');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('values are never given on the command line');
  const typo = await repository.run('seal', 'dev', 'web', 'database', 'pasword');
  expect(typo.stderr).toContain('Did you mean "password"?');
  expect((await repository.run('seal', 'dev', 'web', 'databse', 'password')).stderr).toContain(
    'Did you mean "database"?',
  );
  expect((await repository.runWithInput('', 'seal', 'dev', 'web', 'database', 'password')).stderr).toContain(
    'is empty',
  );
});

test('a certificate that expires soon is talked about, and a private key is refused', async () => {
  const args = ['seal', 'dev', 'web', 'database', 'password'];
  repository.write('certificates/dev.pem', controllerPair(10).certificate);
  expect((await repository.runWithInput('some value', ...args)).stderr).toMatch(
    /warning: .*certificate expires on .*, in \d+ days/,
  );
  repository.write('certificates/dev.pem', pair.key);
  expect((await repository.runWithInput('some value', ...args)).stderr).toContain('this holds a private key');
  repository.write('environments/dev.yaml', stageFile('certificates/none.pem'));
  expect((await repository.runWithInput('some value', ...args)).stderr).toContain(
    'there is no file certificates/none.pem',
  );
});

test('a stage that takes its secrets from elsewhere has nothing to seal', async () => {
  repository.write('environments/dev.yaml', 'secrets: { provider: existing }\n');
  const { code, stderr } = await repository.runWithInput(
    'some value',
    'seal',
    'dev',
    'web',
    'database',
    'password',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('does not take its secrets from Sealed Secrets');
  expect(stderr).toContain('secrets.sealedSecrets.certificate');
});

test('ciphertext in base.yaml is refused: it would be wrong for all stages but one', async () => {
  repository.write(
    'environments/base.yaml',
    `${base}        sealed: { password: ${planted.ciphertext()} }\n`,
  );
  expect((await repository.run('synth')).stderr).toContain('[sealed-in-base]');
});

/** Everything below the folder, hidden or not; compressed files as what they hold. */
const filesOf = (root: string): [string, string][] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return [path.slice(root.length + 1), (isGzip ? gunzipSync(bytes) : bytes).toString('latin1')];
    });
