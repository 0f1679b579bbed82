import { UserError, type Location, type Problem } from '../model/errors';
import type { LoadedApp } from './load-apps';

/**
 * What a class threw that is no UserError.
 *
 * @param what what cannot be done with it
 */
export function appThrew(app: LoadedApp, what: string, error: unknown): Problem {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'app-threw',
    cause: `the app "${app.name}" ${what}: ${message}`,
    remedy: 'Mend the class; for a value it cannot take, throw a UserError that says what to do.',
    at: placeIn(app, error),
  };
}

/** The line of the class that an error came through. */
export function placeIn({ file }: LoadedApp, error: unknown): Location {
  const [, line, column] = new RegExp(`${file}:(\\d+):(\\d+)`).exec((error as Error)?.stack ?? '') ?? [];
  return { file, ...(line !== undefined && { line: Number(line), column: Number(column) }) };
}

/** An error that came through the schema of a class, as a problem of that class; any other as it is. */
export function ofClass(apps: readonly LoadedApp[], error: unknown): unknown {
  if (error instanceof UserError) return error;
  const app = apps.find((each) => placeIn(each, error).line !== undefined);
  return app ? new UserError(appThrew(app, 'cannot tell what its values are', error)) : error;
}
