import type { AppClass, StageValues } from '../model/environment';
import type { Problem } from '../model/errors';
import { formatPath } from './located';

/** Classes are code of the repository's own, and their schemas may leave what no app can be made of. */
export const unfitClasses = ({ apps }: StageValues, classes: readonly AppClass[]): readonly Problem[] =>
  classes.flatMap(({ name, file }): Problem[] => {
    const unfit = apps[name] === undefined ? undefined : unfitValues(apps[name]);
    if (!unfit) return [];
    const { says, ...rest } = unfit;
    const cause = `the values of the class "${name}" ${says}`;
    return [{ code: 'class-values', cause, ...rest, ...(file !== undefined && { at: { file } }) }];
  });

interface Unfit extends Pick<Problem, 'consequence' | 'remedy'> {
  readonly says: string;
}

/** Why the program cannot do with what the schema of a class leaves; undefined where it can. */
export function unfitValues(values: unknown): Unfit | undefined {
  const { network, kind } = (values ?? {}) as { network?: { to?: unknown } | null; kind?: unknown };
  if (!Array.isArray(network?.to)) {
    return { says: 'lack what every app has', remedy: APP_VALUES };
  }
  if (kind !== undefined) return { says: OWN_KIND, remedy: 'Call it otherwise.' };
  const found = unwritable(values, new Set());
  return found && { says: `${found.what} at ${formatPath(found.path)}`, ...UNWRITABLE };
}

/** How a class says what its values are. */
export const APP_VALUES = 'Declare them as "static readonly values = appValues({ … })".';

/** What is wrong with a schema that takes a `kind`. */
export const OWN_KIND = 'have a "kind", which tells what an app without a class is';

const UNWRITABLE = {
  consequence: 'They could not be held against those of earlier runs.',
  remedy:
    'Let the schema leave texts, numbers, lists and maps, and make the rest of them in the constructor.',
};

/** The first thing that JSON refuses; what it leaves out, or writes as something else, does no harm in a hash. */
function unwritable(
  value: unknown,
  open: Set<unknown>,
): { readonly what: string; readonly path: readonly string[] } | undefined {
  if (typeof value === 'bigint') return { what: 'hold a bigint', path: [] };
  if (typeof value !== 'object' || value === null) return undefined;
  if (open.has(value)) return { what: 'contain themselves', path: [] };
  open.add(value);
  for (const [key, child] of Object.entries(value)) {
    const found = unwritable(child, open);
    if (found) return { ...found, path: [key, ...found.path] };
  }
  open.delete(value);
  return undefined;
}
