import { execFileSync } from 'node:child_process';
import { sha256, formatLock } from '../../src/manifests/publish';
import { history } from '../../src/promotion';
import { CLEAN_ENV, git, newRepository, removeScratch } from '../git/scratch';
import { stageline, worldAt } from './lab';

/** A repository of one stage, by its locks: commit n brings release n / 2, and each second one an input that renders nothing. */
function withHistory(commits: number): string {
  const dir = newRepository();
  const lockOf = (n: number): string =>
    formatLock({ base: null, inputs: sha256(`${n}`), files: { 'web.yaml': sha256(`${Math.floor(n / 2)}`) } });
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = Array.from({ length: commits }, (_, n) => {
    const files: Record<string, string> = { 'dist/dev/stageline.lock': lockOf(n), 'README.md': `${n}\n` };
    if (n === 0) for (const name of ['base', 'dev']) files[`environments/${name}.yaml`] = '{}\n';
    const changes = Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
    return `commit refs/heads/main\ncommitter Ada <ada@example.com> ${1_760_000_000 + n * 60} +0000\n${data(`change ${n}`)}${changes.join('')}`;
  });
  execFileSync('git', ['fast-import', '--quiet'], { cwd: dir, env: CLEAN_ENV, input: stream.join('\n') });
  git(dir, 'reset', '--quiet', '--hard', 'main');
  return dir;
}

const CHANGES = 420;
let dir: string;
beforeAll(() => (dir = withHistory(CHANGES)));
afterAll(removeScratch);

test('history is read some commits at a time, and none is lost or told twice between', async () => {
  const { hasOlder, releases } = await history(worldAt(dir), 'dev');
  expect(hasOlder).toBe(false);
  const subjects = Array.from({ length: CHANGES / 2 }, (_, i) => `change ${CHANGES - 2 - 2 * i}`);
  expect(releases.map(({ subject }) => subject)).toEqual(subjects);
  for (const limit of [1, 25, 26, 75, 209, 210]) {
    const some = await history(worldAt(dir), 'dev', limit);
    expect(some.releases).toEqual(releases.slice(0, limit));
    expect(some.hasOlder).toBe(limit < 210);
  }
});

test('the command shows fifty releases, and says how to see the older ones', async () => {
  const few = await stageline(dir, 'history', 'dev', '--output', 'json');
  expect(JSON.parse(few.stdout)).toHaveLength(50);
  expect(few.stderr).toBe('older releases are left out; --limit all shows them\n');
  const all = await stageline(dir, 'history', 'dev', '--limit', 'all');
  expect(all.stdout.trim().split('\n')).toHaveLength(1 + CHANGES / 2);
  expect(all.stderr).toBe('');
  expect(await stageline(dir, 'history', 'dev', '--limit', 'some')).toMatchObject({ code: 1, stdout: '' });
});
