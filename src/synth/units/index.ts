import { outlineOf } from '../../manifests/checks';
import type { DistReader } from '../../manifests/publish';
import { readManifests } from '../../manifests/read';
import type { App, Environment } from '../../model/environment';
import type { KubeObject } from '../../model/kube';
import type { Proven } from '../../model/rendered';
import type { Cache } from '../cache';
import { renderNow, renderUnits, type CrewOptions } from './crew';
import { appInput, identityOf, stageInput, type Facts, type UnitInput } from './input';

export type { CrewOptions } from './crew';

/** A file of a stage as it is deployed, right by itself. */
export interface Unit extends Pick<Facts, 'inputs' | 'hardening' | 'foreign'> {
  readonly proven: Proven;
  /** Read from the text when somebody asks: few do. */
  readonly objects: readonly KubeObject[];
}

/** What was rendered and found to be right by itself: apps, and what stages have beside them. */
export type Units = ReadonlyMap<App | Environment, Unit>;

export interface UnitOptions extends CrewOptions {
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
 * Renders what depends on values and this program alone. What is in dist/ already is not rendered again: the cache knows
 * what comes of which input.
 */
export async function provenUnits(
  environments: readonly Environment[],
  { threads, progress, ...options }: UnitOptions,
): Promise<Units> {
  const { cache } = options;
  const stages = environments.map((environment) => stageFiles(environment, options));
  const missing = stages.flatMap(({ files }) => files.filter(({ unit }) => !unit));
  const rendered = await renderUnits(
    missing.map(({ input }) => input()),
    { threads, progress },
  );
  for (const [i, file] of missing.entries()) {
    const one = rendered[i];
    if (!one) continue;
    const { facts, text, outlines } = one;
    file.facts = facts;
    file.unit = unitOf(facts, () => text, outlines);
    cache.put(file.key, JSON.stringify(facts));
  }
  for (const { key, files } of stages) {
    if (key === undefined || files.some(({ unit }) => !unit)) continue;
    const kept = files.map(({ key, facts }): Kept => [key, facts!]);
    if (!cache.has(key)) cache.put(key, JSON.stringify(kept));
  }
  const units = stages.flatMap(({ files }) => files.map(({ of, unit }) => [of, unit] as const));
  return new Map(units.filter((pair): pair is [App | Environment, Unit] => pair[1] !== undefined));
}

/** A file of a stage, and what is known of it. */
interface File {
  readonly of: App | Environment;
  /** Under which its facts are kept. */
  readonly key: string;
  readonly input: () => UnitInput;
  facts?: Facts;
  unit?: Unit;
}

/** What is kept of all files of a stage at once, in their order. */
type Kept = readonly [key: string, facts: Facts];

/** The files of a stage, and the key under which they are known all at once: absent where its values have none. */
function stageFiles(
  environment: Environment,
  { cache, reader, sourceOf, pathOf }: Omit<UnitOptions, keyof CrewOptions>,
): { readonly key: string | undefined; readonly files: readonly File[] } {
  const key = environment.key && cache.keyOf(['units', environment.key]);
  const kept = (key && cache.get(key)) as readonly Kept[] | undefined;
  const stage = stageInput(environment);
  const about = kept ? '' : cache.keyOf(stage);
  const apps = [undefined, ...environment.apps.filter(({ kind }) => !OTHERS.includes(kind))];
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
    return { ...file, facts, unit: unitOf(facts, textNow) };
  });
  return { key, files };
}

/** @param outlined its outlines as JSON, where they are known: else they are made of the objects when somebody asks */
function unitOf(facts: Facts, textOf: () => string, outlined?: string): Unit {
  const { hash, size, outlineHash, kinds, inputs, hardening, foreign } = facts;
  let objects: readonly KubeObject[] | undefined;
  const objectsNow = (): readonly KubeObject[] => (objects ??= readManifests(textOf(), ''));
  let outlines: readonly KubeObject[] | undefined;
  const outlinesNow = (): readonly KubeObject[] =>
    outlined === undefined ? objectsNow().map(outlineOf) : (JSON.parse(outlined) as readonly KubeObject[]);
  return {
    inputs,
    hardening,
    foreign,
    get objects() {
      return objectsNow();
    },
    proven: {
      hash,
      size,
      kinds,
      outlineHash,
      get text() {
        return textOf();
      },
      get outlines() {
        return (outlines ??= outlinesNow());
      },
    },
  };
}
