import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { killAtRandom, type Victim } from './kill';

const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const source = resolve(__dirname, '../..');

const EXTRA = `# yaml-language-server: $schema=schema/stage.schema.json
apps:
  extra:
    kind: worker
    image: ghcr.io/stefanprodan/podinfo:9.9.9
    resources: { requests: { cpu: 10m, memory: 32Mi }, limits: { memory: 64Mi } }
`;

/** The sample itself, its prod following the working tree; the second input has another image everywhere, and one more app in one stage. */
const synth: Victim = {
  prepare: (root) => {
    for (const name of ['bin', 'src', 'environments', 'third_party', 'package.json', 'tsconfig.json']) {
      cpSync(join(source, name), join(root, name), { recursive: true });
    }
    // A copy without .git cannot render a pinned stage anew.
    const prod = join(root, 'environments/prod.yaml');
    writeFileSync(prod, readFileSync(prod, 'utf8').replace(/^base: .*\n/m, ''));
    symlinkSync(join(source, 'node_modules'), join(root, 'node_modules'));
    // Or most of the first run, and so of the moments, would go by before anything is rendered.
    execFileSync(process.execPath, ['bin/stageline.js', '--version'], { cwd: root });
  },
  setInput: (root, version) => {
    const base = readFileSync(join(source, 'environments/base.yaml'), 'utf8');
    const dev = readFileSync(join(source, 'environments/dev.yaml'), 'utf8');
    const changed = base.replace(/(stefanprodan\/podinfo):[\d.]+/g, '$1:9.9.9');
    writeFileSync(join(root, 'environments/base.yaml'), version === 0 ? base : changed);
    writeFileSync(join(root, 'environments/dev.yaml'), version === 0 ? dev : EXTRA);
  },
  command: () => [process.execPath, 'bin/stageline.js', 'synth'],
  // What is kept for the next run; nothing half-written.
  mayRemain: (path) =>
    /^\.gitignore$|^cache(\/(results|last-run|hashes))?$|^program(\/(inputs\.json|[0-9a-f]{64}(\.js|\.v[\w.-]+\.code)))?$/.test(
      path,
    ),
};

test('killed at 40 random moments, synth leaves every file whole and the next run repairs', async () => {
  process.stdout.write(`seed: KILL_SEED=${seed}\n`);
  const report = await killAtRandom(synth, { kills: 40, seed });
  process.stdout.write(`kills: ${JSON.stringify(report)}\n`);
  expect(report.prepared).toBeGreaterThan(0);
  expect(report.committed).toBeGreaterThan(0);
});
