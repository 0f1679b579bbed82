import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editYaml } from '../../src/config/yaml-edit';
import { promote, pullRequestBody, rollback, setImage, status } from '../../src/promotion';
import { formatPreview } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { commitFiles, git, removeScratch, writeFiles } from '../git/scratch';
import { ENV, newYamlLab, stageline, worldAt } from './lab';

afterAll(removeScratch);

const OWNERS = '.github/CODEOWNERS';
const read = (dir: string, path: string): string => readFileSync(join(dir, path), 'utf8');

function set(dir: string, file: string, path: string[], value: unknown): void {
  writeFiles(dir, { [file]: editYaml(read(dir, file), [{ path, value }], file) });
}

/** A lab on GitHub whose prod needs approvals; rendered, not committed. */
async function lab(files: Record<string, string> = {}): Promise<string> {
  const dir = await newYamlLab();
  set(dir, 'environments/base.yaml', ['repository', 'url'], 'https://github.com/acme/lab.git');
  set(dir, 'environments/prod.yaml', ['gates'], {
    deployed: false,
    approvals: { count: 2, teams: ['acme/sre'] },
  });
  writeFiles(dir, files);
  await synth({ root: dir, env: ENV });
  return dir;
}

async function committedLab(): Promise<string> {
  const dir = await lab();
  commitFiles(dir, {}, 'approvals');
  const images = new Map([['web', 'registry.example.com/web:1.1.0']]);
  await setImage(worldAt(dir), { stage: 'dev', images });
  await promote(worldAt(dir), { to: 'staging' });
  return dir;
}

describe('synth', () => {
  test('writes CODEOWNERS and the ruleset, twice the same, and removes both when nobody has to approve', async () => {
    const dir = await lab();
    expect(read(dir, OWNERS)).toContain('\n/dist/prod/ @acme/sre\n');
    expect(JSON.parse(read(dir, '.github/stageline/ruleset.json'))).toMatchObject({ target: 'branch' });
    expect(await synth({ root: dir, env: ENV })).toMatchObject({ hostFiles: [] });
    set(dir, 'environments/prod.yaml', ['gates'], undefined);
    await synth({ root: dir, env: ENV });
    expect(existsSync(join(dir, '.github'))).toBe(false);
    expect(git(dir, 'status', '--porcelain', '--', ':!environments', ':!dist')).toBe('');
  });

  test('--check tells what is out of date: changed approvals, an edit by hand, and lines below ours', async () => {
    const dir = await lab();
    const check = async (): Promise<[number, boolean]> => {
      const { code, stdout } = await stageline(dir, 'synth', '--check');
      return [code, stdout.includes(`${OWNERS}: out of date`)];
    };
    expect(await check()).toEqual([0, false]);
    const text = read(dir, OWNERS);
    for (const wrong of [text.replace('@acme/sre', '@eve'), `${text}* @eve\n`]) {
      writeFiles(dir, { [OWNERS]: wrong });
      expect(await check()).toEqual([2, true]);
    }
    writeFiles(dir, { [OWNERS]: text });
    set(dir, 'environments/prod.yaml', ['gates', 'approvals', 'people'], ['ada']);
    expect(await check()).toEqual([2, true]);
  });

  test('keeps what is written by hand, in the file that the host reads, above its own lines', async () => {
    const dir = await lab({ CODEOWNERS: '* @acme/everybody\n' });
    expect(existsSync(join(dir, OWNERS))).toBe(false);
    expect(read(dir, 'CODEOWNERS')).toMatch(/^\* @acme\/everybody\n\n# stageline: begin/);
    writeFiles(dir, { CODEOWNERS: `${read(dir, 'CODEOWNERS')}/docs/ @writers\n` });
    await synth({ root: dir, env: ENV });
    expect(read(dir, 'CODEOWNERS')).toMatch(/^\* @acme\/everybody\n\/docs\/ @writers\n\n# stageline: begin/);
    set(dir, 'environments/prod.yaml', ['gates'], undefined);
    await synth({ root: dir, env: ENV });
    expect(read(dir, 'CODEOWNERS')).toBe('* @acme/everybody\n/docs/ @writers\n');
  });

  test('moves with the host', async () => {
    const dir = await lab();
    set(dir, 'environments/base.yaml', ['repository', 'host'], 'gitlab');
    await synth({ root: dir, env: ENV });
    expect(existsSync(join(dir, '.github'))).toBe(false);
    expect(read(dir, '.gitlab/CODEOWNERS')).toContain('[stageline prod][2] @acme/sre\n');
    expect(existsSync(join(dir, '.gitlab/stageline/protected-branch-main.json'))).toBe(true);
  });

  test('refuses marks that are not in pairs, and a section by hand of the same name, and writes nothing', async () => {
    const dir = await lab();
    const before = read(dir, OWNERS);
    writeFiles(dir, { [OWNERS]: before.replace('# stageline: end\n', '') });
    await expect(synth({ root: dir, env: ENV })).rejects.toThrow('codeowners-block');
    writeFiles(dir, { [OWNERS]: before });
    set(dir, 'environments/base.yaml', ['repository', 'host'], 'gitlab');
    writeFiles(dir, { '.gitlab/CODEOWNERS': '^[Stageline Prod] @eve\n' });
    await expect(synth({ root: dir, env: ENV })).rejects.toThrow('codeowners-block');
    expect(read(dir, OWNERS)).toBe(before);
  });
});

describe('a promotion to a stage that needs approvals', () => {
  test('says so in its plan, in the body of the pull request, and in status', async () => {
    const dir = await committedLab();
    const outcome = await promote(worldAt(dir), { to: 'prod', branch: 'promote/prod' });
    const needs = '2 approvals for prod, at least one of @acme/sre';
    expect(formatPreview({ proposal: outcome.proposal!, preview: outcome.preview! })).toContain(needs);
    expect(pullRequestBody(outcome)).toContain(`Needs \`${needs}\``);
    const [dev, , prod] = await status(worldAt(dir));
    expect([dev?.approvals, prod?.approvals]).toEqual([undefined, { count: 2, owners: ['@acme/sre'] }]);
    expect((await promote(worldAt(dir), { to: 'staging', dryRun: true })).preview?.approvals ?? []).toEqual(
      [],
    );
  });

  test('is not pushed to the branch itself, past every pull request, unless the reason is recorded', async () => {
    const dir = await committedLab();
    const bare = join(dir, '..', 'remote.git');
    git(dir, 'clone', '-q', '--bare', dir, bare);
    git(dir, 'remote', 'add', 'origin', bare);
    git(dir, 'push', '-q', '-u', 'origin', 'main');
    await expect(promote(worldAt(dir), { to: 'prod', push: true })).rejects.toThrow('--branch <name> --push');
    await promote(worldAt(dir), { to: 'prod', push: true, branch: 'promote/prod' });
    expect(git(bare, 'rev-parse', 'main')).toBe(git(dir, 'rev-parse', 'promote/prod^'));
    await promote(worldAt(dir), { to: 'prod', push: true, skip: 'outage' });
    expect(git(bare, 'log', '-1', '--format=%(trailers:key=Gates-Skipped,valueonly)', 'main')).toBe('outage');
  });

  test('that pins it takes the program out of its approvals, in the same commit', async () => {
    const dir = await committedLab();
    expect(read(dir, OWNERS)).toContain('/src/ @acme/sre');
    await promote(worldAt(dir), { to: 'prod', only: 'base' });
    expect(git(dir, 'show', '--name-only', '--format=').split('\n')).toEqual([
      OWNERS,
      'dist/prod/stageline.lock',
      'environments/prod.yaml',
    ]);
    expect(read(dir, OWNERS)).not.toContain('/src/');
    expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
    expect(git(dir, 'status', '--porcelain')).toBe('');
    await promote(worldAt(dir), { to: 'prod' });
    await rollback(worldAt(dir), { stage: 'prod' });
    expect((await synth({ root: dir, env: ENV, check: true })).different).toBe(false);
  });
});
