import { trailer, type LogEntry } from '../git/log';
import { fetchNotes, pushNotes } from '../git/notes';
import { readObjects, requireCommit } from '../git/read';
import { parseLock } from '../manifests/publish';
import { requireIdentity } from '../git/state';
import { UserError } from '../model/errors';
import { parseIsoTime } from '../model/iso-time';
import {
  addRecord,
  CLOCKS_DIFFER,
  contentHash,
  readRecords,
  type Deployment,
  type DeploymentRecord,
} from './records';
import { historyMissing, withFsProblems } from './refusals';
import { reasonsOf, releasesOf, type Release } from './releases';
import { telling } from './running';
import { openRepo, pausesOf, requireStage, type World } from './workspace';

export interface RecordOptions {
  readonly stage: string;
  /** The commit that was synced. */
  readonly revision: string;
  readonly result: DeploymentRecord['result'];
  readonly health: DeploymentRecord['health'];
  /** When it ended. @default now */
  readonly at?: string;
  readonly by?: string;
  /** Fetch what others recorded first, and push it. @default false */
  readonly push?: boolean;
  /** @default origin */
  readonly remote?: string;
}

/**
 * Records what Argo CD reports of a sync. Done twice with the same words it changes nothing.
 * @returns whether it was new
 * @throws UserError when the revision is not there, or does not hold the stage
 */
export function record(world: World, options: RecordOptions): Promise<boolean> {
  return withFsProblems(world.root, () => addAndPush(world, options));
}

async function addAndPush(world: World, options: RecordOptions): Promise<boolean> {
  const repo = await openRepo(world);
  await requireIdentity(repo);
  const { stage, result, health, by, remote = 'origin' } = options;
  const commit = await requireCommit(repo, options.revision);
  const [text] = await readObjects(repo, [`${commit}:dist/${stage}/stageline.lock`]);
  const lock = text && parseLock(stage, text.toString('utf8'));
  if (!lock || 'problem' in lock)
    throw new UserError({
      code: 'no-release',
      cause: `stage ${JSON.stringify(stage)} was not rendered in ${options.revision}`,
      consequence: 'Nothing was recorded.',
      remedy: 'give the revision that Argo CD synced, and the name of the stage',
    });
  if (options.push) await fetchNotes(repo, remote);
  const words = { stage, content: contentHash(lock), result, health, by };
  const last = (await readRecords(repo)).findLast((one) => one.stage === stage);
  // A notification that comes again without its time says nothing new.
  const again =
    options.at === undefined &&
    last?.revision === commit &&
    Object.entries(words).every(([key, value]) => last[key as keyof typeof words] === value);
  const added = !again && (await addRecord(repo, commit, { at: timeOf(world, options.at), ...words }));
  if (options.push) await pushNotes(repo, remote, pausesOf(world));
  return added;
}

function timeOf(world: World, text: string | undefined): string {
  const now = world.now();
  const time = text === undefined ? now : parseIsoTime(text);
  if (time && time.getTime() <= now.getTime() + CLOCKS_DIFFER) return time.toISOString();
  throw new UserError({
    code: 'bad-time',
    cause: `${JSON.stringify(text)} is ${time ? 'in the future' : 'no time'}`,
    consequence: 'Nothing was recorded.',
    remedy: 'write when it ended, as 2026-01-31T12:00:00Z',
  });
}

type Sync = Pick<Deployment, 'at' | 'result' | 'health' | 'by' | 'revision'>;

/** A release of a stage, and what became of it. */
export interface HistoryEntry {
  readonly commit: string;
  /** When it was committed. */
  readonly at: string;
  readonly by: string;
  readonly subject: string;
  readonly promotedFrom?: string;
  readonly rollbackTo?: string;
  readonly sourceCommit?: string;
  readonly gatesSkipped?: string;
  readonly base: string | null;
  /** Syncs of this release, oldest first. */
  readonly deployments: readonly Sync[];
  /** The one of them that tells how it went: of several that report, one that is not well before all others. */
  readonly deployed?: Sync;
}

/** The releases of a stage, newest first: rollback targets and audit in one. */
export interface History {
  readonly releases: readonly HistoryEntry[];
  /** Whether there are older ones than were asked for. */
  readonly hasOlder: boolean;
}

/**
 * What a stage was.
 * @param limit how many releases are wanted. @default Infinity
 * @throws UserError `history-missing` in a shallow clone that does not reach back so far
 */
export async function history(world: World, stage: string, limit = Infinity): Promise<History> {
  const repo = await openRepo(world);
  requireStage(world.root, stage);
  const records = (await readRecords(repo)).filter((deployment) => deployment.stage === stage);
  const found = await releasesOf(repo, 'HEAD', stage, { most: limit + 1 });
  const releases = found.slice(0, limit);
  if (releases.at(-1)?.cut) throw await historyMissing(repo, `what ${stage} was before is`);
  const reasons = await reasonsOf(repo, stage, releases);
  const deployments = deploymentsOf(releases, records);
  const entries = releases.map((release, i): HistoryEntry => ({
    ...describe(release.entry, reasons[i]!),
    base: release.base,
    deployments: deployments.get(release)!,
    deployed: telling(deployments.get(release)!),
  }));
  return { releases: entries, hasOlder: found.length > releases.length };
}

/**
 * Which release each record tells of, however late it came: that of its revision, or else the newest one with the same
 * manifests that was there by then.
 */
function deploymentsOf(
  releases: readonly Release[],
  records: readonly Deployment[],
): ReadonlyMap<Release, readonly Sync[]> {
  const found = new Map(releases.map((release) => [release, [] as Sync[]]));
  for (const { at, result, health, by, revision, content } of records) {
    const alike = releases.filter((release) => release.content === content);
    const release =
      alike.find(({ entry }) => entry.commit === revision) ??
      alike.find(({ entry }) => entry.time * 1000 - 1000 <= Date.parse(at));
    if (release) found.get(release)!.push({ at, result, health, by, revision });
  }
  return found;
}

function describe(
  entry: LogEntry,
  reason: LogEntry,
): Omit<HistoryEntry, 'base' | 'deployed' | 'deployments'> {
  return {
    commit: entry.commit,
    at: new Date(entry.time * 1000).toISOString().replace('.000', ''),
    by: entry.author,
    subject: entry.subject,
    promotedFrom: trailer(reason, 'Promoted-From'),
    rollbackTo: trailer(reason, 'Rollback-To'),
    sourceCommit: trailer(reason, 'Source-Commit'),
    gatesSkipped: trailer(reason, 'Gates-Skipped'),
  };
}
