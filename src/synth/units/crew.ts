import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Thread, type Answer } from './hire';
import type { Rendered, UnitInput } from './input';
import type * as unitModule from './unit';

/** A thread needs some time to load: fewer units than this for each are rendered sooner without it. */
const WORTH_A_THREAD = 100;
/** Bytes of base.yaml that an app with its probes, resources and ports takes. */
const AN_APP = 500;
/** So many units are rendered in one go, and so few in the end. */
const [CHUNK, LEAST] = [25, 4];
/** Chunks that a thread has at a time: with one it would wait for the next until the main thread looks up. */
const AT_A_TIME = 2;
/** Chunks that a thread has while the main thread reads the rest of the input, and looks up no more. */
const AHEAD = 8;

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
  private readonly begun: Begun[] = [];

  constructor(private readonly options: CrewOptions = {}) {}

  /** Has as many threads as pay for so many units: they load while there is something else to do here. */
  expect(units: number): void {
    const most = Math.min(availableParallelism() - 1, Math.floor(units / WORTH_A_THREAD));
    const threads = units === 0 ? 0 : (this.options.threads ?? most);
    while (this.threads.length < threads) this.threads.push(new Thread());
    for (const thread of this.threads.splice(threads)) thread.letGo();
  }

  /** Gives threads that have nothing to do some of the apps that are likely to be rendered. */
  begin(inputs: readonly UnitInput[]): void {
    const idle = this.threads.filter((each) => this.begun.every(({ thread }) => thread !== each));
    const chunks = chunksOf(inputs).slice(0, idle.length * AHEAD);
    for (const [i, units] of chunks.entries()) {
      const thread = idle[i % idle.length]!;
      this.begun.push({ thread, units, answer: thread.render(units) });
    }
  }

  letGo(): void {
    this.expect(0);
  }

  /** Renders units, in the order given; undefined for those that cannot be proven. Then lets all threads go. */
  async render(inputs: readonly UnitInput[]): Promise<Answer> {
    this.expect(inputs.length);
    const units = new Array<Rendered | undefined>(inputs.length);
    let done = 0;
    const store = (chunk: Chunk, answer: Answer): void => {
      for (const [i, place] of chunk.entries()) units[place] = answer[i];
      this.options.progress?.((done += chunk.length), inputs.length);
    };
    const begun = this.wantedOf(inputs);
    const left = new Set(inputs.keys());
    for (const { chunk } of begun) for (const place of chunk) left.delete(place);
    const queue = chunksOf([...left]);
    const settle = async (chunk: Chunk, answer: ReturnType<Thread['render']>): Promise<void> => {
      const rendered = await answer;
      if (rendered) store(chunk, rendered);
      else queue.push(chunk);
    };
    const serve = async (thread: Thread): Promise<void> => {
      const mine = begun.filter((each) => each.thread === thread);
      const waiting = mine.map(({ chunk, answer }) => settle(chunk, answer));
      while (!thread.isGone) {
        while (waiting.length < AT_A_TIME && queue.length > 0) {
          const chunk = queue.shift()!;
          waiting.push(settle(chunk, thread.render(chunk.map((place) => inputs[place]!))));
        }
        if (waiting.length === 0) return;
        await waiting.shift();
      }
      await Promise.all(waiting);
    };
    const others = this.threads.map(serve);
    const work = async (): Promise<void> => {
      for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
        store(
          chunk,
          chunk.map((place) => renderNow(inputs[place]!)),
        );
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

  /** What was begun of this by those who are still there. */
  private wantedOf(inputs: readonly UnitInput[]): readonly (Begun & { readonly chunk: Chunk })[] {
    const places = new Map(inputs.map(({ source }, place) => [source, place]));
    const begun = this.begun.filter(({ thread }) => this.threads.includes(thread));
    return begun.flatMap((batch) => {
      const chunk = batch.units.map(({ source }) => places.get(source));
      const isSame = (place: number | undefined, i: number): boolean =>
        place !== undefined && inputs[place]!.app?.values === batch.units[i]!.app?.values;
      return chunk.every(isSame) ? [{ ...batch, chunk: chunk as Chunk }] : [];
    });
  }
}

/** What a thread was given before everything was known. */
interface Begun {
  readonly thread: Thread;
  readonly units: readonly UnitInput[];
  readonly answer: ReturnType<Thread['render']>;
}

/** The places of units that are rendered in one go. */
type Chunk = readonly number[];

/** Small ones last, so that no thread waits long for another in the end. */
function chunksOf<T>(all: readonly T[]): (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let start = 0; start < all.length;) {
    const size = Math.max(LEAST, Math.min(CHUNK, Math.floor((all.length - start) / 8)));
    chunks.push(all.slice(start, (start += size)));
  }
  return chunks;
}
