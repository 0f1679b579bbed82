import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Environment } from '../model/environment';
import type { Location } from '../model/errors';
import { placeIn, type RenderedFile } from '../model/rendered';

const CLASSES = /\.[tj]s$/;
const MANIFESTS = /\.(ya?ml|json)$/;

/** Where in the input a text stands that was found in what is rendered. */
export class SecretPlaces {
  /** @param texts the files of environments/ by name, in place of those on disk */
  constructor(
    private readonly root: string,
    private readonly environments: readonly Environment[],
    private readonly texts?: ReadonlyMap<string, string>,
  ) {}

  /** The text of a file of the input; undefined where there is none. */
  textOf(file: string): string | undefined {
    const given = this.texts?.get(file.replace(/^environments\//, ''));
    if (given !== undefined) return given;
    try {
      return readFileSync(join(this.root, file), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Where it stands; else where the object does that has it, or the entry of what renders it. */
  of(secret: string, file: RenderedFile, index: number, environment: Environment | undefined): Location {
    const app = environment?.apps.find(({ name }) => file.path === `${environment.name}/${name}.yaml`);
    return (
      (app && inValues(app, secret)) ??
      (app?.kind === 'manifests' ? this.inFiles(this.manifestsOf(app), secret) : undefined) ??
      (app?.kind === 'class' ? this.inClasses(app, secret) : undefined) ??
      (app && app.kind !== 'pinned' ? undefined : this.inStage(secret, environment, app)) ??
      placeIn(file, index)
    );
  }

  /** Every file that a comment may accept a false alarm in, as far as what it is for is rendered from it now. */
  inputFiles(): readonly string[] {
    const following = this.environments.filter(({ values }) => values.base === undefined);
    const own = this.environments.map(({ name }) => `environments/${name}.yaml`);
    if (following.length === 0) return own;
    const folders = following.flatMap(({ apps }) =>
      apps.filter(({ kind }) => kind === 'manifests').flatMap((app) => this.manifestsOf(app)),
    );
    return [...new Set([...own, ...this.sharedFiles(), ...folders])];
  }

  /** What belongs to no app, and what a pinned stage says, whose apps are known by what they rendered alone. */
  private inStage(secret: string, environment?: Environment, app?: App): Location | undefined {
    if (environment) {
      const { values } = environment;
      const own = app && pathOf(values.apps[app.name], secret, ['apps', app.name]);
      const path = own ?? pathOf(values, secret);
      if (path) return environment.locate(path);
    }
    return this.inFiles(this.sharedFiles(), secret);
  }

  private sharedFiles(): readonly string[] {
    return [...this.filesBelow('environments', /\.yaml$/), ...this.classFiles()];
  }

  private classFiles(): readonly string[] {
    return this.filesBelow('src/apps', CLASSES);
  }

  private manifestsOf(app: App): readonly string[] {
    const { path } = app.values as unknown as { readonly path: string };
    return this.filesBelow(path.replace(/\/+$/, ''), MANIFESTS);
  }

  /** The literal in the app's own file, else in one beside it: what is put together from parts stands nowhere. */
  private inClasses(app: App, secret: string): Location | undefined {
    const files = this.classFiles();
    const isOwn = (file: string): boolean => file.replace(CLASSES, '') === `src/apps/${app.name}`;
    return this.inFiles([...files.filter(isOwn), ...files.filter((file) => !isOwn(file))], secret);
  }

  private inFiles(files: readonly string[], secret: string): Location | undefined {
    const wanted = secret.split('\n')[0]!;
    for (const file of files) {
      const lines = (this.textOf(file) ?? '').split(/\r?\n/);
      const line = lines.findIndex((content) => content.includes(wanted));
      if (line >= 0) return { file, line: line + 1, column: lines[line]!.search(/\S/) + 1 };
    }
    return undefined;
  }

  private filesBelow(folder: string, pattern: RegExp): readonly string[] {
    try {
      return readdirSync(join(this.root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => pattern.test(name))
        .sort()
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
    } catch {
      return [];
    }
  }
}

function inValues({ locate, values }: App, secret: string): Location | undefined {
  const path = pathOf(values, secret);
  return path && locate(path);
}

/** The path of the first text, or key, that holds it. */
function pathOf(
  value: unknown,
  secret: string,
  path: readonly PropertyKey[] = [],
): readonly PropertyKey[] | undefined {
  if (typeof value === 'string' || typeof value === 'number')
    return String(value).includes(secret) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const to = [...path, Array.isArray(value) ? Number(key) : key];
    const found = key.includes(secret) ? to : pathOf(child, secret, to);
    if (found) return found;
  }
  return undefined;
}
