import { formatPath } from '../config/located';
import { valueIn, type ValuePath } from '../config/yaml-edit';
import { UserError } from '../model/errors';
import { suggest } from '../model/nearest';

/** A value of an app, as the command line names it. */
export interface AppPath {
  readonly app: string;
  readonly path: ValuePath;
}

const STEP = /(?:^|(?<=.)\.)([^.[\]"'\\]+)|\["([^"]+)"\]|\['([^']+)'\]/y;
const FORM = `write app.path; a key that holds a dot in brackets and quotes: 'web.podAnnotations["example.com/scrape"]'`;

/**
 * Reads `web.env.LOG_LEVEL`, and `web.files["/etc/app.properties"]` for a key that holds a dot: as messages write it.
 * @throws UserError `set-path`
 */
export function parseAppPath(text: string): AppPath {
  const steps: string[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const found = STEP.exec(text);
    if (!found) throw setPath(`${JSON.stringify(text)} is no path of a value`, FORM);
    steps.push((found[1] ?? found[2] ?? found[3])!);
  }
  const [app, ...path] = steps;
  if (app !== undefined && path.length > 0) return { app, path };
  const byHand = 'write app.path; an app as a whole leaves a stage by hand, as "<app>: null" in its file';
  throw setPath(`${JSON.stringify(text)} names no value of an app`, byHand);
}

/** @throws UserError `set-path` for `web.files.app.properties` where there is a file called app.properties */
export function refuseSplitKey({ app, path }: AppPath, values: unknown): void {
  if (valueIn(values, path) !== undefined) return;
  for (let start = 0; start < path.length; start++)
    for (let end = start + 2; end <= path.length; end++) {
      const joined = [...path.slice(0, start), path.slice(start, end).join('.')];
      if (valueIn(values, joined) === undefined) continue;
      const meant = formatPath([app, ...joined, ...path.slice(end)]);
      throw setPath(`${[app, ...path].join('.')} is not there, and ${meant} is`, `write '${meant}'`);
    }
}

/** An error with what to do about it, where it may be one since a key with a dot was read as two. */
export function withDotRemedy(error: unknown, asked: readonly AppPath[]): unknown {
  const isSplit = asked.some(({ path }) => path.some((key, i) => i > 0 && /^[\w-]+\//.test(key)));
  if (!(error instanceof UserError) || !isSplit) return error;
  const problems = error.problems.map((problem) => ({ ...problem, remedy: problem.remedy ?? FORM }));
  return new UserError(problems, error.exitCode);
}

/** What is told of a value that is to go and is not there. */
export function describeMissing({ app, path }: AppPath, values: unknown): string {
  const parent = valueIn(values, path.slice(0, -1));
  const keys = typeof parent === 'object' && parent !== null ? Object.keys(parent) : [];
  return `${formatPath([app, ...path])} is not there. ${suggest(path.at(-1)!, keys) ?? ''}`.trim();
}

function setPath(cause: string, remedy: string): UserError {
  return new UserError({ code: 'set-path', cause, consequence: 'Nothing was changed.', remedy });
}
