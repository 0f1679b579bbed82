import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const packageEntry = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), packageEntry) });
type Packages = z.output<typeof lockFile>['packages'];

/** What the Pulumi program alone needs renders nothing. */
const NOT_RENDERING = /^@pulumi\//;

/**
 * Whether two package-lock.json files install the same packages for rendering: everything that a dependency needs,
 * development and Pulumi apart. False where one of them cannot be read.
 */
export function sameDependencies(one: string | undefined, other: string | undefined): boolean {
  const [a, b] = [renderingPackages(one), renderingPackages(other)];
  return a !== undefined && b !== undefined && isDeepStrictEqual(a, b);
}

/** Version and hash of every package that rendering may load, by its place in node_modules. */
function renderingPackages(text: string | undefined): Record<string, string> | undefined {
  const packages = parse(text);
  if (packages === undefined) return undefined;
  const found: Record<string, string> = {};
  const queue: string[] = [''];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const entry = packages[at];
    const names = Object.keys({
      ...entry?.dependencies,
      ...entry?.optionalDependencies,
      ...(at === '' ? {} : entry?.peerDependencies),
    });
    for (const name of names.filter((candidate) => at !== '' || !NOT_RENDERING.test(candidate))) {
      const place = placeOf(packages, at, name);
      if (place === undefined || place in found) continue;
      const { version = '', integrity = '' } = packages[place]!;
      found[place] = `${version} ${integrity}`;
      queue.push(place);
    }
  }
  return found;
}

/** Where Node finds a package from another: in its own node_modules, or in one above. */
function placeOf(packages: Packages, from: string, name: string): string | undefined {
  for (let at: string | undefined = from; at !== undefined; at = parentOf(at)) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in packages) return place;
  }
  return undefined;
}

function parentOf(place: string): string | undefined {
  if (place === '') return undefined;
  const cut = place.lastIndexOf('/node_modules/');
  return cut < 0 ? '' : place.slice(0, cut);
}

function parse(text: string | undefined): Packages | undefined {
  try {
    return lockFile.parse(JSON.parse(text ?? '')).packages;
  } catch {
    return undefined;
  }
}
