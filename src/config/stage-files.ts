import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type Problem } from '../model/errors';
import { dnsLabel } from '../model/values/scalars';
import { suggest } from '../model/nearest';
import type { LocatedMap } from './located';
import { parseYaml } from './parse-yaml';
import { acceptText, readTextFile, unreadable } from './read-file';
import { schemaLineWarning } from './schema-line';

/** The folder, as messages call it. */
export const FOLDER = 'environments';
export const BASE_FILE = `${FOLDER}/base.yaml`;
/** Names that no stage may have: `dist/argocd` holds what Argo CD itself reads. */
const RESERVED = ['argocd', 'base'];

export interface InputFiles {
  /** Absent when it could not be read; then there is a problem. */
  readonly base?: LocatedMap;
  /** The stages whose files could be read, by name. */
  readonly stages: ReadonlyMap<string, LocatedMap>;
  /** Every stage that has a file, readable or not. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** The files under environments/ before they are parsed. */
export interface InputTexts extends Pick<InputFiles, 'names' | 'problems' | 'warnings'> {
  /** Those that could be read, by their names. */
  readonly texts: ReadonlyMap<string, string>;
}

/** How messages call the file of a stage. */
export const fileOf = (stage: string): string => `${FOLDER}/${stage}.yaml`;

/**
 * Reads environments/base.yaml and the file of every stage. Throws nothing that a user can cause.
 * @param given the files of environments/ by name, in place of those on disk
 */
export function readInput(root: string, given?: ReadonlyMap<string, string>): InputTexts {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const texts = new Map<string, string>();
  const read = (name: string): void => {
    const file = `${FOLDER}/${name}`;
    collect(problems, () => {
      const own = given?.get(name);
      if (given && own === undefined) throw unreadable(file, 'ENOENT');
      const text = own === undefined ? readTextFile(join(root, FOLDER, name), file) : acceptText(own, file);
      const warning = schemaLineWarning(text, file);
      if (warning) warnings.push(warning);
      texts.set(name, text);
    });
  };
  const files = given ? [...given.keys()].sort() : (collect(problems, () => listInput(root)) ?? []);
  const names: string[] = [];
  for (const file of files) {
    const problem = misnamed(file);
    if (problem) problems.push(problem);
    else if (file !== 'base.yaml') names.push(file.replace(/\.yaml$/, ''));
  }
  if (!problems.some(({ code }) => code === 'no-environments')) read('base.yaml');
  for (const name of names) read(`${name}.yaml`);
  if (files.length > 0 && names.length === 0) {
    problems.push({
      code: 'no-stage',
      cause: `there is no stage under ${FOLDER}/`,
      remedy: `A stage is a file such as ${FOLDER}/dev.yaml; {} is enough where base.yaml says the rest.`,
      at: { file: FOLDER },
    });
  }
  return { texts, names, problems, warnings };
}

/** Parses what was read. */
export function parseInput({ texts, names, warnings, ...read }: InputTexts): InputFiles {
  const problems = [...read.problems];
  const parse = (name: string): LocatedMap | undefined => {
    const text = texts.get(name);
    const parsed = text === undefined ? undefined : parseYaml(text, `${FOLDER}/${name}`);
    for (const problem of parsed?.problems ?? []) problems.push(problem);
    return parsed?.value;
  };
  const base = parse('base.yaml');
  const stages = new Map<string, LocatedMap>();
  for (const name of names) {
    const stage = parse(`${name}.yaml`);
    if (stage) stages.set(name, stage);
  }
  return { base, stages, names, problems, warnings };
}

/** Runs a step, and keeps what it complains about. */
export function collect<T>(problems: Problem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const problem of error.problems) problems.push(problem);
    return undefined;
  }
}

/**
 * The names of the files under environments/, sorted.
 * @throws UserError `no-environments`
 */
export function listInput(root: string): string[] {
  const path = join(root, FOLDER);
  const at = { file: FOLDER };
  try {
    if (lstatSync(path).isDirectory()) {
      return readdirSync(path)
        .filter((name) => !name.startsWith('.') && /\.ya?ml$/i.test(name))
        .sort();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const cause = code === 'ENOENT' ? `there is no folder ${FOLDER}/` : `${FOLDER}/ cannot be read (${code})`;
    const remedy =
      'Run the command in the root of the repository. A new one begins with environments/base.yaml and a file for each stage: docs/environments.md of stageline shows them.';
    throw new UserError({ code: 'no-environments', cause, remedy, at });
  }
  const cause = `${FOLDER} is a symbolic link or a file`;
  throw new UserError({
    code: 'no-environments',
    cause,
    remedy: 'It must be a folder; links are not followed.',
    at,
  });
}

function misnamed(file: string): Problem | undefined {
  const at = { file: `${FOLDER}/${file}` };
  const name = file.replace(/\.ya?ml$/i, '');
  if (!file.endsWith('.yaml')) {
    const remedy = `Rename it to ${FOLDER}/${name}.yaml.`;
    return {
      code: 'wrong-extension',
      cause: `${at.file} does not end in .yaml`,
      consequence: 'It would be read by nobody.',
      remedy,
      at,
    };
  }
  if (RESERVED.includes(name) && file !== 'base.yaml') {
    const cause = `no stage may be called "${name}": dist/${name} is taken`;
    return { code: 'reserved-name', cause, remedy: 'Rename the file.', at };
  }
  const checked = dnsLabel.safeParse(name);
  if (checked.success) return undefined;
  return {
    code: 'invalid-name',
    cause: `a stage is called as its file, and ${JSON.stringify(name)} ${checked.error.issues[0]!.message}`,
    remedy: suggest(name, []) ?? 'Rename the file.',
    at,
  };
}
