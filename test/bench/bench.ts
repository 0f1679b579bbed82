/**
 * A large repository by stageline, and the same objects by others: `npm run bench [-- apps stages sample]`. Kustomize
 * and Helm render one overlay, or one app, at a time: a sample of them, spread evenly over apps and stages, is run and
 * multiplied; `sample` as large as apps × stages runs them all. All figures are CPU time, so that they hold on a busy
 * machine.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { objectKey, type KubeObject } from '../../src/model/kube';
import { helm, kubectl, measure, median, type Cost } from './measure';
import { chartOf, overlayOf, valuesOf, writePeers } from './peers';
import { appName, stageName, writeRepository, type Size } from './repository';

const [apps = 1000, stages = 3, sample = 12] = process.argv.slice(2).map(Number);
const size: Size = { apps, stages };
const here = join(__dirname, '../..');
const stageline = ['node', join(here, 'bin/stageline.js')];
const floor = (root: string, what: string): number =>
  Number(measure(['node', '-r', 'tsx/cjs', join(__dirname, 'floor.ts'), root, what], here).stdout);

const root = mkdtempSync(join(tmpdir(), 'stageline-bench-'));
try {
  run();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function run(): void {
  const cold = synthAnew(root, size);
  writePeers(root, size);
  const picked = Array.from({ length: Math.min(sample, apps * stages) }, (_, i) => {
    const at = Math.floor((i * apps * stages) / sample);
    return { app: at % apps, stage: Math.floor(at / apps) };
  });
  const [kustomize, charts, floors, same]: [number[], number[], number[], Cost[]] = [[], [], [], []];
  for (const [i, { app, stage }] of picked.entries()) {
    const byKustomize = measure([kubectl(), 'kustomize', overlayOf(root, app, stage)], root);
    const byHelm = measure(
      [helm(), 'template', 'app', chartOf(root), '-f', valuesOf(root, app, stage)],
      root,
    );
    requireEqual(app, stage, byKustomize.stdout, byHelm.stdout);
    kustomize.push(byKustomize.cpu);
    charts.push(byHelm.cpu);
    if (i % 4 === 0) floors.push(floor(root, 'floor'));
    if (i % 4 === 2) same.push(measure([...stageline, 'synth'], root));
  }
  const base = join(root, 'environments/base.yaml');
  writeFileSync(base, readFileSync(base, 'utf8').replace('LOG_LEVEL: info', 'LOG_LEVEL: debug'));
  const changed = measure([...stageline, 'synth'], root);
  const start = measure([...stageline, '--version'], root);
  const hashing = floor(root, 'hash');

  const small = { apps: Math.ceil(apps / 10), stages };
  const smallRoot = join(root, 'small');
  const tenth = synthAnew(smallRoot, small);
  const oneApp = floor(smallRoot, 'one-app');

  const count = apps * stages;
  const total = (costs: readonly number[]): number =>
    (costs.reduce((a, b) => a + b, 0) / costs.length) * count;
  const unchanged = median(same.map(({ cpu }) => cpu));
  const least = start.cpu + hashing;
  const bottom = median(floors);
  console.log(
    `${apps} apps × ${stages} stages, Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}`,
  );
  const line = (name: string, cpu: number, note = ''): void =>
    console.log(`${name.padEnd(34)} ${cpu.toFixed(1).padStart(8)} s  ${note}`.trimEnd());
  const memory = `peak ${Math.round(cold.memory ?? 0)} MB`;
  line('stageline, cold', cold.cpu, memory);
  line(
    'stageline, one value changed',
    changed.cpu,
    `${(changed.cpu / least).toFixed(1)} × the least; wanted 2`,
  );
  line('stageline, nothing changed', unchanged, `${(unchanged / least).toFixed(1)} × the least; wanted 2`);
  line('least: start, read and hash all', least);
  line('floor: serialise and write', bottom, bound(cold.cpu / bottom, 3, 'cold is $ × the floor'));
  const against = (costs: readonly number[]): string => {
    const ratio = total(costs) / cold.cpu;
    return `mean of ${picked.length} × ${count}; stageline takes 1/${ratio.toFixed(1)}; wanted 1/30: ${ratio >= 30 ? 'held' : 'MISSED'}`;
  };
  line('kubectl kustomize', total(kustomize), against(kustomize));
  line('helm template', total(charts), against(charts));
  line(
    `plain cdk8s, one App, ${small.apps} apps`,
    oneApp,
    `stageline ${tenth.cpu.toFixed(1)} s, start included`,
  );
  console.log(bound(cold.cpu / tenth.cpu, 11, `ten times as many apps take $ × the time`));
}

function synthAnew(folder: string, of: Size): Cost {
  writeRepository(folder, of);
  return measure([...stageline, 'synth'], folder);
}

function bound(value: number, most: number, text: string): string {
  return `${text.replace('$', value.toFixed(1))} ${value <= most ? 'held' : `MISSED (at most ${most})`}`;
}

/** All three render the same objects, or the comparison is worth nothing. */
function requireEqual(app: number, stage: number, ...others: readonly string[]): void {
  const path = join(root, 'dist', stageName(stage), `${appName(app)}.yaml`);
  const ours = byKey(readFileSync(path, 'utf8'));
  for (const theirs of others.map(byKey))
    if (!isDeepStrictEqual(ours, theirs)) throw new Error(`${path} is not what the others render`);
}

function byKey(text: string): ReadonlyMap<string, unknown> {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  return new Map(objects.map((object) => [objectKey(object), object]));
}
