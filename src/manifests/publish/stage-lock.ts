import { UserError, type Problem } from '../../model/errors';
import { setWithin } from '../../model/maps';
import { byText, DIST, isFilePath, LOCK_FILE } from './paths';

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
export function formatLock({ base, inputs, files }: Omit<StageLock, 'version'>): string {
  const paths = Object.keys(files).sort(byText);
  // As JSON.stringify would, in a fraction of the time: neither a path nor a hash has anything to escape.
  const lines = paths.map((path) => `\n    "${path}": "${files[path]}"`);
  const end = lines.length > 0 ? '\n  ' : '';
  const head = JSON.stringify({ version: 1, base, inputs }, null, 2).slice(0, -2);
  return `${head},\n  "files": {${lines.join()}${end}}\n}\n`;
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
      consequence: 'What stageline wrote there, and what was edited since, cannot be told apart.',
      remedy:
        remedy ??
        `Restore it with "git checkout -- ${lockPath(stage)}"; if it is damaged there, too, delete it and run "npm run synth".`,
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
  const version = isMap(json) ? json['version'] : undefined;
  if (version !== undefined && version !== 1) {
    const cause = `the lock of stage "${stage}" has version ${JSON.stringify(version)}; this stageline knows version 1`;
    const consequence = 'Nothing was written: what a newer stageline keeps there would be lost.';
    const remedy = 'Upgrade with "npm update stageline".';
    return { newer: true, problem: { code: 'lock-version', cause, consequence, remedy, at } };
  }
  const wrong = wrongIn(json);
  if (wrong) return fault(`is damaged at "${wrong[0]}": ${wrong[1]}`);
  return setWithin(known, MOST_KNOWN, text, json as StageLock);
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isCommit = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value);

/** What is wrong in a lock, and where. No schema: for a thousand files it would take ten times as long. */
function wrongIn(lock: unknown): readonly [where: string, says: string] | undefined {
  if (!isMap(lock)) return ['(top)', 'must be a map'];
  const { version, base, inputs, files, ...others } = lock;
  if (version !== 1) return ['version', 'must be 1'];
  if (base !== null && !isCommit(base)) return ['base', 'must be a full 40-digit commit, or null'];
  if (!isHash(inputs)) return ['inputs', 'must be a SHA-256'];
  if (!isMap(files)) return ['files', 'must be a map'];
  const [other] = Object.keys(others);
  if (other !== undefined) return ['(top)', `"${other}" is not known`];
  for (const path of Object.keys(files)) {
    if (!isFilePath(path)) return [`files.${path}`, 'must be a path below the stage'];
    if (!isHash(files[path])) return [`files.${path}`, 'must be a SHA-256'];
  }
  return undefined;
}

export function isFault(lock: StageLock | LockFault): lock is LockFault {
  return 'problem' in lock;
}

/** The lock, or else a UserError that says what is wrong with it. */
export function orThrow(lock: StageLock | LockFault): StageLock {
  if (isFault(lock)) throw new UserError(lock.problem);
  return lock;
}
