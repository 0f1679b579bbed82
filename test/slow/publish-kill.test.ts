import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stage } from '../manifests/publish/support';
import { killAtRandom, type Version, type Victim } from './kill';

const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const child = resolve(__dirname, '../manifests/publish/child.ts');

/** Two inputs of 225 files each: a third is the same in both, a third differs, the rest is in one only. */
function input(version: Version): string {
  const files = (of: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: 75 }, (_, n): [string, string] => {
        const [kind, text] = [
          ['same', 'both'],
          ['changed', `v${version}`],
          ['gone', `v${version}`],
        ][n % 3]!;
        const name = kind === 'gone' ? `v${version}/app-${n}.yaml` : `app-${n}.yaml`;
        return [name, `# ${of}\n${`${text} `.repeat(20 + ((n * 37) % 400))}`];
      }),
    );
  const names = ['dev', 'prod', `only-in-${version}`];
  return JSON.stringify(names.map((name) => stage(name, files(name))));
}

const publishing: Victim = {
  prepare: (root) => {
    for (const version of [0, 1] as const) writeFileSync(join(root, `input-${version}.json`), input(version));
  },
  setInput: (root, version) => copyFileSync(join(root, `input-${version}.json`), join(root, 'input.json')),
  command: (root) => [
    process.execPath,
    '-r',
    require.resolve('tsx/cjs'),
    child,
    'publish',
    root,
    join(root, 'input.json'),
  ],
};

test('killed at 48 random moments, publishing leaves every file whole and the next run repairs', async () => {
  process.stdout.write(`seed: KILL_SEED=${seed}\n`);
  const report = await killAtRandom(publishing, { kills: 48, seed });
  process.stdout.write(`kills: ${JSON.stringify(report)}\n`);
  expect(report.before + report.prepared + report.committed + report.after).toBe(48);
  // Without these the test would have shown nothing.
  expect(report.prepared).toBeGreaterThan(0);
  expect(report.committed).toBeGreaterThan(0);
});
