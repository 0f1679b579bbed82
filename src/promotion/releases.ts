import { eachCommit, type LogEntry } from '../git/log';
import { readObjects } from '../git/read';
import { cutCommits, type Repo } from '../git/repository';
import { parseLock, type StageLock } from '../manifests/publish';
import { contentHash } from './records';

/** A state of a stage that a commit brought. */
export interface Release {
  readonly entry: LogEntry;
  readonly lock: StageLock;
  /** The hash of its manifests. */
  readonly content: string;
  /** The history of a shallow clone ends here: an earlier commit may have brought it. */
  readonly cut: boolean;
}

/**
 * What a stage was, the newest first: one release for each commit that changed its manifests, whatever else changed
 * between.
 */
export async function releasesOf(
  repo: Repo,
  head: string,
  stage: string,
  limit?: number,
): Promise<Release[]> {
  const path = `dist/${stage}/stageline.lock`;
  const entries: LogEntry[] = [];
  await eachCommit(repo, { to: head, paths: [path], limit }, (entry) => entries.push(entry));
  const cut = cutCommits(repo);
  const texts = await readObjects(
    repo,
    entries.map(({ commit }) => `${commit}:${path}`),
  );
  const releases = entries.flatMap((entry, i): Release[] => {
    const text = texts[i]?.toString('utf8');
    const lock = text === undefined ? undefined : parseLock(stage, text);
    if (lock === undefined || 'problem' in lock) return [];
    return [{ entry, lock, content: contentHash(lock), cut: cut.has(entry.commit) }];
  });
  // Of neighbours with the same manifests, the oldest brought them.
  return releases.filter((release, i) => releases[i + 1]?.content !== release.content);
}
