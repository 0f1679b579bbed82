import { textOf, type DistReader } from '../../manifests/publish';
import { readManifests } from '../../manifests/read';
import type { App, Environment } from '../../model/environment';
import type { KubeObject } from '../../model/kube';
import type { Proven } from '../../model/rendered';
import type { Cache } from '../cache';
import { renderUnits, type CrewOptions } from './crew';
import { appInput, identityOf, stageInput, type Facts, type UnitInput } from './input';

export type { CrewOptions } from './crew';

/** A file of a stage as it is deployed, right by itself. */
export interface Unit extends Pick<Facts, 'hardening' | 'foreign'> {
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
  { cache, reader, sourceOf, pathOf, ...crew }: UnitOptions,
): Promise<Units> {
  const units = new Map<App | Environment, Unit>();
  const missing: Missing[] = [];
  for (const environment of environments) {
    const stage = stageInput(environment);
    const about = cache.keyOf(stage);
    for (const app of [undefined, ...environment.apps.filter(({ kind }) => !OTHERS.includes(kind))]) {
      const [of, path] = [app ?? environment, pathOf(environment, app)];
      const source = sourceOf(environment, app);
      const key = cache.keyOf([about, app && identityOf(app), source]);
      const facts = cache.get(key) as Facts | undefined;
      const outlines = facts && cache.keyOf(['outlines', facts.outlineHash]);
      if (outlines !== undefined && cache.has(outlines) && reader.hash(path) === facts!.hash) {
        const content = reader.read(path)!;
        units.set(
          of,
          unitOf(
            facts!,
            () => textOf(content),
            () => cache.get(outlines),
          ),
        );
      } else missing.push({ of, key, input: { stage, app: app && appInput(app), source } });
    }
  }
  const rendered = await renderUnits(
    missing.map(({ input }) => input),
    crew,
  );
  for (const [i, { of, key }] of missing.entries()) {
    const one = rendered[i];
    if (!one) continue;
    const { facts, text, outlines } = one;
    units.set(
      of,
      unitOf(
        facts,
        () => text,
        () => JSON.parse(outlines),
      ),
    );
    cache.put(key, JSON.stringify(facts));
    cache.put(cache.keyOf(['outlines', facts.outlineHash]), outlines);
  }
  return units;
}

interface Missing {
  readonly of: App | Environment;
  readonly key: string;
  readonly input: UnitInput;
}

function unitOf(facts: Facts, textOf: () => string, outlinesOf: () => unknown): Unit {
  const { hash, size, outlineHash, kinds, hardening, foreign } = facts;
  let objects: readonly KubeObject[] | undefined;
  let outlines: readonly KubeObject[] | undefined;
  return {
    hardening,
    foreign,
    get objects() {
      return (objects ??= readManifests(textOf(), ''));
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
        return (outlines ??= outlinesOf() as readonly KubeObject[]);
      },
    },
  };
}
