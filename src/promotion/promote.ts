import type { z } from 'zod';
import { formatPath } from '../config/located';
import { parseValues, valueIn } from '../config/yaml-edit';
import { show } from '../manifests/summary';
import { UserError, type Problem } from '../model/errors';
import { yamlApp } from '../model/values/workloads';
import { loadApps } from '../synth/load-apps';
import { baseOf, requireOnDefault, sameBase } from './base-revision';
import { requireSealed } from './ciphertext';
import { askGates } from './gates';
import { carryOut, type OperationOptions } from './operation';
import type { Outcome, Proposal } from './proposal';
import { planPromotion, type PlannedChange, type PromotionPlan } from './plan';
import { CLASSES, type ChangeClass } from './promotable';
import { refuseUnknownApps } from './refusals';
import { appsOf, sourceOf, type StageSource } from './values';
import { baseToday, baseValuesAt, readStage, refusalsToldBy, type Workspace, type World } from './workspace';
import { counted } from '../model/counted';

export interface PromoteOptions extends OperationOptions {
  readonly to: string;
  /** @default the stage before it in the line */
  readonly from?: string;
  /** Only these apps: image and config, no base. @default all, and the base */
  readonly apps?: readonly string[];
  readonly only?: ChangeClass;
  /** Why closed gates are passed; recorded in the commit. */
  readonly skip?: string;
}

/**
 * Moves images, values and the base from one stage to the next, as one commit.
 * @throws UserError with exit code 3 for closed gates, a held stage, and everything that keeps a commit from being made
 */
export function promote(world: World, options: PromoteOptions): Promise<Outcome> {
  return carryOut(world, (workspace) => propose(workspace, options), options);
}

async function propose(workspace: Workspace, options: PromoteOptions): Promise<Proposal | undefined> {
  const { world, repo, checkout } = workspace;
  const to = await readStage(world.root, repo, options.to);
  const from = await readStage(world.root, repo, sourceName(options, to));
  const report = refusalsToldBy(world, options.dryRun);
  const plan = await planBetween(workspace, from, to, { ...options, report });
  requireApps(to, plan, options.apps ?? []);
  if (plan.edits.length === 0) return undefined;
  const after = { ...to, text: plan.text, values: parseValues(plan.text), baseValues: plan.baseValues };
  const sealed = requireSealed(from, after, plan.changes);
  const gates = await askGates(workspace, {
    from,
    to,
    skip: options.skip,
    push: options.push,
    direct: options.push === true && options.branch === undefined,
  });
  const base = valueIn(after.values, ['base']);
  return {
    stage: to.name,
    texts: new Map([[`${to.name}.yaml`, plan.text]]),
    subject: `promote(${to.name}): ${headline(plan.changes)} from ${from.name}`,
    lines: [
      ...plan.changes.map(describeChange),
      ...plan.missing.map((app) => `${app}: comes with the base, and not before`),
      ...sealed,
      ...gates.notes,
    ],
    trailers: [
      ['Promoted-From', from.name],
      ['Source-Commit', checkout.head],
      ...(typeof base === 'string' ? ([['Base', base]] as const) : []),
      ...gates.trailers,
    ],
    fields: plan.changes.map((c) => [fieldOf(c), c.before, c.after]),
    closed: gates.closed,
  };
}

/** An app that was asked for and is not there yet comes with the base, and with nothing else. */
function requireApps(to: StageSource, { missing }: PromotionPlan, asked: readonly string[]): void {
  const absent = missing.filter((app) => asked.includes(app));
  if (absent.length === 0) return;
  const at = to.base === undefined ? '' : ` at its base ${to.base.slice(0, 12)}`;
  throw new UserError(
    absent.map((app) => ({
      code: 'unknown-app',
      cause: `stage ${to.name} has no app ${JSON.stringify(app)}${at}`,
      consequence: 'Nothing was changed.',
      remedy: `it comes with the base: stageline promote --to ${to.name} --only base`,
    })),
  );
}

function sourceName(options: PromoteOptions, to: StageSource): string {
  const before = sourceOf(to.values);
  const from = options.from ?? before;
  if (from === to.name)
    throw new UserError({
      code: 'same-stage',
      cause: `${to.name} cannot be promoted from itself`,
      remedy: 'name another stage with --from',
    });
  if (from === undefined)
    throw new UserError({
      code: 'first-stage',
      cause: `${to.name} is a first stage: nothing lies before it`,
      remedy: 'name another stage with --from, or use "stageline set-image"',
    });
  return from;
}

/** The plan from one stage to another, as the command line asks for it. */
export async function planBetween(
  { world, repo, checkout }: Pick<Workspace, 'world' | 'repo' | 'checkout'>,
  from: StageSource,
  to: StageSource,
  options: Pick<PromoteOptions, 'apps' | 'only'> & Reporting,
): Promise<PromotionPlan> {
  const classes = options.only === undefined ? CLASSES : [options.only];
  const apps = options.apps && options.apps.length > 0 ? options.apps : undefined;
  refuseUnknownApps(from.name, apps ?? [], Object.keys(appsOf(from)));
  const schemas = new Map(loadApps(world.root).map((app): [string, z.ZodType] => [app.name, app.values]));
  // A stage that follows the working tree is pinned only when that is asked for.
  const wantsBase =
    apps === undefined && (options.only === 'base' || (to.base !== undefined && !options.only));
  return planPromotion({
    from,
    to,
    apps,
    classes,
    schemaOf: (app) => schemas.get(app) ?? yamlApp,
    newBase: wantsBase ? await newBase({ world, repo, checkout }, from, to, options) : undefined,
  });
}

interface Reporting {
  /** Is told of a base that no stage may be pinned to. @default that is an error */
  readonly report?: (problem: Problem) => void;
}

async function newBase(
  { world, repo, checkout }: Pick<Workspace, 'world' | 'repo' | 'checkout'>,
  from: StageSource,
  to: StageSource,
  { report }: Reporting,
): Promise<{ revision: string; baseValues: unknown } | undefined> {
  const today = baseToday(world.root);
  const allowed = async (): Promise<string> => {
    if (from.base === undefined) return baseOf(repo, checkout.head, today);
    await requireOnDefault(repo, from.base, today);
    return from.base;
  };
  const revision = await allowed().catch((error: unknown) => {
    if (!report || !(error instanceof UserError)) throw error;
    error.problems.forEach(report);
    return from.base ?? checkout.head;
  });
  if (to.base !== undefined && (await sameBase(repo, to.base, revision))) return undefined;
  return { revision, baseValues: await baseValuesAt(repo, revision) };
}

function headline(changes: readonly PlannedChange[]): string {
  const images = changes.filter((change) => change.class === 'image');
  const configs = changes.filter((change) => change.class === 'config').length;
  const named = images.slice(0, 2).map((c) => `${c.app} ${tagOf(c.before)} → ${tagOf(c.after)}`);
  const parts = [
    images.length > 2 ? `${images.length} images` : named.join(', '),
    configs > 0 ? counted(configs, 'value') : '',
    changes.some((change) => change.class === 'base') ? 'base' : '',
  ];
  return parts.filter(Boolean).join(', ');
}

function tagOf(image: unknown): string {
  if (typeof image !== 'string') return show(image);
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag ?? digest?.slice(0, 19) ?? image;
}

const fieldOf = ({ app, path }: PlannedChange): string =>
  formatPath(app === undefined ? path : [app, ...path]);

function describeChange(change: PlannedChange): string {
  const own = change.overwrites ? ' (its own until now; list it under "own" to keep it)' : '';
  const what = change.class === 'base' ? 'base' : `${change.class} ${fieldOf(change)}`;
  return `${what}: ${show(change.before)} → ${show(change.after)}${own}`;
}
