import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type Problem } from '../model/errors';

const SAYS = 'Nothing was changed: the file would be so after this command.';

/**
 * Looks at files as they would be. Of what is wrong with them a line is named only where the file on disk has the same
 * one: anything else would be found in no file.
 *
 * @param texts new texts of files under environments/, by name
 */
export async function ofUnwritten<T>(
  root: string,
  texts: ReadonlyMap<string, string>,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      error.problems.map((problem) => onDisk(problem, root, texts)),
      error.exitCode,
    );
  }
}

/** A problem of files as they would be, at a line only where the file on disk has it. */
export function onDisk(problem: Problem, root: string, texts: ReadonlyMap<string, string>): Problem {
  const { file, line } = problem.at ?? {};
  const text = file?.startsWith('environments/') ? texts.get(file.slice('environments/'.length)) : undefined;
  if (file === undefined || line === undefined || text === undefined) return problem;
  const until = (whole: string): string => whole.split(/\r?\n/, line).join('\n');
  if (until(text) === until(readFileSync(join(root, file), 'utf8'))) return problem;
  const consequence = problem.consequence === undefined ? SAYS : `${problem.consequence} ${SAYS}`;
  return { ...problem, at: { file }, consequence };
}
