import { parse } from 'yaml';
import { editYaml, valueIn, type ValueEdit, type ValuePath } from '../config/yaml-edit';
import { EXIT, UserError } from '../model/errors';
import { show } from './format';
import { directEdit, held } from './gates';
import { carryOut, type OperationOptions } from './operation';
import type { Outcome, Proposal } from './proposal';
import { refuseUnknownApps } from './refusals';
import { appsOf, type StageSource } from './values';
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
 * Sets the images of apps in a stage. Done twice it makes no commit.
 * @throws UserError for an app that the stage has not, and for what synth refuses
 */
export function setImage(world: World, options: SetImageOptions): Promise<Outcome> {
  const edits = [...options.images].map(([app, image]) => ({ app, path: ['image'], value: image }));
  return directlyEdit(world, options, () => edits, 'set-image');
}

export interface SetOptions extends DirectEditOptions {
  /** As written: `app.path.to.value`, and the value as YAML. */
  readonly values: readonly (readonly [path: string, value: string])[];
}

/**
 * Sets values of apps in a stage. A text stays a text: `1.10` where a text stands is not a number.
 * @throws UserError for an app that the stage has not, and for what synth refuses
 */
export function setValues(world: World, options: SetOptions): Promise<Outcome> {
  const edits = (apps: Readonly<Record<string, unknown>>): AppEdit[] =>
    options.values.map(([full, text]) => {
      const [app = '', ...path] = full.split('.');
      if (path.length === 0)
        throw new UserError({
          code: 'set-path',
          cause: `${JSON.stringify(full)} names no value`,
          remedy: 'write app.path=value',
        });
      return { app, path, value: valueOf(text, valueIn(apps[app], path), path) };
    });
  return directlyEdit(world, options, edits, 'set');
}

interface AppEdit {
  readonly app: string;
  readonly path: ValuePath;
  readonly value: unknown;
}

function valueOf(text: string, before: unknown, path: ValuePath): unknown {
  if (typeof before === 'string' || path.slice(0, -1).includes('env')) return text;
  try {
    return parse(text, { version: '1.2', logLevel: 'error' }) as unknown;
  } catch {
    return text;
  }
}

function directlyEdit(
  world: World,
  options: DirectEditOptions,
  editsFor: (apps: Readonly<Record<string, unknown>>) => readonly AppEdit[],
  verb: string,
): Promise<Outcome> {
  return carryOut(
    world,
    async ({ repo }) => {
      const stage = await readStage(world.root, repo, options.stage);
      const apps = appsOf(stage);
      const edits = editsFor(apps);
      refuseUnknownApps(
        stage.name,
        edits.map(({ app }) => app),
        Object.keys(apps),
      );
      const changes = edits
        .map((edit) => ({ ...edit, before: valueIn(apps[edit.app], edit.path) }))
        .filter((edit) => JSON.stringify(edit.before) !== JSON.stringify(edit.value));
      if (changes.length === 0) return undefined;
      const closed = [...held(stage), ...directEdit(stage)];
      if (closed.length > 0 && options.skip === undefined) throw new UserError(closed, EXIT.refused);
      const text = editYaml(stage.text, changes.map(asEdit), stage.file);
      return proposal(options, stage, text, changes, verb);
    },
    options,
  );
}

const asEdit = ({ app, path, value }: AppEdit): ValueEdit => ({ path: ['apps', app, ...path], value });

function proposal(
  options: DirectEditOptions,
  stage: StageSource,
  text: string,
  changes: readonly (AppEdit & { readonly before: unknown })[],
  verb: string,
): Proposal {
  const fields = changes.map(
    ({ app, path, before, value }) => [[app, ...path].join('.'), before, value] as const,
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
