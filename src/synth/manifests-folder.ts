import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseAllDocuments, type Node, type Tags } from 'yaml';
import { UserError, type Location, type Problem } from '../model/errors';
import { nestsTooDeep } from '../manifests/read';
import { isKubeObject, type KubeObject } from '../model/kube';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The objects of a folder of plain manifests that others publish, in the order of the files' paths. Read as Kubernetes
 * does: YAML 1.1 or JSON, several documents a file, a `List` stands for its items. Links are not followed.
 *
 * @param at where the app names the folder, for a folder that is not there
 * @throws UserError with every problem of every file
 */
export function readManifests(root: string, folder: string, at: Location): readonly KubeObject[] {
  const problems: Problem[] = [];
  const files = filesBelow(root, folder.replace(/\/+$/, ''), at, problems);
  const objects = files.flatMap((file) => readFile(root, file, problems));
  if (problems.length > 0) throw new UserError(problems);
  if (objects.length > 0) return objects;
  const remedy = 'Put the manifests there as .yaml files, or correct "path".';
  throw new UserError({ code: 'manifests-empty', cause: `${folder} holds no manifest`, remedy, at });
}

/**
 * Where the manifest stands that an object was made of, by its index among all that came of the folder; undefined for
 * what stands in no manifest.
 */
export function placeAmong(
  manifests: readonly KubeObject[],
  objects: readonly KubeObject[],
  index: number,
): Location | undefined {
  const isAlike = (one: KubeObject) => (other: KubeObject) =>
    one.apiVersion === other.apiVersion &&
    one.kind === other.kind &&
    one.metadata.name === other.metadata.name;
  const isSame = isAlike(objects[index]!);
  // What the folder has twice comes in the same order.
  const found = manifests.filter(isSame)[objects.slice(0, index).filter(isSame).length];
  return found && places.get(found);
}

/** Files that make a folder the source of another tool, and what renders it. */
const SOURCES: readonly (readonly [file: RegExp, what: string, command: string])[] = [
  [/^(kustomization\.ya?ml|Kustomization)$/, 'a Kustomization', 'kubectl kustomize'],
  [/^Chart\.yaml$/, 'a Helm chart', 'helm template --include-crds --skip-tests <name>'],
];

function filesBelow(root: string, folder: string, at: Location, problems: Problem[]): string[] {
  const refuse = (what: string): UserError =>
    new UserError({
      code: 'manifests-folder',
      cause: `${folder} ${what}`,
      remedy: 'Name a folder inside the repository that holds .yaml files.',
      at,
    });
  const parts = folder.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const stat = lstatSync(join(root, ...parts.slice(0, i)), { throwIfNoEntry: false });
    if (!stat) throw refuse('is not there');
    if (stat.isSymbolicLink()) throw refuse('is, or lies behind, a symbolic link');
    if (!stat.isDirectory()) throw refuse('is no folder');
  }
  const walk = (path: string): string[] => {
    const entries = readdirSync(join(root, path), { withFileTypes: true });
    const source = sourceAmong(
      path,
      entries.map(({ name }) => name),
    );
    if (source) {
      problems.push(source);
      return [];
    }
    return entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const child = `${path}/${entry.name}`;
        if (entry.isDirectory()) return walk(child);
        if (!/\.(ya?ml|json)$/.test(entry.name)) return [];
        if (!entry.isFile()) throw refuse(`holds ${entry.name}, which is a link or no plain file`);
        return [child];
      });
  };
  return walk(folder);
}

/** What another tool makes of these files is not in them: without it, patches and generated objects would be lost. */
function sourceAmong(folder: string, names: readonly string[]): Problem | undefined {
  for (const [pattern, what, command] of SOURCES) {
    const name = names.find((one) => pattern.test(one));
    if (name === undefined) continue;
    return {
      code: 'manifests-source',
      cause: `${folder} is ${what}: what it makes of these files is rendered by its own tool`,
      consequence: 'Its patches, generated objects and values would be missing here.',
      remedy: `Keep what it renders, and name the folder of that: ${command} ${folder} > vendor/<app>/all.yaml`,
      at: { file: `${folder}/${name}` },
    };
  }
  return undefined;
}

/** Kubernetes takes `2026-01-01` and `1:30` for texts, and `0o17` for the number of YAML 1.2. */
const customTags = (tags: Tags): Tags => [
  ...tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      !(tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')),
  ),
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?0o[0-7]+$/,
    resolve: (text: string) => Number(text.replace(/^[-+]/, '')) * (text.startsWith('-') ? -1 : 1),
  },
];

function readFile(root: string, file: string, problems: Problem[]): KubeObject[] {
  const bytes = readFileSync(join(root, file));
  if (bytes.length > MAX_BYTES) {
    problems.push({
      code: 'file-too-large',
      cause: `${bytes.length} bytes; at most ${MAX_BYTES} are read`,
      at: { file },
    });
    return [];
  }
  const lines = new LineCounter();
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  if (file.endsWith('.json')) return readJson(text, file, problems);
  if (nestsTooDeep(text)) {
    problems.push({ code: 'nested-too-deep', cause: 'values nest too deep to be read', at: { file } });
    return [];
  }
  const found: KubeObject[] = [];
  try {
    const options = { version: '1.1', customTags, lineCounter: lines, prettyErrors: false } as const;
    for (const doc of parseAllDocuments(text, options)) {
      const at = place(doc.contents?.range?.[0] ?? 0);
      for (const error of [...doc.errors, ...doc.warnings]) {
        problems.push({
          code: 'yaml-syntax',
          cause: `this is not YAML: ${error.message}`,
          at: place(error.pos[0]),
        });
      }
      if (doc.errors.length > 0 || doc.contents === null) continue;
      const placeOf: PlaceOf = (path) => {
        const range = (doc.getIn(path, true) as Node | undefined)?.range;
        return range ? place(range[0]) : at;
      };
      found.push(...objectsOf(doc.toJS({ maxAliasCount: 1000 }), placeOf, problems));
    }
  } catch (error) {
    // Aliases that multiply, or nesting that no manifest has: the parser gives up with an error of its own.
    problems.push({
      code: 'yaml-syntax',
      cause: `cannot be read: ${(error as Error).message}`,
      at: { file },
    });
  }
  return found;
}

/** JSON may be anything, such as a dashboard: what says apiVersion and kind is a manifest. */
function readJson(text: string, file: string, problems: Problem[]): KubeObject[] {
  if (!/"apiVersion"\s*:/.test(text) || !/"kind"\s*:/.test(text)) return [];
  try {
    const value = JSON.parse(text) as unknown;
    const isManifest = record(value) && 'apiVersion' in value && 'kind' in value;
    return isManifest ? objectsOf(value, () => ({ file }), problems) : [];
  } catch (error) {
    problems.push({
      code: 'json-syntax',
      cause: `this is not JSON: ${(error as Error).message}`,
      at: { file },
    });
    return [];
  }
}

/** Where a path of a document stands. */
type PlaceOf = (path: readonly (string | number)[]) => Location;

const places = new WeakMap<KubeObject, Location>();

function objectsOf(
  value: unknown,
  placeOf: PlaceOf,
  problems: Problem[],
  path: readonly (string | number)[] = [],
): KubeObject[] {
  if (value === null) return [];
  if (isKubeObject(value)) {
    places.set(value, placeOf(path));
    return [value];
  }
  if (isList(value))
    return value.items.flatMap((item, i) => objectsOf(item, placeOf, problems, [...path, 'items', i]));
  const isGenerated = record(value) && record(value['metadata']) && 'generateName' in value['metadata'];
  problems.push({
    code: 'manifests-object',
    cause: isGenerated
      ? 'this object has generateName in place of a name'
      : 'this document is no Kubernetes object: apiVersion, kind or metadata.name is missing',
    consequence: isGenerated ? 'Nobody could tell it from another one, nor apply it twice.' : undefined,
    remedy: isGenerated
      ? 'Give it a name; Argo CD deletes a hook of that name before the next sync.'
      : 'Take it out of the folder, or complete it.',
    at: placeOf(path),
  });
  return [];
}

const record = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: unknown): value is { items: unknown[] } =>
  record(value) &&
  typeof value['kind'] === 'string' &&
  value['kind'].endsWith('List') &&
  Array.isArray(value['items']);
