import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { requireFolder, typeAt } from './disk';
import { withFsErrors } from './fs-errors';
import { sha256 } from './hash';
import { damaged, dropJournal, readJournal, WORK, type Step } from './journal';
import { DIST, foldersOf, SCRATCH } from './paths';
import { withProcessLock } from './process-lock';
import { DistReader } from './reader';
import { complete, preparedHash } from './transaction';

/**
 * How an interrupted run ended: `completed`, if it had been committed; `discarded`, if it had only been prepared;
 * `superseded`, if the files have been changed since (a checkout, an edit), so that it is not followed any more.
 */
export type Recovery = 'completed' | 'discarded' | 'superseded';

/** How long to wait for another process that writes dist/, in milliseconds. */
export const PATIENCE = 10_000;

/**
 * Ends what an interrupted run left behind, before anything else is read or written. Costs one look when there is
 * nothing, and writes nothing then.
 * @throws UserError `journal-damaged`, `output-locked`, `write-failed`, `output-is-symlink`
 */
export function recover(root: string, waitMs: number = PATIENCE): Recovery | undefined {
  const real = realpathSync(root);
  if (!hasLeftovers(real)) return undefined;
  return withFsErrors(real, 'An interrupted run is still to be completed.', () =>
    withProcessLock(real, waitMs, () => recoverLocked(real)),
  );
}

function hasLeftovers(root: string): boolean {
  requireFolder(root, SCRATCH);
  return typeAt(join(root, WORK)) !== undefined;
}

/** The same, for who holds the lock already. */
export function recoverLocked(root: string): Recovery | undefined {
  if (!hasLeftovers(root)) return undefined;
  for (const folder of [WORK, `${WORK}/new`, `${WORK}/old`]) requireFolder(root, folder);
  const steps = readJournal(root);
  if (!steps) {
    dropJournal(root);
    return 'discarded';
  }
  const folders = new Set(steps.flatMap(({ path }) => foldersOf(path)));
  for (const folder of [DIST, ...[...folders].sort().map((f) => `${DIST}/${f}`)]) requireFolder(root, folder);
  const reader = new DistReader(root);
  const states = new Map(steps.map((step, n) => [step, stateOf(root, reader, step, n)]));
  if ([...states.values()].includes('superseded')) {
    dropJournal(root);
    return 'superseded';
  }
  complete(root, steps, (step) => states.get(step) === 'done');
  return 'completed';
}

function stateOf(root: string, reader: DistReader, step: Step, n: number): 'done' | 'pending' | 'superseded' {
  const content = reader.read(step.path);
  const there =
    typeAt(join(root, DIST, step.path)) === undefined ? null : content ? sha256(content) : 'other';
  if (there === step.after) return 'done';
  if (there !== step.before) return 'superseded';
  if (step.after === null) return 'pending';
  const prepared = preparedHash(root, n);
  if (prepared !== undefined && prepared !== step.after)
    throw damaged(`has a changed file, "${WORK}/new/${n}"`);
  return prepared === undefined ? 'superseded' : 'pending';
}
