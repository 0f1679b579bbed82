import { z } from 'zod';
import { appendNote, readNotes } from '../git/notes';
import type { Repo } from '../git/repository';
import { requireCommit } from '../git/read';
import { sha256, type StageLock } from '../manifests/publish';

export const RESULTS = ['Succeeded', 'Failed', 'Error', 'Running'] as const;
export const HEALTHS = ['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown'] as const;

/** How far the clocks of two machines may be apart, in milliseconds: a later time is believed of nobody. */
export const CLOCKS_DIFFER = 3_600_000;

// In this order on every line, so that lines sort by time.
export const deploymentRecord = z.object({
  /** When it ended, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  stage: z.string(),
  /** The hash of the manifests that were synced. */
  content: z.string().regex(/^[0-9a-f]{64}$/),
  result: z.enum(RESULTS),
  health: z.enum(HEALTHS),
  by: z.string().optional(),
});
/** One sync of a stage, as Argo CD's notification tells it. */
export type DeploymentRecord = z.output<typeof deploymentRecord>;

/** A record, and the commit that was synced. */
export type Deployment = DeploymentRecord & { readonly revision: string };

/** What a stage deploys, as one hash: a commit that changes none of its manifests has the same. */
export function contentHash(lock: Pick<StageLock, 'files'>): string {
  const files = Object.entries(lock.files).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(files));
}

/** Adds a record to the notes of the revision. False when it is there already. */
export async function addRecord(repo: Repo, revision: string, record: DeploymentRecord): Promise<boolean> {
  const { at, stage, content, result, health, by } = deploymentRecord.parse(record);
  const commit = await requireCommit(repo, revision);
  return appendNote(repo, commit, JSON.stringify({ at, stage, content, result, health, by }));
}

/** Every record, oldest first. Lines that are none are left out: notes are open to all. */
export async function readRecords(repo: Repo): Promise<Deployment[]> {
  const notes = await readNotes(repo);
  const records = [...notes].flatMap(([revision, lines]) =>
    lines.flatMap((line): Deployment[] => {
      const parsed = deploymentRecord.safeParse(parse(line));
      return parsed.success ? [{ ...parsed.data, revision }] : [];
    }),
  );
  return records.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.revision < b.revision ? -1 : 1));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
