import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as workerThreads from 'node:worker_threads';
import { load } from '../../../src/synth/load';
import { synth } from '../../../src/synth/synth';
import { Crew, likelyUnits } from '../../../src/synth/units';
import type { Task } from '../../../src/synth/units/hire';
import { appInput, stageInput, type UnitInput } from '../../../src/synth/units/input';
import { writeRepository } from '../../bench/repository';

/** Every thread that was started, and what it was told; each is a real one. */
const mockStarted: (workerThreads.Worker & { readonly told: string[] })[] = [];
jest.mock('node:worker_threads', () => {
  const actual = jest.requireActual<typeof workerThreads>('node:worker_threads');
  class Watched extends actual.Worker {
    readonly told: string[] = [];
    constructor(...given: ConstructorParameters<typeof workerThreads.Worker>) {
      super(...given);
      mockStarted.push(this);
    }
    override postMessage(message: string): void {
      this.told.push(message);
      super.postMessage(message);
    }
  }
  return { ...actual, Worker: Watched };
});

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
    return environment.apps.map((app) => ({
      stage,
      app: appInput(app),
      source: `${app.name} in ${environment.name}`,
    }));
  });
  expect(inputs).toHaveLength(TOTAL);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What comes of it, with the outlines as objects, whichever thread they come from. */
async function rendered(crew: Crew, wanted: readonly UnitInput[] = inputs): Promise<unknown[]> {
  const units = await crew.render(wanted);
  return units.map((unit) => {
    const outlines = unit!.outlines;
    return { ...unit, outlines: typeof outlines === 'string' ? (JSON.parse(outlines) as unknown) : outlines };
  });
}
const alone = () => rendered(new Crew({ threads: 0 }));
const sourcesTold = (): string[] =>
  mockStarted.flatMap(({ told }) =>
    told.flatMap((json) => (JSON.parse(json) as Task).units.map(({ source }) => source)),
  );
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
  expect(await rendered(crew)).toStrictEqual(await alone());
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(TOTAL);
  expect(mockStarted).toHaveLength(2);
});

test('a thread that dies gives back all that it had begun', async () => {
  let done = 0;
  const crew = new Crew({
    threads: 1,
    progress: (now) => {
      // It is loading, and has two tasks.
      if (done === 0) {
        expect(mockStarted[0]!.told).toHaveLength(2);
        void mockStarted[0]!.terminate();
      }
      done = now;
    },
  });
  expect(await rendered(crew)).toStrictEqual(await alone());
  expect(done).toBe(TOTAL);
});

test('a thread that died while it was waited for does no harm', async () => {
  const crew = new Crew({ threads: 1 });
  crew.expect(TOTAL);
  await mockStarted[0]!.terminate();
  expect(await rendered(crew)).toStrictEqual(await alone());
  expect(mockStarted[0]!.told).toEqual([]);
});

test('what a thread began before all was known is rendered once, and told of with the rest', async () => {
  const told: number[] = [];
  const crew = new Crew({ threads: 2, progress: (done) => void told.push(done) });
  crew.expect(TOTAL);
  crew.begin(inputs.slice(0, SIZE.apps));
  const begun = sourcesTold();
  expect(begun.length).toBeGreaterThan(SIZE.apps / 2);
  // They have more than enough to do.
  crew.begin(inputs.slice(SIZE.apps));
  expect(sourcesTold()).toEqual(begun);
  expect(await rendered(crew)).toStrictEqual(await alone());
  expect(new Set(sourcesTold()).size).toBe(sourcesTold().length);
  expect(told.at(-1)).toBe(TOTAL);
});

test('what a thread began and could not end is rendered all the same', async () => {
  const crew = new Crew({ threads: 1 });
  crew.expect(TOTAL);
  crew.begin(inputs);
  expect(sourcesTold().length).toBeGreaterThan(0);
  void mockStarted[0]!.terminate();
  expect(await rendered(crew)).toStrictEqual(await alone());
});

test('what a thread began that is let go, as there are fewer units than it pays for, is rendered all the same', async () => {
  const crew = new Crew();
  crew.expect(1000);
  crew.begin(inputs);
  const begun = sourcesTold().length;
  expect(begun > 0).toBe(availableParallelism() > 1);
  expect(await crew.render(inputs)).toEqual(await alone());
  expect(sourcesTold()).toHaveLength(begun);
});

test('what was begun of values that are others now, or of what is known, is left aside', async () => {
  const crew = new Crew({ threads: 1 });
  crew.expect(TOTAL);
  const others = inputs.map(({ app, ...rest }) => ({
    ...rest,
    app: { ...app!, values: { ...app!.values, image: 'registry.example.com/other:1.0.0' } },
  }));
  crew.begin(others as readonly UnitInput[]);
  const wanted = inputs.slice(10, 20);
  expect(await rendered(crew, wanted)).toStrictEqual((await alone()).slice(10, 20));
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
