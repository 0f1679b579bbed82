import { eachCommit, type LogEntry } from '../git/log';
import { readObjects } from '../git/read';
import type { Repo } from '../git/repository';
import { parseLock, type StageLock } from '../manifests/publish';
import { contentHash } from './records';

/** A state of a stage that a commit brought. */
export interface Release {
  readonly entry: LogEntry;
  readonly lock: StageLock;
  /** The hash of its manifests. */
  readonly content: string;
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
  const texts = await readObjects(
    repo,
    entries.map(({ commit }) => `${commit}:${path}`),
  );
  const releases = entries.flatMap((entry, i): Release[] => {
    const text = texts[i]?.toString('utf8');
    const lock = text === undefined ? undefined : parseLock(stage, text);
    return lock === undefined || 'problem' in lock ? [] : [{ entry, lock, content: contentHash(lock) }];
  });
  // Of neighbours with the same manifests, the oldest brought them.
  return releases.filter((release, i) => releases[i + 1]?.content !== release.content);
}
