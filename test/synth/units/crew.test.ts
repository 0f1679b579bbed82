import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as workerThreads from 'node:worker_threads';
import { load } from '../../../src/synth/load';
import { synth } from '../../../src/synth/synth';
import { Crew, likelyUnits } from '../../../src/synth/units';
import { appInput, stageInput, type UnitInput } from '../../../src/synth/units/input';
import { writeRepository } from '../../bench/repository';

/** Every thread that was started, and how much it was told; each is a real one. */
const mockStarted: (workerThreads.Worker & { told: number })[] = [];
jest.mock('node:worker_threads', () => {
  const actual = jest.requireActual<typeof workerThreads>('node:worker_threads');
  class Watched extends actual.Worker {
    told = 0;
    constructor(...given: ConstructorParameters<typeof workerThreads.Worker>) {
      super(...given);
      mockStarted.push(this);
    }
    override postMessage(message: unknown): void {
      this.told++;
      super.postMessage(message);
    }
  }
  return { ...actual, Worker: Watched };
});

// Each thread loads the program anew.
jest.setTimeout(60_000);
const SIZE = { apps: 30, stages: 2 };
const TOTAL = SIZE.apps * SIZE.stages;
let root: string;
let inputs: readonly UnitInput[];

beforeEach(() => {
  mockStarted.length = 0;
  root = mkdtempSync(join(tmpdir(), 'crew-'));
  writeRepository(root, SIZE);
  inputs = load(root).repository.environments.flatMap((environment) => {
    const stage = stageInput(environment);
    return environment.apps.map((app) => ({ stage, app: appInput(app), source: `${app.name}.yaml` }));
  });
  expect(inputs).toHaveLength(TOTAL);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const alone = () => new Crew({ threads: 0 }).render(inputs);
const ended = (thread: workerThreads.Worker) => new Promise((resolve) => thread.once('exit', resolve));

test('several threads render what one alone does, in its order, and every unit is told of once', async () => {
  const told: number[] = [];
  const crew = new Crew({
    threads: 2,
    progress: (done, total) => {
      expect(total).toBe(TOTAL);
      told.push(done);
    },
  });
  expect(await crew.render(inputs)).toEqual(await alone());
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(TOTAL);
  expect(mockStarted).toHaveLength(2);
});

test('a thread that dies gives back all that it had begun', async () => {
  let done = 0;
  const crew = new Crew({
    threads: 1,
    progress: (now) => {
      // It is loading, and has two tasks beside the stages.
      if (done === 0) {
        expect(mockStarted[0]!.told).toBe(3);
        void mockStarted[0]!.terminate();
      }
      done = now;
    },
  });
  expect(await crew.render(inputs)).toEqual(await alone());
  expect(done).toBe(TOTAL);
});

test('a thread that died while it was waited for does no harm', async () => {
  const crew = new Crew({ threads: 1 });
  crew.expect(TOTAL);
  await mockStarted[0]!.terminate();
  expect(await crew.render(inputs)).toEqual(await alone());
  expect(mockStarted[0]!.told).toBe(0);
});

test('a thread that was started ahead is taken, and all are let go in the end', async () => {
  const crew = new Crew({ threads: 2 });
  crew.expect(TOTAL);
  const ends = mockStarted.map(ended);
  expect(ends).toHaveLength(2);
  await crew.render(inputs);
  await Promise.all(ends);
  expect(mockStarted).toHaveLength(2);
});

test('threads that load while the input is read end with an error in it', async () => {
  writeFileSync(join(root, 'environments/stage-1.yaml'), 'cluster: nowhere\n');
  const run = synth({ root, env: {}, threads: 1 });
  const ends = mockStarted.map(ended);
  expect(ends).toHaveLength(1);
  await expect(run).rejects.toMatchObject({ name: 'UserError' });
  await Promise.all(ends);
});

test('few units, and those that are known, are not worth a thread', async () => {
  expect(likelyUnits(root)).toBeLessThan(100);
  await synth({ root, env: {} });
  await synth({ root, env: {}, threads: 1 });
  writeFileSync(join(root, 'environments/stage-1.yaml'), 'cluster: nowhere\n');
  await expect(synth({ root, env: {}, threads: 1 })).rejects.toMatchObject({ name: 'UserError' });
  expect(mockStarted).toHaveLength(0);
});

test('what base.yaml weighs tells about how many apps there are, and rather too few', () => {
  writeRepository(root, { apps: 1000, stages: 3 });
  expect(likelyUnits(root)).toBeGreaterThan(1000);
  expect(likelyUnits(root)).toBeLessThan(3000);
  rmSync(join(root, 'environments'), { recursive: true });
  expect(likelyUnits(root)).toBe(0);
});
