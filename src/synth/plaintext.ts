import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Environment } from '../model/environment';
import type { Location, Problem } from '../model/errors';
import { describeObject } from '../model/kube';
import type { RenderedFile, RenderedStage } from '../model/rendered';
import { Allowances } from '../secrets/allow';
import { scanObject, type ObjectFinding } from '../secrets/objects';

/**
 * Refuses what would put a secret into Git: Secrets with data, of whatever shape and origin, and values that look like
 * credentials. Each is reported where it stands in the input, and never with its value.
 */
export function refusePlaintext(
  root: string,
  environments: readonly Environment[],
  stages: readonly RenderedStage[],
  texts?: ReadonlyMap<string, string>,
): readonly Problem[] {
  const given = (file: string): string | undefined => texts?.get(file.replace(/^environments\//, ''));
  const allowances = new Allowances((file) => given(file) ?? textOf(root, file));
  const problems = stages.flatMap((stage) => {
    const environment = environments.find(({ name }) => name === stage.name);
    const isPinned = environment?.values.base !== undefined;
    const unproven = stage.files.filter(({ proven }) => !proven);
    return unproven.flatMap((file) =>
      file.objects.flatMap((object) =>
        scanObject(object).flatMap((finding): Problem[] => {
          if (isPinned && !finding.structural) return [];
          const at = placeOf(root, finding, file, environment);
          if (!finding.structural && allowances.covers(at)) return [];
          return [problemOf(finding, describeObject(object), at)];
        }),
      ),
    );
  });
  return [...problems, ...allowances.problems(inputFiles(root))];
}

function problemOf({ detection, field, structural }: ObjectFinding, object: string, at: Location): Problem {
  if (structural) {
    return {
      code: 'plain-secret',
      cause: `${object}: ${field} holds the Secret's data in plain (base64 is no encryption)`,
      consequence: 'It would be committed to Git, for everybody who can read the repository, for ever.',
      remedy: 'Declare it under "secrets:" of the app, and let the stage\'s provider bring it.',
      at,
    };
  }
  return {
    code: 'credential',
    cause: `${object}: ${field} looks like a credential: ${detection.why} (${detection.rule})`,
    consequence: 'It would be committed to Git, for everybody who can read the repository, for ever.',
    remedy:
      'Declare it under "secrets:" of the app; if it is none, end its line with "# allowSecret: <why>" ("//" in a class).',
    at,
  };
}

/** Where the value stands in the input; else the entry of the app that renders it. */
function placeOf(
  root: string,
  { detection: { secret } }: ObjectFinding,
  file: RenderedFile,
  environment: Environment | undefined,
): Location {
  const app = environment?.apps.find(({ name }) => file.path === `${environment.name}/${name}.yaml`);
  if (!app) return file.at;
  const path = pathOf(app.values, secret);
  if (path) return app.locate(path);
  if (app.kind === 'manifests') return inFolder(root, app, secret) ?? file.at;
  return (app.kind === 'class' ? inClasses(root, app, secret) : undefined) ?? file.at;
}

/** The path of the first text that holds it. */
function pathOf(
  value: unknown,
  secret: string,
  path: readonly PropertyKey[] = [],
): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return value.includes(secret) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const found = pathOf(child, secret, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}

function inFolder(root: string, app: App, secret: string): Location | undefined {
  const { path: folder } = app.values as unknown as { readonly path: string };
  return inFiles(root, filesBelow(root, folder.replace(/\/+$/, ''), /\.ya?ml$/), secret);
}

/** The literal in the app's own file, else in one beside it: what is put together from parts stands nowhere. */
function inClasses(root: string, app: App, secret: string): Location | undefined {
  const files = filesBelow(root, 'src/apps', /\.[tj]s$/);
  const isOwn = (file: string): boolean => file.replace(/\.[tj]s$/, '') === `src/apps/${app.name}`;
  return inFiles(root, [...files.filter(isOwn), ...files.filter((file) => !isOwn(file))], secret);
}

function filesBelow(root: string, folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

function inFiles(root: string, files: readonly string[], secret: string): Location | undefined {
  const wanted = secret.split('\n')[0]!;
  for (const file of files) {
    const lines = (textOf(root, file) ?? '').split(/\r?\n/);
    const line = lines.findIndex((content) => content.includes(wanted));
    if (line >= 0) return { file, line: line + 1, column: lines[line]!.search(/\S/) + 1 };
  }
  return undefined;
}

function textOf(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

const inputFiles = (root: string): string[] =>
  readdirSync(join(root, 'environments'))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => `environments/${name}`);
