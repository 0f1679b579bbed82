import { countCommits, requireCommit } from '../git/read';
import type { Repo } from '../git/repository';
import { valueIn } from '../config/yaml-edit';
import { windowsAt } from '../delivery';
import { approvalRules, type ApprovalRule } from '../delivery/approvals';
import { readLock } from '../manifests/publish';
import type { Repository } from '../model/environment';
import { UserError } from '../model/errors';
import { distChanges, prepareNow } from './preview';
import { imagesOf } from './images';
import type { PromotionPlan } from './plan';
import { planBetween } from './promote';
import { contentHash, readRecords, type Deployment } from './records';
import { releasesOf } from './releases';
import { reportersOf, runOf, telling } from './running';
import { appsOf, sourceOf, type StageSource } from './values';
import { openRepo, readStage, type World } from './workspace';
import { counted } from '../model/counted';

/** How far a stage is behind the one before it. */
export interface Behind {
  readonly stage: string;
  readonly images: number;
  readonly values: number;
  /** Of those, how many by app. */
  readonly valuesByApp: Readonly<Record<string, number>>;
  /** Commits between the two bases; 0 where they render alike; undefined where history is not in the clone. */
  readonly base: number | undefined;
}

export interface StageStatus {
  readonly stage: string;
  /** Image by app; by `<app>/<image>` where its values name none and its pods run others. */
  readonly images: Readonly<Record<string, string>>;
  /** The revision it is pinned to; undefined: it follows the working tree. */
  readonly base?: string;
  /** When its manifests last changed; undefined where history does not tell. */
  readonly since?: string;
  readonly behind?: Behind;
  readonly held?: string;
  /** What keeps it from being synced by hand now. */
  readonly frozen?: string;
  /** The stage that it has to be like, and where it may differ; synth enforces it. */
  readonly parity?: { readonly with: string; readonly except: readonly string[] };
  /** How many approvals a change of it needs, and of whom. */
  readonly approvals?: { readonly count: number; readonly owners: readonly string[] };
  /** Files of dist/ that are not what the sources render. */
  readonly outdated: readonly string[];
  readonly deployed?: Pick<Deployment, 'at' | 'result' | 'health' | 'revision' | 'by'> & {
    /** Whether that is what the stage holds now. */
    readonly current: boolean;
  };
}

/**
 * Apps and stages: what each runs, how far it is behind, and what holds it back. Stages stand in the order of the line.
 * @throws UserError for what synth refuses
 */
export async function status(world: World): Promise<readonly StageStatus[]> {
  const repo = await openRepo(world);
  const head = await requireCommit(repo, 'HEAD');
  const prepared = await prepareNow(world);
  const outdated = [...distChanges(world.root, prepared).keys()].sort();
  const records = await readRecords(repo);
  const rules = approvalRules(prepared.repository);
  const result: StageStatus[] = [];
  for (const environment of prepared.repository.environments) {
    const { name } = environment;
    const stage = await readStage(world.root, repo, name);
    const state = windowsAt(environment, world.now());
    const hold = valueIn(stage.values, ['hold']);
    const [release] = await releasesOf(repo, head, name, { most: 1, within: 50 });
    result.push({
      stage: name,
      images: imagesOf(stage, prepared.stages.find((one) => one.name === name)?.files ?? []),
      base: stage.base,
      since:
        release?.cut === false
          ? new Date(release.entry.time * 1000).toISOString().replace('.000', '')
          : undefined,
      behind: await behindOf(world, repo, head, stage),
      held: typeof hold === 'string' ? hold : undefined,
      frozen: state.manualAllowed ? undefined : state.because,
      parity: environment.values.parity,
      approvals: approvalsOf(rules.find((rule) => rule.stage === name)),
      outdated: outdated.filter((path) => path.startsWith(`dist/${name}/`)),
      deployed: lastDeployed(world, prepared.repository, name, records),
    });
  }
  return result;
}

const approvalsOf = (rule: ApprovalRule | undefined): StageStatus['approvals'] =>
  rule && { count: rule.count, owners: rule.owners };

async function behindOf(
  world: World,
  repo: Repo,
  head: string,
  stage: StageSource,
): Promise<Behind | undefined> {
  const before = sourceOf(stage.values);
  if (before === undefined) return undefined;
  const source = await readStage(world.root, repo, before);
  const workspace = { world, repo, checkout: { ref: 'HEAD', head } };
  // Work that is not on the default branch yet cannot be promoted as a base; images and values still compare.
  const known = await withKnownBase(planBetween(workspace, source, stage, {}));
  const names = Object.keys(appsOf(source));
  const ofApps = (): Promise<PromotionPlan> => planBetween(workspace, source, stage, { apps: names });
  const changes = known?.changes ?? (names.length > 0 ? (await ofApps()).changes : []);
  const of = (kind: string): number => changes.filter((change) => change.class === kind).length;
  const apps = [
    ...new Set(changes.filter((change) => change.class === 'config').map(({ app }) => app!)),
  ].sort();
  const base = changes.find((change) => change.class === 'base');
  return {
    stage: before,
    images: of('image'),
    values: of('config'),
    valuesByApp: Object.fromEntries(
      apps.map((app) => [app, changes.filter((c) => c.class === 'config' && c.app === app).length]),
    ),
    base:
      known === undefined
        ? undefined
        : base === undefined
          ? 0
          : await countCommits(repo, String(base.before), String(base.after)).catch(() => undefined),
  };
}

/** The plan; undefined where the base is not on the default branch. */
async function withKnownBase(plan: Promise<PromotionPlan>): Promise<PromotionPlan | undefined> {
  try {
    return await plan;
  } catch (error) {
    if (error instanceof UserError && error.problems[0]!.code === 'base-not-on-default-branch')
      return undefined;
    throw error;
  }
}

/** What the gate goes by, or else the last that was recorded. */
function lastDeployed(
  world: World,
  repository: Repository,
  stage: string,
  records: readonly Deployment[],
): StageStatus['deployed'] {
  const its = records.filter((record) => record.stage === stage);
  const newest = its.at(-1);
  if (!newest) return undefined;
  const lock = readLock(world.root, stage);
  const now = lock && contentHash(lock);
  const { bad } = runOf(its, now ?? newest.content, reportersOf(world.root, repository, stage));
  const told = bad ?? telling(its.filter(({ content }) => content === newest.content)) ?? newest;
  const { at, result, health, revision, by } = told;
  return { at, result, health, revision, by, current: told.content === now };
}

/** `2 images, 1 value, base 5 commits`; empty when nothing is behind. */
export function formatBehind(behind: Behind | undefined): string {
  if (!behind) return '';
  const count = (n: number, noun: string): string => (n === 0 ? '' : counted(n, noun));
  const base =
    behind.base === undefined
      ? 'base'
      : count(behind.base, 'commit') && `base ${count(behind.base, 'commit')}`;
  return [count(behind.images, 'image'), count(behind.values, 'value'), base].filter(Boolean).join(', ');
}
