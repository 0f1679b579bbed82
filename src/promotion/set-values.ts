import { parse } from 'yaml';
import { valueIn, type ValuePath } from '../config/yaml-edit';
import { parseAppPath, refuseSplitKey, withDotRemedy } from './app-path';
import { directlyEdit, type DirectEditOptions } from './edit-stage';
import type { Outcome } from './proposal';
import type { World } from './workspace';

export interface SetOptions extends DirectEditOptions {
  /**
   * As written: `app.path.to.value`, a key that holds a dot as `app.files["app.properties"]`, and the value as YAML.
   * `null` makes the stage go without the value.
   */
  readonly values: readonly (readonly [path: string, value: string])[];
}

/**
 * Sets values of apps in a stage. A text stays a text: `1.10` where a text stands is not a number.
 * @throws UserError for an app that the stage has not, and for what synth refuses
 */
export async function setValues(world: World, options: SetOptions): Promise<Outcome> {
  const asked = options.values.map(([path, text]) => ({ ...parseAppPath(path), text }));
  const edit = directlyEdit(
    world,
    options,
    'set',
    () => asked,
    (one, now, base) => {
      refuseSplitKey(one, now);
      if (one.text !== 'null') return valueOf(one.text, valueIn(now, one.path), one.path);
      return valueIn(base, one.path) === undefined ? undefined : null;
    },
  );
  return edit.catch((error: unknown) => {
    throw withDotRemedy(error, asked);
  });
}

export interface UnsetOptions extends DirectEditOptions {
  /** As `setValues` takes them. */
  readonly paths: readonly string[];
}

/**
 * Takes values out of a stage's own file, so that those of base.yaml count again.
 * @throws UserError for an app that the stage has not, and for what synth refuses
 */
export async function unsetValues(world: World, options: UnsetOptions): Promise<Outcome> {
  const asked = options.paths.map(parseAppPath);
  return directlyEdit(
    world,
    options,
    'unset',
    () => asked,
    (one, now) => refuseSplitKey(one, now),
  );
}

/** Nothing but `null` says that there is no value: not even an empty text, such as a variable that is not set. */
function valueOf(text: string, now: unknown, path: ValuePath): unknown {
  if (typeof now === 'string' || path.slice(0, -1).includes('env')) return text;
  try {
    return (parse(text, { version: '1.2', logLevel: 'error' }) as unknown) ?? text;
  } catch {
    return text;
  }
}
