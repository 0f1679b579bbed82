import { isDeepStrictEqual } from 'node:util';
import { formatPath } from '../config/located';
import { editYaml, valueIn, type ValuePath } from '../config/yaml-edit';
import { imageName, parseImage } from '../manifests/image';
import { show } from '../manifests/summary';
import { describeMissing, type AppPath } from './app-path';
import { directEdit, held } from './gates';
import { carryOut, type OperationOptions } from './operation';
import type { Outcome, Proposal } from './proposal';
import { refuseUnknownApps } from './refusals';
import { appsOf, mergeValues, type StageSource } from './values';
import { readStage, type World } from './workspace';

export interface DirectEditOptions extends OperationOptions {
  readonly stage: string;
  /** The commit that the new image or value comes from; becomes a trailer. */
  readonly sourceCommit?: string;
  /** Why a stage with gates, or one that is held, is edited all the same; recorded in the commit. */
  readonly skip?: string;
}

export interface SetImageOptions extends DirectEditOptions {
  /** Image by app. */
  readonly images: ReadonlyMap<string, string>;
}

/**
 * Sets the images of apps in a stage; of a folder of manifests the one of that name. Done twice it makes no commit.
 * @throws UserError for an app that the stage has not, and for what synth refuses
 */
export function setImage(world: World, options: SetImageOptions): Promise<Outcome> {
  const askedOf = (apps: Apps) =>
    [...options.images].map(([app, image]) => {
      const parts = parseImage(image);
      const isFolder = parts && valueIn(apps[app], ['kind']) === 'manifests';
      return { app, path: isFolder ? ['images', imageName(parts)] : ['image'], image };
    });
  return directlyEdit(world, options, 'set-image', askedOf, ({ image }) => image);
}

type Apps = ReturnType<typeof appsOf>;

interface AppChange extends AppPath {
  /** What the stage's file is to say: nothing where it is undefined. */
  readonly value: unknown;
  /** What the stage runs with, now and then. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Edits values of apps in a stage's file, past the gates.
 * @param askedOf which, of the apps that the stage has
 * @param valueFor what the file is to say of a value, from what the app has now and has by base.yaml; undefined: nothing
 */
export function directlyEdit<T extends AppPath>(
  world: World,
  options: DirectEditOptions,
  verb: string,
  askedOf: (apps: Apps) => readonly T[],
  valueFor: (asked: T, now: unknown, base: unknown) => unknown,
): Promise<Outcome> {
  return carryOut(
    world,
    async ({ repo }) => {
      const stage = await readStage(world.root, repo, options.stage);
      const apps = appsOf(stage);
      const asked = askedOf(apps);
      refuseUnknownApps(
        stage.name,
        asked.map(({ app }) => app),
        Object.keys(apps),
      );
      const changes: AppChange[] = [];
      for (const one of asked) {
        const { app, path } = one;
        const base = valueIn(stage.baseValues, ['apps', app]);
        const value = valueFor(one, apps[app], base);
        const [own, before] = [valueIn(stage.values, pathOf(one)), valueIn(apps[app], path)];
        const inherited = valueIn(base, path);
        const after = value === undefined ? inherited : (mergeValues(inherited, value) ?? undefined);
        if (value === undefined ? own !== undefined : !isDeepStrictEqual(before, after))
          changes.push({ app, path, value, before, after });
        else if (before === undefined) world.tell?.(describeMissing(one, apps[app]));
      }
      if (changes.length === 0) return undefined;
      const closed = options.skip === undefined ? [...held(stage), ...directEdit(stage)] : [];
      const edits = changes.map((change) => ({ path: pathOf(change), value: change.value }));
      const text = editYaml(stage.text, edits, stage.file);
      return { ...proposal(options, stage, text, changes, verb), closed };
    },
    options,
  );
}

const pathOf = ({ app, path }: AppPath): ValuePath => ['apps', app, ...path];

function proposal(
  options: DirectEditOptions,
  stage: StageSource,
  text: string,
  changes: readonly AppChange[],
  verb: string,
): Proposal {
  const fields = changes.map(
    ({ app, path, before, after }) => [formatPath([app, ...path]), before, after] as const,
  );
  const source = options.sourceCommit === undefined ? [] : [['Source-Commit', options.sourceCommit] as const];
  const skipped = options.skip === undefined ? [] : [['Gates-Skipped', options.skip] as const];
  const what = fields.length === 1 ? `${fields[0]![0]} ${show(fields[0]![2])}` : `${fields.length} values`;
  return {
    stage: stage.name,
    texts: new Map([[`${stage.name}.yaml`, text]]),
    subject: `${verb}(${stage.name}): ${what}`,
    lines: fields.map(([field, before, after]) => `${field}: ${show(before)} → ${show(after)}`),
    trailers: [...source, ...skipped],
    fields,
  };
}

export interface HoldOptions extends OperationOptions {
  readonly stage: string;
  /** Why; undefined releases the stage. */
  readonly why: string | undefined;
}

/** Holds a stage, so that nothing is promoted to it, or releases it. */
export function hold(world: World, options: HoldOptions): Promise<Outcome> {
  const { why } = options;
  return carryOut(
    world,
    async () => {
      const stage = await readStage(world.root, undefined, options.stage);
      const before = valueIn(stage.values, ['hold']);
      if (before === why) return undefined;
      return {
        stage: stage.name,
        texts: new Map([
          [`${stage.name}.yaml`, editYaml(stage.text, [{ path: ['hold'], value: why }], stage.file)],
        ]),
        subject: why === undefined ? `release(${stage.name})` : `hold(${stage.name}): ${why}`,
        lines: [`hold: ${show(before)} → ${show(why)}`],
        trailers: [],
        fields: [['hold', before, why]],
      };
    },
    options,
  );
}
