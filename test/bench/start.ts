/**
 * What it takes to start: the sample by `npm run synth` and by `npx cdk8s synth`, beside the same sample as a plain
 * cdk8s project runs it, with ts-node and its type checking. The three take turns, so that the ratios hold on a noisy
 * machine: `npm run bench:start [-- rounds]`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const rounds = Number(process.argv[2] ?? 5);
const tsNode = 'npx cdk8s synth --app "npx ts-node test/bench/main.ts" --output .stageline/cdk8s';
const variants = [
  { name: 'npm run synth', command: 'npm run synth', atMost: 1 / 6 },
  { name: 'npx cdk8s synth', command: 'npx cdk8s synth', atMost: 1 / 2 },
  { name: 'cdk8s synth with ts-node', command: tsNode, atMost: Infinity },
];

function seconds(command: string): number {
  const start = process.hrtime.bigint();
  const env = { ...process.env, CDK8S_CHECK_UPGRADE: 'false' };
  const { status, stderr } = spawnSync(command, { cwd: root, shell: true, encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

for (const { command } of variants) seconds(command); // warm-up: caches of the loader and of the disk
const times = variants.map((): number[] => []);
for (let round = 0; round < rounds; round++)
  variants.forEach(({ command }, i) => times[i]!.push(seconds(command)));

const baseline = median(times[2]!);
variants.forEach(({ name, atMost }, i) => {
  const ratio = median(times[i]!) / baseline;
  const bound =
    atMost === Infinity ? '' : `  at most 1/${1 / atMost}: ${ratio <= atMost ? 'held' : 'MISSED'}`;
  const spread = `${Math.min(...times[i]!).toFixed(2)}–${Math.max(...times[i]!).toFixed(2)} s`;
  console.log(
    `${name.padEnd(26)} median ${median(times[i]!).toFixed(2)} s (${spread})  1/${(1 / ratio).toFixed(1)}${bound}`,
  );
  if (ratio > atMost) process.exitCode = 1;
});
