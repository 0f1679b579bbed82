import type { DistReader } from '../../manifests/publish';
import type { App, Environment } from '../../model/environment';
import { stageFacts } from '../../model/rendered';
import { isRenderedAnew } from '../anew';
import type { Cache } from '../cache';
import type { PinnedText } from '../pins/pinned-file';
import type { PinnedStage } from '../pins/pins';
import { renderNow, type Crew } from './crew';
import { appInput, identityOf, stageInput, type Facts, type UnitInput } from './input';
import { Unit } from './known';

export { Crew, likelyUnits, type CrewOptions } from './crew';
export type { Unit } from './known';

/** What was rendered and found to be right by itself: apps, what stages have beside them, and files of pinned stages. */
export type Units = ReadonlyMap<App | Environment | PinnedText, Unit>;

export interface UnitOptions {
  readonly crew: Crew;
  readonly cache: Cache;
  /** Reads dist/, which keeps the texts that the cache knows the hashes of. */
  readonly reader: DistReader;
  /** What the file of an app, or of the stage itself, names as its source. */
  readonly sourceOf: (environment: Environment, app?: App) => string;
  /** Where that file is, below dist/. */
  readonly pathOf: (environment: Environment, app?: App) => string;
}

/**
 * Renders what depends on values and this program alone, and looks at what pinned stages deploy. What was found before
 * is not done again: the cache knows what comes of which input, and dist/ has the texts.
 *
 * @param environments stages that are rendered
 * @param pinned stages whose files are rendered already
 */
export async function provenUnits(
  environments: readonly Environment[],
  pinned: readonly PinnedStage[],
  options: UnitOptions,
): Promise<Units> {
  const { cache, crew } = options;
  const files = [
    ...environments.flatMap((environment) => stageFiles(environment, options)),
    ...pinned.flatMap((stage) => pinnedFiles(stage, cache)),
  ];
  const missing = files.filter(({ unit }) => !unit);
  const rendered = await crew.render(missing.map(({ input }) => input()));
  for (const [i, file] of missing.entries()) {
    const one = rendered[i];
    if (!one) continue;
    const { facts, text, outlines } = one;
    file.unit = new Unit(facts, () => text, outlines);
    cache.put(file.key, JSON.stringify(facts));
  }
  const units = new Map<App | Environment | PinnedText, Unit>();
  for (const { of, unit } of files) if (unit) units.set(of, unit);
  return units;
}

/** What the apps of a stage are rendered from that depend on values and this program alone. */
export function appUnits(environment: Environment, sourceOf: UnitOptions['sourceOf']): readonly UnitInput[] {
  const stage = stageInput(environment);
  return appsOf(environment).map((app) => ({
    stage,
    app: appInput(app),
    source: sourceOf(environment, app),
  }));
}

const appsOf = ({ apps }: Environment): readonly App[] => apps.filter((app) => !isRenderedAnew(app));

/** A file of a stage, and what is known of it. */
interface File {
  readonly of: App | Environment | PinnedText;
  /** Under which its facts are kept. */
  readonly key: string;
  readonly input: () => UnitInput;
  unit?: Unit;
}

function stageFiles(
  environment: Environment,
  { cache, reader, sourceOf, pathOf }: Omit<UnitOptions, 'crew'>,
): readonly File[] {
  const stage = stageInput(environment);
  const about = cache.keyOf(stage);
  return [undefined, ...appsOf(environment)].map((app): File => {
    const [path, source] = [pathOf(environment, app), sourceOf(environment, app)];
    const input = (): UnitInput => ({ stage, app: app && appInput(app), source });
    const key = cache.keyOf([about, app && identityOf(app), source]);
    const facts = cache.get(key) as Facts | undefined;
    const file = { of: app ?? environment, key, input };
    if (!facts || reader.hash(path) !== facts.hash) return file;
    // When somebody changes dist/ meanwhile, what is to be written stays what it was.
    const textNow = (): string => reader.holding(path, facts.hash)?.toString() ?? renderNow(input())!.text;
    return { ...file, unit: new Unit(facts, textNow) };
  });
}

/** What is found in a text depends on it and on what the stage says of itself. */
function pinnedFiles({ environment, output }: PinnedStage, cache: Cache): readonly File[] {
  const stage = stageInput(environment);
  const about = cache.keyOf(['pinned', stageFacts(environment)]);
  return output.files.map((text): File => {
    const key = cache.keyOf([about, text.hash]);
    const facts = cache.get(key) as Facts | undefined;
    const file = { of: text, key, input: () => ({ stage, source: '', text: text.text }) };
    return facts ? { ...file, unit: new Unit(facts, () => text.text) } : file;
  });
}
