import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../../model/package-root';
import type { Rendered, StageInput, UnitInput } from './input';
import type * as unitModule from './unit';

/** A thread needs some time to load: fewer units than this for each are rendered sooner without it. */
const WORTH_A_THREAD = 100;
const CHUNK = 25;
const THREAD = join(PACKAGE_ROOT, 'bin/unit-thread.js');

/** Units as they go to a thread, as JSON: the stages are there already. */
export type Task = readonly (Omit<UnitInput, 'stage'> & { readonly stage: number })[];
/** Units as they come back. */
export type Answer = readonly (Rendered | undefined)[];

export interface CrewOptions {
  /** Threads beside the one that runs already. @default one for each further processor, where there is enough to do */
  readonly threads?: number;
  /** Is told how many units are done, of how many. */
  readonly progress?: (done: number, total: number) => void;
}

/** Renders a unit here and now. */
export const renderNow = (input: UnitInput): Rendered | undefined =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- cdk8s is loaded only when something is rendered
  (require('./unit') as typeof unitModule).renderUnit(input);

/** Renders units, in the order given; undefined for those that cannot be proven. */
export async function renderUnits(
  inputs: readonly UnitInput[],
  { threads, progress }: CrewOptions = {},
): Promise<Answer> {
  if (inputs.length === 0) return [];
  const most = Math.min(availableParallelism() - 1, Math.floor(inputs.length / WORTH_A_THREAD));
  const units = new Array<Rendered | undefined>(inputs.length);
  const queue = Array.from({ length: Math.ceil(inputs.length / CHUNK) }, (_, i) => i * CHUNK);
  let done = 0;
  const store = (start: number, answers: Answer): void => {
    answers.forEach((unit, i) => (units[start + i] = unit));
    progress?.((done += answers.length), inputs.length);
  };
  const stages = [...new Set(inputs.map(({ stage }) => stage))];
  const crew = Array.from({ length: threads ?? most }, () => hire(stages, inputs, queue, store));
  const work = async (): Promise<void> => {
    for (let start = queue.shift(); start !== undefined; start = queue.shift()) {
      store(start, inputs.slice(start, start + CHUNK).map(renderNow));
      // Threads answer, and are given more, in between.
      if (crew.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await work();
  await Promise.all(crew);
  // What a thread had begun that could not end it.
  await work();
  return units;
}

/** A thread that takes from the queue until it is empty; what it cannot do goes back. */
function hire(
  stages: readonly StageInput[],
  inputs: readonly UnitInput[],
  queue: number[],
  store: (start: number, units: Answer) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(THREAD, { workerData: stages, argv: [__filename] });
    let begun: number | undefined;
    const next = (): void => {
      begun = queue.shift();
      if (begun === undefined) return void worker.terminate();
      const task = inputs
        .slice(begun, begun + CHUNK)
        .map(({ stage, ...rest }) => ({ ...rest, stage: stages.indexOf(stage) }));
      // A tenth of what it takes to clone them.
      worker.postMessage(JSON.stringify(task satisfies Task));
    };
    worker.on('message', (answer: Answer) => {
      store(begun!, answer);
      next();
    });
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      if (begun !== undefined) queue.push(begun);
      resolve();
    });
    next();
  });
}
