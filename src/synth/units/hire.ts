import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../../model/package-root';
import type { Rendered, StageInput, UnitInput } from './input';

const THREAD = join(PACKAGE_ROOT, 'bin/unit-thread.js');

/** What a thread is told, as JSON, which takes a tenth of what it takes to clone it. */
export interface Task {
  /** Those that it has not been told of before. */
  readonly stages: readonly StageInput[];
  /** With the number of their stage, of all that it was told of. */
  readonly units: readonly (Omit<UnitInput, 'stage'> & { readonly stage: number })[];
}

/** Units as they come back. */
export type Answer = readonly (Rendered | undefined)[];

/** A thread that renders what it is given, one task after the other. */
export class Thread {
  private readonly worker = new Worker(THREAD, { argv: [__filename] });
  private readonly stages = new Map<StageInput, number>();
  private readonly waiting: ((answer: Answer | undefined) => void)[] = [];
  isGone = false;

  constructor() {
    this.worker.on('message', (answer: Answer) => this.waiting.shift()!(answer));
    this.worker.on('error', () => undefined);
    this.worker.on('exit', () => {
      this.isGone = true;
      for (const tell of this.waiting.splice(0)) tell(undefined);
    });
  }

  /** Undefined when it has come to an end before. */
  render(inputs: readonly UnitInput[]): Promise<Answer | undefined> {
    if (this.isGone) return Promise.resolve(undefined);
    const stages = [...new Set(inputs.map(({ stage }) => stage))].filter((stage) => !this.stages.has(stage));
    for (const stage of stages) this.stages.set(stage, this.stages.size);
    const units = inputs.map(({ stage, ...rest }) => ({ ...rest, stage: this.stages.get(stage)! }));
    this.worker.postMessage(JSON.stringify({ stages, units } satisfies Task));
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  letGo(): void {
    void this.worker.terminate();
  }
}
