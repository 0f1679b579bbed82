import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../../model/package-root';
import type { Rendered, StageInput, UnitInput } from './input';
import type * as unitModule from './unit';

/** A thread needs some time to load: fewer units than this for each are rendered sooner without it. */
const WORTH_A_THREAD = 100;
/** Bytes of base.yaml that an app with its probes, resources and ports takes. */
const AN_APP = 500;
/** So many units are rendered in one go, and so few in the end. */
const [CHUNK, LEAST] = [25, 4];
/** Chunks that a thread has at a time: with one it would wait for the next until the main thread looks up. */
const AHEAD = 2;
const THREAD = join(PACKAGE_ROOT, 'bin/unit-thread.js');

/** Units as they go to a thread, as JSON: the stages are there already. */
export type Task = readonly (Omit<UnitInput, 'stage'> & { readonly stage: number })[];
/** What a thread is told: the stages once, then one task after the other. */
export type Message = readonly StageInput[] | string;
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

/** As many units as environments/ holds at a guess, before anybody reads it: rather too few. */
export const likelyUnits = (root: string): number =>
  (statSync(join(root, 'environments/base.yaml'), { throwIfNoEntry: false })?.size ?? 0) / AN_APP;

/** This thread, and those that render beside it. They keep the process alive until they are let go. */
export class Crew {
  private threads: Thread[] = [];

  constructor(private readonly options: CrewOptions = {}) {}

  /** Has as many threads as pay for so many units: they load while there is something else to do here. */
  expect(units: number): void {
    const most = Math.min(availableParallelism() - 1, Math.floor(units / WORTH_A_THREAD));
    const threads = units === 0 ? 0 : (this.options.threads ?? most);
    while (this.threads.length < threads) this.threads.push(new Thread());
    for (const thread of this.threads.splice(threads)) thread.letGo();
  }

  letGo(): void {
    this.expect(0);
  }

  /** Renders units, in the order given; undefined for those that cannot be proven. Then lets all threads go. */
  async render(inputs: readonly UnitInput[]): Promise<Answer> {
    this.expect(inputs.length);
    const units = new Array<Rendered | undefined>(inputs.length);
    const queue = chunksOf(inputs.length);
    let done = 0;
    const store = ([start]: Chunk, answers: Answer): void => {
      answers.forEach((unit, i) => (units[start + i] = unit));
      this.options.progress?.((done += answers.length), inputs.length);
    };
    const stages = [...new Set(inputs.map(({ stage }) => stage))];
    const others = this.threads.map((thread) => thread.work({ stages, inputs, queue, store }));
    const work = async (): Promise<void> => {
      for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
        store(chunk, inputs.slice(...chunk).map(renderNow));
        // Threads answer, and are given more, in between.
        if (others.length > 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await work();
    await Promise.all(others);
    // What a thread had begun that could not end it.
    await work();
    this.letGo();
    return units;
  }
}

/** Units that are rendered in one go: where they begin, and where they end. */
type Chunk = readonly [start: number, end: number];

/** Small ones last, so that no thread waits long for another in the end. */
function chunksOf(length: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < length;) {
    const size = Math.max(LEAST, Math.min(CHUNK, Math.floor((length - start) / 8)));
    chunks.push([start, (start = Math.min(length, start + size))]);
  }
  return chunks;
}

interface Job {
  readonly stages: readonly StageInput[];
  readonly inputs: readonly UnitInput[];
  /** What nobody has begun yet. */
  readonly queue: Chunk[];
  readonly store: (chunk: Chunk, units: Answer) => void;
}

class Thread {
  private readonly worker = new Worker(THREAD, { argv: [__filename] });
  private isGone = false;

  constructor() {
    this.worker.on('error', () => undefined);
    this.worker.on('exit', () => (this.isGone = true));
  }

  letGo(): void {
    void this.worker.terminate();
  }

  /** Takes from the queue until it is empty; what it cannot do goes back. */
  work({ stages, inputs, queue, store }: Job): Promise<void> {
    if (this.isGone) return Promise.resolve();
    const { worker } = this;
    const begun: Chunk[] = [];
    return new Promise((resolve) => {
      const fill = (): void => {
        while (begun.length < AHEAD && queue.length > 0) {
          const chunk = queue.shift()!;
          begun.push(chunk);
          const task = inputs
            .slice(...chunk)
            .map(({ stage, ...rest }) => ({ ...rest, stage: stages.indexOf(stage) }));
          // A tenth of what it takes to clone them.
          worker.postMessage(JSON.stringify(task satisfies Task) satisfies Message);
        }
        if (begun.length === 0) resolve();
      };
      worker.on('message', (answer: Answer) => {
        store(begun.shift()!, answer);
        fill();
      });
      worker.on('exit', () => {
        queue.push(...begun.splice(0));
        resolve();
      });
      worker.postMessage(stages satisfies Message);
      fill();
    });
  }
}
