import { z } from 'zod';
import { UserError, type Problem } from '../../model/errors';
import { setWithin } from '../../model/maps';
import { byText, DIST, isFilePath, LOCK_FILE } from './paths';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256');

const lockSchema = z.strictObject({
  version: z.literal(1),
  base: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'must be a full 40-digit commit')
    .nullable(),
  inputs: hash,
  files: z.record(z.string().refine(isFilePath, 'must be a path below the stage'), hash),
});

/** What stageline wrote for a stage, and from what: `dist/<stage>/stageline.lock`. */
export interface StageLock {
  readonly version: 1;
  /** The revision the stage was rendered from; null: from the working tree. */
  readonly base: string | null;
  /** SHA-256 of the stage's inputs. */
  readonly inputs: string;
  /** SHA-256 of each file, by its path below dist/<stage>/. */
  readonly files: Readonly<Record<string, string>>;
}

/** A lock as text: sorted, a line a file, so that a diff shows which files changed. */
export function formatLock(lock: Omit<StageLock, 'version'>): string {
  const { base, inputs } = lock;
  const files = Object.fromEntries(Object.entries(lock.files).sort(([a], [b]) => byText(a, b)));
  return `${JSON.stringify({ version: 1, base, inputs, files }, null, 2)}\n`;
}

/** Where a stage's lock is, relative to the repository. */
export function lockPath(stage: string): string {
  return `${DIST}/${stage}/${LOCK_FILE}`;
}

/** What is wrong with a lock that cannot be read; `newer` is not to be overwritten. */
export interface LockFault {
  readonly newer: boolean;
  readonly problem: Problem;
}

/** One command asks for the same locks several times. */
const known = new Map<string, StageLock>();
const MOST_KNOWN = 16;

/** Reads a lock's text: the lock, or what is wrong with it. */
export function parseLock(stage: string, text: string): StageLock | LockFault {
  const before = known.get(text);
  if (before) return before;
  const at = { file: lockPath(stage) };
  const fault = (says: string, remedy?: string): LockFault => ({
    newer: false,
    problem: {
      code: 'lock-damaged',
      cause: `the lock of stage "${stage}" ${says}`,
      consequence: 'Nothing can be told about the files beside it.',
      remedy: remedy ?? `Restore it with "git checkout -- ${lockPath(stage)}", or run "npm run synth".`,
      at,
    },
  });
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return /^<{7}/m.test(text)
      ? fault('holds a merge conflict', `Take either side of ${DIST}/${stage}, then run "npm run synth".`)
      : fault('is no JSON');
  }
  const version = z.object({ version: z.unknown() }).safeParse(json).data?.version;
  if (version !== undefined && version !== 1) {
    const cause = `the lock of stage "${stage}" has version ${JSON.stringify(version)}; this stageline knows version 1`;
    const consequence = 'Nothing was written: what a newer stageline keeps there would be lost.';
    const remedy = 'Upgrade with "npm update stageline".';
    return { newer: true, problem: { code: 'lock-version', cause, consequence, remedy, at } };
  }
  const parsed = lockSchema.safeParse(json);
  if (parsed.success) return setWithin(known, MOST_KNOWN, text, parsed.data);
  const issue = parsed.error.issues[0]!;
  return fault(`is damaged at "${issue.path.map(String).join('.') || '(top)'}": ${issue.message}`);
}

export function isFault(lock: StageLock | LockFault): lock is LockFault {
  return 'problem' in lock;
}

/** The lock, or else a UserError that says what is wrong with it. */
export function orThrow(lock: StageLock | LockFault): StageLock {
  if (isFault(lock)) throw new UserError(lock.problem);
  return lock;
}
