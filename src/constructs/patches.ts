import type { z } from 'zod';
import type { Problem } from '../model/errors';
import { nearest, suggest } from '../model/nearest';
import type { patch } from '../model/values/app-shape';

export type Patch = z.output<typeof patch>;

/** An object as far as patches look for it. */
export interface Named {
  readonly kind: string;
  readonly name: string;
}

export type Found<T> =
  { readonly target: T } | { readonly problem: Omit<Problem, 'at'>; readonly key: string };

/** The object that a patch means. */
export function targetOf<T extends Named>(patch: Patch, objects: readonly T[]): Found<T> {
  const ofKind = objects.filter((object) => object.kind === patch.kind);
  if (ofKind.length === 0) {
    const kinds = new Set(objects.map((object) => object.kind));
    const cause = `the app has no ${patch.kind} to patch`;
    return notFound('kind', cause, suggest(patch.kind, kinds));
  }
  const names = ofKind.map((object) => object.name);
  if (patch.name === undefined) {
    if (ofKind.length === 1) return { target: ofKind[0]! };
    const cause = `the app has ${ofKind.length} objects of kind ${patch.kind}, and the patch does not say which`;
    return notFound('kind', cause, `Give it a name: ${[...names].sort().join(', ')}.`);
  }
  const target = ofKind.find((object) => object.name === patch.name);
  if (target) return { target };
  return notFound('name', `the app has no ${patch.kind} named "${patch.name}"`, suggest(patch.name, names));
}

const notFound = (key: string, cause: string, remedy: string | undefined) => ({
  key,
  problem: { code: 'patch-without-target', cause, remedy },
});

/** An object with one patch applied, or what keeps the patch from it. The object given is left as it was. */
export function applyPatch<T extends object>(
  object: T,
  { kind, op, path, value }: Patch,
): { readonly patched: T } | { readonly problem: Omit<Problem, 'at'> } {
  const patched = structuredClone(object);
  const keys = path.slice(1).split('/').map(unescape);
  const last = keys.pop()!;
  let parent: unknown = patched;
  for (const [index, key] of keys.entries()) {
    if (!has(parent, key)) return missing(kind, path, keys.slice(0, index), key, parent);
    parent = (parent as Record<string, unknown>)[key];
  }
  if (Array.isArray(parent)) {
    const index = last === '-' && op === 'add' ? parent.length : Number(last);
    const end = op === 'add' ? parent.length : parent.length - 1;
    if (!/^(-|0|[1-9]\d*)$/.test(last) || !(index <= end)) return missing(kind, path, keys, last, parent);
    parent.splice(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [structuredClone(value)]));
    return { patched };
  }
  const isMap = typeof parent === 'object' && parent !== null;
  if (!isMap || last === '__proto__' || (op !== 'add' && !has(parent, last))) {
    const orAdd =
      op === 'replace' && isMap ? 'Write "op: add" for a field that is not there yet.' : undefined;
    return missing(kind, path, keys, last, parent, orAdd);
  }
  const map = parent as Record<string, unknown>;
  if (op === 'remove') delete map[last];
  else map[last] = structuredClone(value);
  return { patched };
}

const unescape = (key: string): string => key.replace(/~1/g, '/').replace(/~0/g, '~');

const has = (parent: unknown, key: string): boolean =>
  typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key) && key !== 'length';

function missing(
  kind: string,
  path: string,
  above: readonly string[],
  key: string,
  parent: unknown,
  otherwise?: string,
) {
  const where = above.length === 0 ? `the ${kind}` : `/${above.join('/')}`;
  const [cause, remedy] = Array.isArray(parent)
    ? [
        `${where} is a list of ${parent.length}, and has no entry "${key}"`,
        'Count from 0; "-" adds at the end.',
      ]
    : typeof parent === 'object' && parent !== null
      ? [
          `${where} has no "${key}"`,
          otherwise !== undefined && nearest(key, Object.keys(parent)) === undefined
            ? otherwise
            : suggest(key, Object.keys(parent)),
        ]
      : [`${where} is a plain value, with nothing below it`, undefined];
  return {
    problem: {
      code: 'patch-without-path',
      cause: `the patch of ${path} does not fit: ${cause}`,
      remedy,
    },
  };
}
