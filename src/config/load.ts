import { stageSchema, type AppClass, type Environment, type Repository } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import { NEVER_PINNED } from '../model/promotion';
import { appsOf } from './app-entries';
import { readBase } from './base';
import { blameBase, type StageProblem } from './blame';
import { limitPerFile } from './limit';
import { lineOf, sortByLine } from './line';
import { locate, valueAt, type LocatedMap } from './located';
import { resolveStage } from './resolve-stage';
import { checkRepository, checkStages, type Facts } from './rules';
import { readInputFiles } from './stage-files';

export interface LoadOptions {
  /** The repository's root: the folder that holds environments/. */
  readonly root: string;
  /** The apps that are classes in src/apps/. */
  readonly classes: readonly AppClass[];
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Take pinned stages as if they followed the working tree. @default false */
  readonly unpinned?: boolean;
}

/**
 * Reads environments/: base.yaml and one file a stage.
 *
 * @throws UserError with every problem of every file
 */
export function loadRepository({ root, classes, texts, unpinned }: LoadOptions): Repository {
  const input = readInputFiles(root, texts);
  const base = input.base && readBase(input.base, classes);
  const line = lineOf(input.stages, input.names);
  const [schema, pinned] = [stageSchema(classes), stageSchema([])];
  const found: StageProblem[] = [];
  const resolved: Environment[] = [];
  for (const [name, file] of base ? input.stages : []) {
    const stage =
      valueAt(file, ['base']) && unpinned !== true
        ? resolveStage(name, unpinnedPart(file), { ...base!, shared: unpinnedPart(base!.shared) }, [], pinned)
        : resolveStage(name, file, base!, classes, schema);
    for (const problem of stage.problems) found.push({ stage: name, problem });
    if (stage.environment) resolved.push(stage.environment);
  }
  const environments = sortByLine(resolved, line);
  const facts: Facts | undefined = base?.values && {
    values: base.values,
    locate: (path) => locate(base.file, path),
    environments,
    apps: new Set([base.shared, ...input.stages.values()].flatMap(appsOf)),
  };
  const further = [
    base?.problems ?? [],
    line.problems,
    blameBase([...found, ...(facts ? checkStages(facts) : [])], base?.problems ?? [], input.stages.size),
    facts ? checkRepository(facts) : [],
  ].flat();
  const problems = [...input.problems, ...withoutEchoes(further, input.problems)];
  if (problems.length > 0 || !facts) throw new UserError(limitPerFile(problems));
  return { values: facts.values, environments, warnings: input.warnings, locate: facts.locate };
}

/** Leaves out what follows from a value that could not be read in the first place. */
function withoutEchoes(further: readonly Problem[], first: readonly Problem[]): readonly Problem[] {
  const place = ({ at }: Problem): string => `${at?.file}:${at?.line}:${at?.column}`;
  const known = new Set(first.map(place));
  return further.filter((problem) => !known.has(place(problem)));
}

/**
 * What the working tree says of a pinned stage. All else stands in its base, and is checked against the schema there
 * when the stage is rendered; its apps are those that it has in dist/.
 */
function unpinnedPart(file: LocatedMap): LocatedMap {
  const kept: readonly string[] = [...NEVER_PINNED, 'cluster', 'namespace', 'podSecurity', 'existing'];
  return { ...file, entries: new Map([...file.entries].filter(([key]) => kept.includes(key))) };
}
