import { stageSchema, type AppClass, type Environment, type Repository } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import { appsOf } from './app-entries';
import { readBase } from './base';
import { blameBase, type StageProblem } from './blame';
import { limitPerFile } from './limit';
import { lineOf, sortByLine } from './line';
import { locate } from './located';
import { recall } from './memory/recall';
import type { Memory, Texts } from './memory/records';
import { remember } from './memory/remember';
import { layersOf, resolveStage } from './resolve-stage';
import { checkRepository, checkStages, type Facts } from './rules';
import { parseInput, readInput, type InputTexts } from './stage-files';
import { mentionsIn, undeclaredCalls } from './undeclared-calls';
import { unreadFiles } from './unread-files';

export interface LoadOptions {
  /** The repository's root: the folder that holds environments/. */
  readonly root: string;
  /** The apps that are classes in src/apps/. */
  readonly classes: readonly AppClass[];
  /** The files of environments/ by name, in place of those on disk. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Take pinned stages as if they followed the working tree. @default false */
  readonly unpinned?: boolean;
  /** What is known of earlier runs. Classes may read what they like: what their schemas say is asked anew. */
  readonly memory?: Memory;
  /** Is told of each stage that is right by itself, before all are held against each other. */
  readonly resolved?: (environment: Environment) => void;
}

/**
 * Reads environments/: base.yaml and one file a stage.
 *
 * @throws UserError with every problem of every file
 */
export function loadRepository(options: LoadOptions): Repository {
  const { root, classes, texts: given, unpinned, memory } = options;
  const read = readInput(root, given);
  const texts = textsOf(read, unpinned);
  const known = memory && texts && recall(memory, texts, classes);
  const unread = (environments: readonly Environment[]): readonly Problem[] =>
    given ? [] : unreadFiles(root, environments);
  if (known)
    return { ...known, warnings: [...read.warnings, ...unread(known.environments), ...known.warnings] };
  const input = parseInput(read);
  const base = input.base && readBase(input.base, classes);
  const line = lineOf(input.stages, input.names);
  const [schema, pinned] = [stageSchema(classes), stageSchema([])];
  const found: StageProblem[] = [];
  const resolved: Environment[] = [];
  for (const [name, file] of base ? input.stages : []) {
    const layers = layersOf(base!.shared, file, unpinned);
    const stage = layers.isPinned
      ? resolveStage(name, layers.file, { ...base!, shared: layers.shared }, [], pinned)
      : resolveStage(name, file, base!, classes, schema);
    for (const problem of stage.problems) found.push({ stage: name, problem });
    if (!stage.environment) continue;
    resolved.push(stage.environment);
    if (stage.problems.length === 0) options.resolved?.(stage.environment);
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
  const empty = (base?.problems ?? []).filter(({ code }) => code === 'empty-value');
  const first = [...input.problems, ...withoutEchoes(empty, input.problems)];
  const problems = [...first, ...withoutEchoes(further, first)];
  if (problems.length > 0 || !facts) throw new UserError(limitPerFile(problems));
  const undeclared = undeclaredCalls(environments, ({ values }, found) => {
    for (const [app, own] of Object.entries(values.apps)) {
      const mentions = mentionsIn(own);
      if (mentions) found.set(app, mentions);
    }
  });
  const warnings = [...read.warnings, ...unread(environments), ...undeclared];
  const repository = { values: facts.values, environments, warnings, locate: facts.locate };
  if (!memory) return repository;
  return remember(memory, repository, {
    texts: texts!,
    base: base!.file,
    shared: base!.shared,
    stages: input.stages,
    classes,
  });
}

function textsOf({ texts, names, problems }: InputTexts, unpinned = false): Texts | undefined {
  const base = texts.get('base.yaml');
  if (problems.length > 0 || base === undefined) return undefined;
  return { base, stages: new Map(names.map((name) => [name, texts.get(`${name}.yaml`)!])), unpinned };
}

/** Leaves out what follows from a value that could not be read in the first place. */
function withoutEchoes(further: readonly Problem[], first: readonly Problem[]): readonly Problem[] {
  const place = ({ at }: Problem): string => `${at?.file}:${at?.line}:${at?.column}`;
  const known = new Set(first.map(place));
  return further.filter((problem) => !known.has(place(problem)));
}
