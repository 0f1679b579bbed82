import { readLog, type LogEntry } from '../git/log';
import { readObjects } from '../git/read';
import { cutCommits, type Repo } from '../git/repository';
import { parseLock } from '../manifests/publish';
import { contentHash } from './records';

/** A state of a stage that a commit brought. */
export interface Release {
  readonly entry: LogEntry;
  /** The revision that it was rendered from; null: that of the commit. */
  readonly base: string | null;
  /** The hash of its manifests. */
  readonly content: string;
  /** The history of a shallow clone ends here: an earlier commit may have brought it. */
  readonly cut: boolean;
}

/**
 * For each release the commit that says why the stage became so: of a merge, as of a pull request, the newest that it
 * brought and that changed the stage.
 */
export async function reasonsOf(
  repo: Repo,
  stage: string,
  releases: readonly Release[],
): Promise<LogEntry[]> {
  const entries = releases.map(({ entry }) => entry);
  const merges = entries.filter(isMerge);
  // Mostly it is the tip of what was merged: one look at all of history finds these.
  const all = merges.length > 1 ? await broughtBy(repo, stage, merges[0]!, merges.at(-1)!) : [];
  const byCommit = new Map(all.map((entry) => [entry.commit, entry]));
  const reasons: LogEntry[] = [];
  for (const entry of entries) {
    const tip = byCommit.get(entry.parents[1] ?? '');
    reasons.push(tip ?? (isMerge(entry) ? (await broughtBy(repo, stage, entry))[0] : undefined) ?? entry);
  }
  return reasons;
}

const isMerge = ({ parents }: LogEntry): boolean => parents.length > 1;

/** The commits that changed a stage, merges apart, and that came with a merge, or with any since an older one. */
const broughtBy = (repo: Repo, stage: string, merge: LogEntry, oldest = merge): Promise<LogEntry[]> =>
  readLog(repo, {
    to: merge.commit,
    from: oldest.parents[0],
    paths: [lockOf(stage)],
    firstParent: false,
    merges: false,
  });

const lockOf = (stage: string): string => `dist/${stage}/stageline.lock`;

/** How many locks are read at once: each lists every file of its stage. */
const BATCH = 50;

/**
 * What a stage was, the newest first: one release for each commit that changed its manifests, whatever else changed
 * between.
 *
 * @param most how many are wanted. @default all
 * @param within only this many commits that touched the stage are looked at. @default all
 */
export async function releasesOf(
  repo: Repo,
  head: string,
  stage: string,
  { most = Infinity, within }: { readonly most?: number; readonly within?: number } = {},
): Promise<Release[]> {
  const found: Release[] = [];
  let newer: Release | undefined;
  for await (const release of statesOf(repo, head, stage, within)) {
    // Of neighbours with the same manifests, the oldest brought them.
    if (newer && newer.content !== release.content) found.push(newer);
    if (found.length >= most) return found;
    newer = release;
  }
  return newer ? [...found, newer] : found;
}

/** What each commit left that changed the lock, the newest first. */
async function* statesOf(repo: Repo, head: string, stage: string, limit?: number): AsyncIterable<Release> {
  const path = lockOf(stage);
  const cut = cutCommits(repo);
  for await (const batch of changesOf(repo, head, path, limit)) {
    const texts = await readObjects(
      repo,
      batch.map(({ commit }) => `${commit}:${path}`),
    );
    for (const [i, entry] of batch.entries()) {
      const text = texts[i]?.toString('utf8');
      const lock = text === undefined ? undefined : parseLock(stage, text);
      if (lock === undefined || 'problem' in lock) continue;
      yield { entry, base: lock.base, content: contentHash(lock), cut: cut.has(entry.commit) };
    }
  }
}

/**
 * The commits that changed a file, some at a time. Git is asked for twice as many each time: who wants few does not wait
 * for it to walk all of the history, and who wants all of it asks seldom.
 */
async function* changesOf(
  repo: Repo,
  head: string,
  path: string,
  limit = Infinity,
): AsyncIterable<readonly LogEntry[]> {
  let left = limit;
  let to: string | undefined = head;
  for (let most = BATCH; to !== undefined && left > 0; most *= 2) {
    const asked = Math.min(most, left);
    const entries: readonly LogEntry[] = await readLog(repo, { to, paths: [path], limit: asked });
    for (let start = 0; start < entries.length; start += BATCH) yield entries.slice(start, start + BATCH);
    left -= asked;
    to = entries.length < asked ? undefined : entries.at(-1)?.parents[0];
  }
}
