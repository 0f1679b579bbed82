import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml, parseValues, valueIn } from '../../src/config/yaml-edit';
import { runProgram } from '../../src/git/program';
import {
  formatPreview,
  promote,
  pullRequestBody,
  rollback,
  setImage,
  type Outcome,
} from '../../src/promotion';
import { ciphertextOf } from '../../src/promotion/ciphertext';
import { synth } from '../../src/synth/synth';
import { commitFiles, git, removeScratch, writeFiles } from '../git/scratch';
import { controllerPair, unseal } from '../support/certificate';
import { edit, ENV, manifests, newYamlLab, worldAt } from './lab';

afterAll(removeScratch);

const pair = controllerPair(365);
const CLI = join(__dirname, '../../bin/stageline.js');
const SECRET = ['apps', 'web', 'secrets', 'database'];

const stageFile = (dir: string, stage: string): string =>
  readFileSync(join(dir, `environments/${stage}.yaml`), 'utf8');
const sealedIn = (text: string, key: string): string =>
  String(valueIn(parseValues(text), [...SECRET, 'sealed', key]));

/** Runs `stageline seal` with a value on standard input, as a person does. */
async function seal(dir: string, stage: string, key: string, value: string): Promise<string> {
  const args = [CLI, 'seal', stage, 'web', 'database', key];
  const { code, stderr } = await runProgram(process.execPath, args, {
    cwd: dir,
    env: ENV,
    input: `${value}\n`,
  });
  return code === 0 ? '' : stderr;
}

async function commit(dir: string, message: string): Promise<string> {
  await synth({ root: dir, env: ENV });
  return commitFiles(dir, {}, message);
}

const setBase = (dir: string, path: string[], value: unknown): void => {
  const file = 'environments/base.yaml';
  writeFiles(dir, { [file]: editYaml(readFileSync(join(dir, file), 'utf8'), [{ path, value }], file) });
};

/** A lab with Sealed Secrets on its cluster; `using` stages have web use a password, sealed for each. */
async function lab(...using: string[]): Promise<string> {
  const dir = await newYamlLab();
  setBase(dir, ['clusters', 'lab', 'provides'], ['network-policy', 'sealed-secrets']);
  setBase(dir, ['secrets'], {
    provider: 'sealedSecrets',
    sealedSecrets: { certificate: 'certificates/lab.pem' },
  });
  writeFiles(dir, { 'certificates/lab.pem': pair.certificate });
  for (const stage of using) {
    edit(dir, stage, [...SECRET, 'env'], { DB_PASSWORD: 'password' });
    expect(await seal(dir, stage, 'password', `first of ${stage}`)).toBe('');
  }
  await commit(dir, 'secrets');
  return dir;
}

const image = (dir: string, stage: string, tag: string): Promise<Outcome> =>
  setImage(worldAt(dir), { stage, images: new Map([['web', `registry.example.com/web:${tag}`]]) });
const said = ({ proposal, preview }: Outcome): string =>
  formatPreview({ proposal: proposal!, preview: preview! });

/** Manifests with ciphertext, and what follows from it on pods, left out. */
const apart = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replace(/[A-Za-z0-9+/]{300,}={0,2}/g, 'CIPHERTEXT').replace(/(checksum\/secrets: )\S+/g, '$1…'),
    ]),
  );

describe('a rollback past a rotation', () => {
  test('restores every byte but ciphertext and what follows from it, and says so', async () => {
    const dir = await lab('dev', 'staging');
    const before = manifests(dir, 'staging');
    await image(dir, 'dev', '1.1.0');
    await promote(worldAt(dir), { to: 'staging' });
    expect(await seal(dir, 'staging', 'password', 'rotated')).toBe('');
    await commit(dir, 'rotate');
    const [rotated, ours] = [manifests(dir, 'staging'), sealedIn(stageFile(dir, 'staging'), 'password')];

    const outcome = await rollback(worldAt(dir), { stage: 'staging', steps: 2 });
    expect(said(outcome)).toContain('stays as it is today: the ciphertext of web.database');
    expect(git(dir, 'log', '-1', '--format=%b')).toContain(
      'stays as it is today: the ciphertext of web.database',
    );
    const after = manifests(dir, 'staging');
    expect(apart(after)).toEqual(apart(before));
    expect(after['web.yaml']).not.toBe(before['web.yaml']);
    // Today's, which opens to the rotated value, and pods of it: not those of the first value.
    expect(after['web.yaml']).toContain(ours);
    expect(unseal(pair.key, 'lab-staging/web-database', ours)).toBe('rotated');
    const checksum = /checksum\/secrets: \S+/;
    expect(checksum.exec(after['web.yaml']!)).toEqual(
      expect.arrayContaining([checksum.exec(rotated['web.yaml']!)![0]]),
    );
    const { 'web.yaml': _1, ...others } = after;
    const { 'web.yaml': _2, ...othersBefore } = before;
    expect(others).toEqual(othersBefore);
    expect((await synth({ root: dir, env: ENV, check: true, deep: true })).different).toBe(false);
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });

  test('of one app alone goes back as well, and so does a second step from there', async () => {
    const dir = await lab('dev');
    const first = manifests(dir, 'dev');
    await image(dir, 'dev', '1.1.0');
    const second = manifests(dir, 'dev');
    await image(dir, 'dev', '1.2.0');
    await seal(dir, 'dev', 'password', 'rotated');
    await commit(dir, 'rotate');
    await rollback(worldAt(dir), { stage: 'dev', apps: ['web'], steps: 2 });
    expect(apart(manifests(dir, 'dev'))).toEqual(apart(second));
    await rollback(worldAt(dir), { stage: 'dev' });
    expect(apart(manifests(dir, 'dev'))).toEqual(apart(first));
    expect(unseal(pair.key, 'lab-dev/web-database', sealedIn(stageFile(dir, 'dev'), 'password'))).toBe(
      'rotated',
    );
  });
});

describe('a promotion', () => {
  test('never copies ciphertext, and says which commands seal what it brings; those work, and then it lands', async () => {
    const dir = await lab('dev');
    const attempt = promote(worldAt(dir), { to: 'staging' });
    await expect(attempt).rejects.toMatchObject({ exitCode: 3 });
    await expect(attempt).rejects.toThrow('→ stageline seal staging web database password');
    expect(git(dir, 'status', '--porcelain')).toBe('');

    expect(await seal(dir, 'staging', 'nonsense', 'x')).toContain('unknown-key');
    expect(await seal(dir, 'staging', 'password', 'of staging')).toBe('');
    await commit(dir, 'seal');
    expect(manifests(dir, 'staging')['web.yaml']).toContain('kind: SealedSecret');
    const outcome = await promote(worldAt(dir), { to: 'staging' });
    expect(said(outcome)).toContain(
      "web.secrets.database: its ciphertext is staging's own, and none is copied",
    );
    expect(pullRequestBody(outcome)).toContain('none is copied');
    expect(manifests(dir, 'staging')['web.yaml']).toContain('DB_PASSWORD');
    const ours = sealedIn(stageFile(dir, 'staging'), 'password');
    expect(unseal(pair.key, 'lab-staging/web-database', ours)).toBe('of staging');
    expect(stageFile(dir, 'staging')).not.toContain(sealedIn(stageFile(dir, 'dev'), 'password'));
  });

  test('names a key that is new in a secret that is sealed already, and rotation alone is nothing to promote', async () => {
    const dir = await lab('dev', 'staging');
    await seal(dir, 'dev', 'password', 'rotated');
    await commit(dir, 'rotate');
    expect(await promote(worldAt(dir), { to: 'staging' })).toEqual({ pushed: false });
    edit(dir, 'dev', [...SECRET, 'env', 'DB_USER'], 'user');
    await seal(dir, 'dev', 'user', 'ada');
    await commit(dir, 'user');
    await expect(promote(worldAt(dir), { to: 'staging' })).rejects.toThrow(
      '→ stageline seal staging web database user,',
    );
    expect(await seal(dir, 'staging', 'user', 'grace')).toBe('');
    await commit(dir, 'seal');
    await promote(worldAt(dir), { to: 'staging' });
    expect(manifests(dir, 'staging')['web.yaml']).toContain('DB_USER');
  });
});

describe('what stays as it is today', () => {
  const stage = (source: object): unknown => ({ apps: { web: { secrets: { db: source } } } });
  const path = ['apps', 'web', 'secrets', 'db'];

  test('is ciphertext, key by key: a key that is not sealed today keeps what it had', () => {
    expect(
      ciphertextOf(
        stage({ sealed: { password: 'new', token: 't' } }),
        stage({ sealed: { password: 'old', user: 'u' } }),
      ),
    ).toEqual([{ path: [...path, 'sealed'], value: { password: 'new', user: 'u', token: 't' } }]);
  });

  test('is the place in a store, and the certificate', () => {
    expect(ciphertextOf(stage({ remote: { version: '2' } }), stage({ remote: { version: '1' } }))).toEqual([
      { path: [...path, 'remote'], value: { version: '2' } },
    ]);
    const sealing = (certificate: string): unknown => ({ secrets: { sealedSecrets: { certificate } } });
    expect(ciphertextOf(sealing('new.pem'), sealing('old.pem'))).toEqual([
      { path: ['secrets', 'sealedSecrets', 'certificate'], value: 'new.pem' },
    ]);
  });

  test('is nothing when it is the same, or when the release had no such secret', () => {
    const same = stage({ sealed: { password: 'a' } });
    expect(ciphertextOf(same, same)).toEqual([]);
    expect(ciphertextOf(same, { apps: { web: {} } })).toEqual([]);
    expect(ciphertextOf({ apps: { web: null } }, same)).toEqual([]);
    expect(ciphertextOf({}, {})).toEqual([]);
  });
});
