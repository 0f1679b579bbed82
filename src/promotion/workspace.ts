import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '../config/parse-yaml';
import { readTextFile } from '../config/read-file';
import { listInput } from '../config/stage-files';
import { parseValues, valueIn } from '../config/yaml-edit';
import { CODEOWNERS, SETTINGS } from '../delivery/approvals';
import { repairCheckout } from '../git/checkout';
import { ownerLives, readJournal } from '../git/journal';
import type { PushOptions } from '../git/push';
import { readObjects, requireCommit } from '../git/read';
import { openRepository, requireGit, type Repo } from '../git/repository';
import { requireCheckout, type Checkout } from '../git/state';
import { UserError, type Problem } from '../model/errors';
import { setWithin } from '../model/maps';
import { suggest } from '../model/nearest';
import type { StageSource } from './values';

/** What promotion knows of the world; all of it is handed in. */
export interface World {
  /** The repository's root: where environments/ is. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** From 0 to 1, for pauses. @default Math.random */
  readonly random?: () => number;
  /** Waits so many milliseconds. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Progress and warnings, for a person. */
  readonly tell?: (text: string) => void;
}

/** How to wait before a push is tried again. */
export const pausesOf = ({ random = Math.random, sleep = pause }: World): PushOptions => ({ random, sleep });

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What every rendering may read: a file there that git does not know is as bad as a change. */
const INPUTS = [
  ...['environments', 'src', 'dist', 'package.json', 'package-lock.json'],
  ...Object.values(CODEOWNERS).flat(),
  ...Object.values(SETTINGS).map((folder) => folder.replace(/\/$/, '')),
];

/**
 * The Git repository, with a checkout that has followed whatever a killed command began.
 * @throws UserError `no-repository`, `not-at-root`, `git-too-old`, `checkout-busy`
 */
export async function openRepo(world: World): Promise<Repo> {
  const repo = await openRepository(world.root, world.env);
  if (!repo)
    throw new UserError({
      code: 'no-repository',
      cause: 'this is no Git repository',
      consequence: 'Promotion is a commit, so there is nothing to promote in.',
      remedy: 'run it in a clone',
    });
  await requireGit(repo);
  if (!repo.bare && realpathSync(repo.root) !== realpathSync(world.root))
    throw new UserError({
      code: 'not-at-root',
      cause: 'environments/ is not at the top of the Git repository',
      remedy: 'keep the generated repository in a Git repository of its own',
    });
  const left = await repairCheckout(repo);
  if (left !== undefined) world.tell?.('finished what an interrupted command had begun');
  for (const path of left ?? []) world.tell?.(`${path} was changed by somebody and left as it is`);
  return repo;
}

/**
 * Brings the checkout up to date where a command was killed before it had: what is read there would be old. One that is
 * still at work is left alone.
 */
export async function finishInterrupted(world: World): Promise<void> {
  const repo = await openRepository(world.root, world.env);
  const journal = repo && readJournal(repo);
  if (journal && !ownerLives(journal)) await openRepo(world);
}

/** The checkout as promotion sees it: clean, so that files and HEAD say the same. */
export interface Workspace {
  readonly world: World;
  readonly repo: Repo;
  readonly checkout: Checkout;
}

/** What a command is going to do with the checkout. */
export interface WorkspaceUse {
  /** Only tell. @default false */
  readonly dryRun?: boolean;
  /** Put the commit on a new branch of that name, and leave the checkout alone. */
  readonly branch?: string;
}

/**
 * The checkout to commit on. A dry run commits nothing: it is told of the files as they are, and of what would refuse it.
 * @throws UserError with everything that keeps a commit from being made here, exit code 3
 */
export async function openWorkspace(world: World, { dryRun, branch }: WorkspaceUse = {}): Promise<Workspace> {
  const repo = await openRepo(world);
  const checkout = await requireCheckout(repo, {
    now: world.now().getTime(),
    inputs: INPUTS,
    detached: branch !== undefined,
    report: refusalsToldBy(world, dryRun),
  });
  return { world, repo, checkout };
}

/** Where no commit is asked for, who tells what would keep one from being made. */
export const refusalsToldBy = (world: World, dryRun = false): ((problem: Problem) => void) | undefined =>
  dryRun ? ({ cause }) => world.tell?.(`without --dry-run this is refused: ${cause}`) : undefined;

/** Texts that were found to be YAML: one command asks for the same few many times. */
const sound = new Map<string, true>();
const FEW = 16;

/** What base.yaml says in the checkout. */
export const baseToday = (root: string): unknown => readInput(root, 'base').values;

/**
 * A file under environments/ as it is, and what it says.
 * @throws UserError for what is no YAML: nothing can be told from it, and nothing be edited
 */
export function readInput(root: string, name: string): Pick<StageSource, 'file' | 'text' | 'values'> {
  const file = `environments/${name}.yaml`;
  // Line ends and byte order mark stay as they are in what is edited.
  const text = readFileSync(join(root, file), 'utf8');
  if (!sound.has(text)) {
    const { problems } = parseYaml(readTextFile(join(root, file), file), file);
    if (problems.length > 0) throw new UserError(problems);
    setWithin(sound, FEW, text, true);
  }
  return { file, text, values: parseValues(text) };
}

/**
 * The names of all stages.
 * @throws UserError `no-environments`
 */
export function stageNames(root: string): string[] {
  return listInput(root)
    .filter((file) => file.endsWith('.yaml') && file !== 'base.yaml')
    .map((file) => file.replace(/\.yaml$/, ''));
}

/** @throws UserError `unknown-stage` */
export function requireStage(root: string, name: string): void {
  const names = stageNames(root);
  if (names.includes(name)) return;
  throw new UserError({
    code: 'unknown-stage',
    cause: `there is no stage ${JSON.stringify(name)}`,
    remedy: suggest(name, names, `stages are: ${names.join(', ')}`),
  });
}

/**
 * A stage's own file, and the base.yaml that it renders with.
 * @throws UserError `unknown-stage`, and `revision-missing` when its base is not in the clone
 */
export async function readStage(root: string, repo: Repo | undefined, name: string): Promise<StageSource> {
  requireStage(root, name);
  const { file, text, values } = readInput(root, name);
  const base = valueIn(values, ['base']);
  const pinned = typeof base === 'string' ? base : undefined;
  const baseValues = pinned === undefined || !repo ? baseToday(root) : await baseValuesAt(repo, pinned);
  return { name, file, text, values, base: pinned, baseValues };
}

/** base.yaml of a revision, as plain data. */
export async function baseValuesAt(repo: Repo, revision: string): Promise<unknown> {
  const commit = await requireCommit(repo, revision);
  const [text] = await readObjects(repo, [`${commit}:environments/base.yaml`]);
  return parseValues(text?.toString('utf8') ?? '{}');
}
