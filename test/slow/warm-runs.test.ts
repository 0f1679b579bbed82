import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { UserError, type Problem } from '../../src/model/errors';
import { synth, type SynthOptions } from '../../src/synth/synth';
import { randomFrom } from './kill';
import { editDist, editKept, pin } from './warm/disk-edits';
import { acknowledged, edited, pick } from './warm/edits';
import { copyOf, filesOf, newModel, type Model } from './warm/model';
import { CREDENTIALS } from './warm/settings';
import { filesBelow, KEPT, putDist, writeTo, type Files } from './warm/tree';

const seed = Number(process.env['WARM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const EDITS = Number(process.env['WARM_EDITS'] ?? 400);
const place = mkdtempSync(join(tmpdir(), 'stageline-warm-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What a run says, and all that it leaves but what it keeps for itself. */
interface Outcome {
  readonly says: unknown;
  readonly problems?: readonly Problem[];
  readonly files: Readonly<Record<string, string>>;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const isGiven = (path: string): boolean => !path.startsWith(KEPT);

async function run(root: string, options: Omit<SynthOptions, 'root' | 'env'>): Promise<Outcome> {
  let outcome: Omit<Outcome, 'files'>;
  try {
    outcome = { says: plain(await synth({ root, env: {}, ...options })) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { problems, exitCode } = error;
    outcome = { says: plain({ problems, exitCode }), problems };
  }
  const files = Object.entries(filesBelow(root, isGiven)).map(([path, text]) => [
    path,
    text.toString('latin1'),
  ]);
  return { ...outcome, files: Object.fromEntries(files) as Outcome['files'] };
}

/** A repository that is edited and rendered again and again, beside one that is rendered anew each time. */
class Pair {
  private model: Model = newModel();
  /** Earlier states that rendered, and dist/ as they left it. */
  private readonly past: { readonly model: Model; readonly dist: Files }[] = [];
  readonly counts = { good: 0, wrong: 0, refused: 0 };
  private problems: readonly Problem[] = [];
  private readonly warm = join(place, 'warm');
  private readonly fresh = join(place, 'fresh');

  constructor(private readonly random: () => number) {
    for (const [path, text] of Object.entries(filesOf(this.model))) writeTo(this.warm, path, text);
  }

  /** One edit of whatever kind; tells what it was. */
  edit(): string {
    const { random, past } = this;
    const way = random();
    if (this.problems.length > 0 && way < 0.75) return this.mend();
    if (way < 0.05 && past.length > 0) {
      const { model, dist } = pick(past, random);
      const withDist = random() < 0.5;
      if (withDist) putDist(this.warm, dist);
      this.become(model);
      return `an earlier state${withDist ? ', with dist/' : ''}`;
    }
    if (way < 0.14) return editDist(this.warm, random);
    if (way < 0.18) return editKept(this.warm, random);
    if (way < 0.2) {
      const model = copyOf(this.model);
      const what = pin(this.warm, model, random);
      this.become(model);
      return what;
    }
    if (way < 0.22) return 'nothing';
    const { model, what } = edited(this.model, random);
    this.become(model);
    return what;
  }

  private mend(): string {
    const refused = this.problems.every(({ code }) => code === 'destructive-change');
    if (refused && this.random() < 0.6) {
      this.become(
        acknowledged(
          this.model,
          this.problems.map(({ remedy }) => remedy),
        ),
      );
      return 'what was refused is allowed';
    }
    const last = this.past.at(-1);
    if (last && this.random() < 0.3) putDist(this.warm, last.dist);
    this.become(last?.model ?? newModel());
    return 'mended';
  }

  private become(model: Model): void {
    const [before, after] = [filesOf(this.model), filesOf(model)];
    for (const path of Object.keys(before))
      if (!(path in after)) rmSync(join(this.warm, path), { force: true });
    for (const [path, text] of Object.entries(after))
      if (before[path] !== text) writeTo(this.warm, path, text);
    this.model = model;
  }

  /** Renders both, and tells what came of each. */
  async synth(): Promise<readonly (readonly [Outcome, Outcome])[]> {
    const { random, warm, fresh } = this;
    rmSync(fresh, { recursive: true, force: true });
    cpSync(warm, fresh, { recursive: true, filter: (path) => isGiven(relative(warm, path)) });
    const both = async (options: Partial<SynthOptions>) =>
      [
        await run(warm, { threads: 0, ...options }),
        await run(fresh, { ...options, threads: 0, cache: false }),
      ] as const;
    const outcomes: (readonly [Outcome, Outcome])[] = [];
    if (random() < 0.15) outcomes.push(await both({ check: true }));
    if (random() < 0.1) outcomes.push(await both({ dryRun: true }));
    const last = await both(random() < 0.01 ? { threads: 2 } : {});
    outcomes.push(last);
    if (random() < 0.15) outcomes.push(await both({ check: true }));
    this.problems = last[0].problems ?? [];
    if (this.problems.length === 0) {
      this.counts.good += 1;
      this.past.push({ model: this.model, dist: filesBelow(warm, (path) => path.startsWith('dist/')) });
    } else if (this.problems[0]!.code === 'destructive-change') this.counts.refused += 1;
    else this.counts.wrong += 1;
    return outcomes;
  }

  /** What is kept that should not be. */
  leaked(): readonly string[] {
    if (!existsSync(join(this.warm, KEPT))) return [];
    return Object.entries(filesBelow(this.warm, (path) => path.startsWith(KEPT)))
      .filter(([, content]) => CREDENTIALS.some((each) => content.includes(each)))
      .map(([path]) => path);
  }
}

test('after any edits, a run that remembers the one before says and writes what a fresh one does', async () => {
  process.stdout.write(`seed: WARM_SEED=${seed} WARM_EDITS=${EDITS}\n`);
  const pair = new Pair(randomFrom(seed));
  const edits: string[] = [];
  for (let i = 0; i <= EDITS; i++) {
    if (i > 0) edits.push(pair.edit());
    for (const [warm, fresh] of await pair.synth()) {
      expect({ edits: edits.slice(-5), ...warm }).toEqual({ edits: edits.slice(-5), ...fresh });
    }
    expect({ edits: edits.slice(-5), leaked: pair.leaked() }).toEqual({ edits: edits.slice(-5), leaked: [] });
  }
  process.stdout.write(`${JSON.stringify(pair.counts)}\n`);
  expect(Math.min(pair.counts.good, pair.counts.wrong)).toBeGreaterThan(EDITS / 5);
});
