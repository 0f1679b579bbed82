import { execFileSync } from 'node:child_process';
import { record, setImage, status } from '../../src/promotion';
import { removeScratch } from '../git/scratch';
import { at, gate } from './hours';
import { change, ENV, newYamlLab, WEB, worldAt } from './lab';

afterAll(removeScratch);

/** Gives the last commit another date. */
function date(dir: string, to: string): void {
  const env = { ...ENV, GIT_COMMITTER_DATE: to };
  execFileSync('git', ['commit', '-q', '--amend', '--no-edit'], { cwd: dir, env, stdio: 'pipe' });
}

describe('the date of a commit, where no deployment is recorded', () => {
  test('is not believed where it is before that of an earlier commit', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], { soak: '24h' });
    await setImage(worldAt(dir), { stage: 'staging', images: WEB('1.1.0') });
    date(dir, '2001-01-01T00:00:00Z');
    expect(await gate(dir, 1)).toMatch(/staging has to run this for 24h[^]*wait until/);
    expect(await gate(dir, 25)).toBe('open');
  });

  test('in the future is told, opens nothing by itself, and dates no later commit', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], { soak: '24h' });
    await setImage(worldAt(dir), { stage: 'staging', images: WEB('1.1.0') });
    date(dir, '2062-01-01T00:00:00Z');
    const told = await gate(dir, 25);
    expect(told).toMatch(
      /staging was committed as it is at 2062-01-01T00:00:00Z, which is in the future \(\w{12}\)/,
    );
    expect(told).toContain('→ record its deployment (stageline record staging); or --skip');
    expect((await status(at(dir, 25)))[1]!.since).toBe('2062-01-01T00:00:00Z');
    await setImage(worldAt(dir), { stage: 'staging', images: WEB('1.2.0') });
    expect(await gate(dir, 1)).toContain('wait until');
    expect(await gate(dir, 25)).toBe('open');
    date(dir, '2062-01-01T00:00:00Z');
    const ran = { stage: 'staging', revision: 'HEAD', result: 'Succeeded', health: 'Healthy' } as const;
    await record(at(dir, 0), ran);
    expect(await gate(dir, 25)).toBe('open');
  });

  test('does not matter where nothing has to soak', async () => {
    const dir = await newYamlLab();
    await change(dir, 'prod', ['gates'], {});
    await setImage(worldAt(dir), { stage: 'staging', images: WEB('1.1.0') });
    date(dir, '2062-01-01T00:00:00Z');
    expect(await gate(dir, 0)).toBe('open');
  });
});
