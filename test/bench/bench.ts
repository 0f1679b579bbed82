/**
 * A large repository by stageline, and the same objects by others: `npm run bench [-- apps stages sample]`. Kustomize
 * and Helm render one overlay, or one app, at a time: a sample of them, spread evenly over apps and stages, is run and
 * multiplied; `sample` as large as apps × stages runs them all. Every ratio is given twice: by CPU time, which holds on
 * a busy machine, and by the clock, which shows what threads are good for.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { objectKey, type KubeObject } from '../../src/model/kube';
import { giveOthers } from './anew';
import { pinStages, writeHistory } from './history';
import { helm, kubectl, measure, type Cost } from './measure';
import { chartOf, overlayOf, valuesOf, writePeers } from './peers';
import { appName, minReplicas, stageName, writeRepository, type Size } from './repository';
import { line, middle, parts, ratios, within, type Spent } from './report';

/** What people wait for, in a repository with a history. */
const COMMITS = 10_000;
const COMMANDS = [
  ['synth', '--check'],
  ['status'],
  ['diff', stageName(0), stageName(1)],
  ['promote', '--to', stageName(1), '--dry-run'],
];

const [apps = 1000, stages = 3, wanted = 12] = process.argv.slice(2).map(Number);
/** Every fourth of them is a run of ours. */
const sample = Math.max(wanted, 4);
const size: Size = { apps, stages };
const here = join(__dirname, '../..');
const stageline = ['node', join(here, 'bin/stageline.js')];
/** A process of its own that measures its work: seconds of CPU and of the clock. */
function floor(root: string, what: string): Spent {
  const [cpu = 0, wall = 0] = measure(
    ['node', '-r', 'tsx/cjs', join(__dirname, 'floor.ts'), root, what],
    here,
  )
    .stdout.split(' ')
    .map(Number);
  return { cpu, wall };
}

const root = mkdtempSync(join(tmpdir(), 'stageline-bench-'));
try {
  run();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function run(): void {
  writeRepository(root, size);
  const cold = [anew(root)];
  writePeers(root, size);
  const count = apps * stages;
  const picked = Array.from({ length: Math.min(sample, count) }, (_, i) => {
    const at = Math.floor((i * count) / sample);
    return { app: at % apps, stage: Math.floor(at / apps) };
  });
  const [kustomize, charts, floors, published]: Spent[][] = [[], [], [], []];
  const [same, changed, starts, hashes]: Spent[][] = [[], [], [], []];
  for (const [i, { app, stage }] of picked.entries()) {
    const byKustomize = measure([kubectl(), 'kustomize', overlayOf(root, app, stage)], root);
    const byHelm = measure(
      [helm(), 'template', 'app', chartOf(root), '-f', valuesOf(root, app, stage)],
      root,
    );
    requireEqual(app, stage, byKustomize.stdout, byHelm.stdout);
    kustomize!.push(byKustomize);
    charts!.push(byHelm);
    if (i % 4 !== 3) continue;
    same!.push(measure([...stageline, 'synth'], root));
    floors!.push(floor(root, 'floor'));
    published!.push(floor(root, 'js-yaml'));
    hashes!.push(floor(root, 'hash'));
    starts!.push(measure([...stageline, '--version'], root));
    changeOneValue(root, i);
    changed!.push(measure([...stageline, 'synth'], root));
    changeOneValue(root, undefined);
    cold.push(anew(root));
  }
  const oneApp = floor(root, 'one-app');
  writeHistory(root, size, COMMITS);
  measure([...stageline, 'synth'], root);
  const commands = COMMANDS.map((args) => ({
    name: args.filter((arg) => !/^stage-/.test(arg)).join(' '),
    costs: [1, 2, 3].map(() => measure([...stageline, ...args], root, [0, 2])),
  }));
  pinStages(root, size, here);
  measure([...stageline, 'synth'], root);
  const oneAfterTheOther = (folder: string): Spent[] =>
    [3, 7, 11].map((i) => {
      changeOneValue(folder, i);
      return measure([...stageline, 'synth'], folder);
    });
  const pinned = oneAfterTheOther(root);
  const mixedRoot = join(root, 'mixed');
  writeRepository(mixedRoot, size);
  giveOthers(mixedRoot, here);
  anew(mixedRoot);
  const mixed = oneAfterTheOther(mixedRoot);
  const smallRoot = join(root, 'small');
  writeRepository(smallRoot, { apps: Math.ceil(apps / 10), stages });
  const tenth = middle([anew(smallRoot), anew(smallRoot), anew(smallRoot)]);

  const ours = middle(cold);
  const times = (costs: readonly Spent[]): Spent => {
    const mean = (way: keyof Spent): number => costs.reduce((sum, cost) => sum + cost[way], 0) / costs.length;
    return { cpu: mean('cpu') * count, wall: mean('wall') * count };
  };
  const [start, hash] = [middle(starts!), middle(hashes!)];
  const least = { cpu: start.cpu + hash.cpu, wall: start.wall + hash.wall };

  const { version } = process;
  console.log(`${apps} apps × ${stages} stages, Node ${version}, ${cpus().length} × ${cpus()[0]!.model}`);
  console.log(`${''.padEnd(32)}${'CPU'.padStart(9)}${'clock'.padStart(9)}`);
  line('stageline, cold', ours, `peak ${Math.max(...cold.map(({ memory }) => Math.round(memory ?? 0)))} MB`);
  line('stageline, one value changed', middle(changed!), ratios(middle(changed!), least, 2, 'the least'));
  line('the same, later stages pinned', middle(pinned));
  line('with a class, and manifests', middle(mixed), ratios(middle(mixed), least, 2, 'the least'));
  line('stageline, nothing changed', middle(same!), ratios(middle(same!), least, 2, 'the least'));
  line('least: start, read and hash all', least);
  line('floor: serialise and write', middle(floors!), ratios(ours, middle(floors!), 3, 'the floor, cold'));
  line('the same by js-yaml', middle(published!), ratios(ours, middle(published!), 3, 'that, cold'));
  const sampled = `mean of ${picked.length} × ${count}`;
  line('kubectl kustomize', times(kustomize!), `${parts(times(kustomize!), ours, 30)}, ${sampled}`);
  line('helm template', times(charts!), `${parts(times(charts!), ours, 30)}, ${sampled}`);
  line('plain cdk8s, one App', oneApp, parts(oneApp, ours, 8));
  for (const { name, costs } of commands)
    line(`stageline ${name}`, middle(costs), `${COMMITS} commits ${within(middle(costs), 3)}`);
  line('stageline, a tenth of the apps', tenth, ratios(ours, tenth, 11, 'that, all of them'));
}

/** A number of one app in one stage, as a command or a person would change it; undefined: as it was. */
function changeOneValue(folder: string, to: number | undefined): void {
  const path = join(folder, 'environments', `${stageName(0)}.yaml`);
  const value = to === undefined ? minReplicas(0) : minReplicas(0) + 1 + (to % 5);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/(app-0000: .*minReplicas: )\d+/, `$1${value}`));
}

/** A run that finds nothing of an earlier one. */
function anew(folder: string): Cost {
  for (const name of ['dist', '.stageline']) rmSync(join(folder, name), { recursive: true, force: true });
  return measure([...stageline, 'synth'], folder);
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
