import type { DistReader } from '../../manifests/publish';
import type { App, Environment } from '../../model/environment';
import { stageFacts } from '../../model/rendered';
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

/** A class may read what it likes, and plain manifests lie in files of their own. */
const OTHERS = ['class', 'manifests'];

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
  const stages = [
    ...environments.map((environment) => stageFiles(environment, options)),
    ...pinned.map((stage) => pinnedFiles(stage, cache)),
  ];
  const missing = stages.flatMap(({ files }) => files.filter(({ unit }) => !unit));
  const rendered = await crew.render(missing.map(({ input }) => input()));
  for (const [i, file] of missing.entries()) {
    const one = rendered[i];
    if (!one) continue;
    const { facts, text, outlines } = one;
    file.facts = facts;
    file.unit = new Unit(facts, () => text, outlines);
    cache.put(file.key, JSON.stringify(facts));
  }
  for (const { key, files } of stages) {
    if (key === undefined || files.some(({ unit }) => !unit)) continue;
    const kept = files.map(({ key, facts }): Kept => [key, facts!]);
    if (!cache.has(key)) cache.put(key, JSON.stringify(kept));
  }
  const units = new Map<App | Environment | PinnedText, Unit>();
  for (const { files } of stages) for (const { of, unit } of files) if (unit) units.set(of, unit);
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

const appsOf = ({ apps }: Environment): readonly App[] => apps.filter(({ kind }) => !OTHERS.includes(kind));

/** A file of a stage, and what is known of it. */
interface File {
  readonly of: App | Environment | PinnedText;
  /** Under which its facts are kept. */
  readonly key: string;
  readonly input: () => UnitInput;
  facts?: Facts;
  unit?: Unit;
}

/** The files of a stage, and the key under which they are known all at once: absent where its values have none. */
interface Files {
  readonly key: string | undefined;
  readonly files: readonly File[];
}

/** What is kept of all files of a stage at once, in their order. */
type Kept = readonly [key: string, facts: Facts];

function stageFiles(
  environment: Environment,
  { cache, reader, sourceOf, pathOf }: Omit<UnitOptions, 'crew'>,
): Files {
  const key = environment.key && cache.keyOf(['units', environment.key]);
  const kept = (key && cache.get(key)) as readonly Kept[] | undefined;
  const stage = stageInput(environment);
  const about = kept ? '' : cache.keyOf(stage);
  const apps = [undefined, ...appsOf(environment)];
  const files = apps.map((app, i): File => {
    const [path, source] = [pathOf(environment, app), sourceOf(environment, app)];
    const input = (): UnitInput => ({ stage, app: app && appInput(app), source });
    const own = kept?.[i]?.[0] ?? cache.keyOf([about, app && identityOf(app), source]);
    const facts = kept?.[i]?.[1] ?? (cache.get(own) as Facts | undefined);
    const file = { of: app ?? environment, key: own, input };
    // What is known all at once is in use one by one, too.
    if (!facts || !cache.has(own) || reader.hash(path) !== facts.hash) return file;
    // When somebody changes dist/ meanwhile, what is to be written stays what it was.
    const textNow = (): string => reader.holding(path, facts.hash)?.toString() ?? renderNow(input())!.text;
    return { ...file, facts, unit: new Unit(facts, textNow) };
  });
  return { key, files };
}

/** What is found in a text depends on it and on what the stage says of itself. */
function pinnedFiles({ environment, output }: PinnedStage, cache: Cache): Files {
  const input = stageInput(environment);
  const about = cache.keyOf(['pinned', stageFacts(environment)]);
  const key = cache.keyOf([about, output.files.map(({ hash }) => hash)]);
  const kept = cache.get(key) as readonly Kept[] | undefined;
  const files = output.files.map((text, i): File => {
    const own = kept?.[i]?.[0] ?? cache.keyOf([about, text.hash]);
    const facts = kept?.[i]?.[1] ?? (cache.get(own) as Facts | undefined);
    const file = { of: text, key: own, input: () => ({ stage: input, source: '', text: text.text }) };
    return facts && cache.has(own) ? { ...file, facts, unit: new Unit(facts, () => text.text) } : file;
  });
  return { key, files };
}
