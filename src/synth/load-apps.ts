import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConstructor } from '../constructs';
import type { z } from 'zod';
import { APP_VALUES, OWN_KIND, RESERVED_APPS } from '../config';
import type { AppClass } from '../model/environment';
import { UserError, type Problem } from '../model/errors';

/** An app from src/apps/: what config needs to read its values, and what constructs need to build it. */
export interface LoadedApp extends AppClass {
  readonly construct: AppConstructor;
  readonly file: string;
}

/** A class that builds an app, and the schema of its values. */
type AppWithValues = AppConstructor & { readonly values: z.ZodType };

const FOLDER = 'src/apps';

/**
 * Loads the classes under src/apps/. The file's name is the app's name; each file exports one class that extends
 * BaseApp and has its schema as `static readonly values`.
 *
 * @throws UserError naming every file that does not load or does not export such a class.
 */
export function loadApps(root: string): readonly LoadedApp[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  if (!statSync(folder).isDirectory()) {
    const cause = `${FOLDER} is no folder`;
    throw new UserError({
      code: 'app-file-name',
      cause,
      remedy: 'put each class into a file below it',
    });
  }
  const files = readdirSync(folder)
    .filter((file) => CODE.test(file) && !/\.(d|test)\.[cm]?ts$/.test(file))
    .sort();
  const problems: Problem[] = [];
  const apps = files.flatMap((file): LoadedApp[] => {
    const name = nameOf(file);
    const at = { file: `${FOLDER}/${file}` };
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      const cause = `"${name}" is the name of an app, and no DNS label`;
      problems.push({ code: 'app-file-name', at, cause, remedy: 'rename the file, e.g. to my-app.ts' });
      return [];
    }
    if (RESERVED_APPS.includes(name)) {
      const cause = `no app may be called "${name}"`;
      problems.push({ code: 'reserved-name', at, cause, remedy: 'Rename the file.' });
      return [];
    }
    if (!/\.[tj]s$/.test(file)) {
      const cause = `${file} ends neither in .ts nor in .js`;
      problems.push({ code: 'app-file-name', at, cause, remedy: `Rename it to ${name}.ts.` });
      return [];
    }
    const twin = files.find((other) => other < file && nameOf(other) === name);
    if (twin !== undefined) {
      const cause = `"${name}" is the app of ${FOLDER}/${twin}, too`;
      problems.push({
        code: 'app-file-name',
        at,
        cause,
        remedy: 'delete one of the two, or call it otherwise',
      });
      return [];
    }
    let classes: AppWithValues[];
    try {
      classes = appClasses(load(join(folder, file)));
    } catch (error) {
      if (error instanceof UserError) problems.push(...error.problems);
      else problems.push(doesNotLoad(root, at.file, error));
      return [];
    }
    if (classes.length !== 1) {
      problems.push({
        code: 'app-class',
        at,
        cause: `exports ${classes.length} apps instead of one`,
        remedy: 'export one class that extends BaseApp and has "static readonly values = appValues({ … })"',
      });
      return [];
    }
    const { values } = classes[0]!;
    const unfit = unfitSchema(values);
    if (unfit) {
      const cause = `the values of the class "${name}" ${unfit.says}`;
      problems.push({ code: 'class-values', at, cause, remedy: unfit.remedy });
    }
    return [{ name, values, construct: classes[0]!, file: at.file }];
  });
  if (problems.length > 0) throw new UserError(problems);
  return apps;
}

const CODE = /\.([cm]?[tj]s|[tj]sx)$/;
const nameOf = (file: string): string => file.replace(CODE, '');

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the user's own modules are found at run time
  return require(path);
}

function appClasses(module: unknown): AppWithValues[] {
  const exported = typeof module === 'object' && module !== null ? Object.values(module) : [];
  const isApp = (value: unknown): value is AppWithValues =>
    typeof value === 'function' &&
    typeof (value as { values?: { safeParse?: unknown } }).values?.safeParse === 'function';
  return [...new Set(exported.filter(isApp))];
}

/** What no app can have; another package, or an earlier zod, has schemas that nobody here can read. */
function unfitSchema(schema: z.ZodType): { readonly says: string; readonly remedy: string } | undefined {
  if ((schema as Partial<z.ZodType>)._zod === undefined)
    return { says: 'are no schema of the zod that stageline exports', remedy: APP_VALUES };
  return 'kind' in keysOf(schema) ? { says: OWN_KIND, remedy: 'Call it otherwise.' } : undefined;
}

/** The keys that a schema takes, as far as it tells: of one that makes something else of them, those that go in. */
function keysOf(schema: z.core.$ZodType): object {
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    readonly shape?: object;
    readonly in?: z.core.$ZodType;
    readonly out?: z.core.$ZodType;
    readonly innerType?: z.core.$ZodType;
  };
  const { shape, in: input, out, innerType } = def;
  const inner = (input?._zod.def.type === 'transform' ? out : input) ?? innerType;
  return shape ?? (inner ? keysOf(inner) : {});
}

/** What the loader says, with the place it found, and without the folder that this machine keeps the repository in. */
function doesNotLoad(root: string, file: string, error: unknown): Problem {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(`${root}/`, '');
  const [, where = file, line, column, says] =
    /^(\S+\.[tj]s):(\d+):(\d+): (?:ERROR: )?(.*)$/m.exec(message) ?? [];
  const position = line === undefined ? {} : { line: Number(line), column: Number(column) };
  return {
    code: 'app-load',
    cause: `does not load: ${says ?? message.split('\n')[0]}`,
    consequence: 'Nothing was rendered.',
    remedy: 'Mend it: "npx tsc --noEmit" tells what is wrong with types.',
    at: { file: where, ...position },
  };
}
