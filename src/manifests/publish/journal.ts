import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../model/errors';
import { typeAt } from './disk';
import { sha256 } from './hash';
import { DIST, isDistPath, SCRATCH } from './paths';

/** Where changes are prepared: `new/<n>` and `old/<n>` belong to step n of `journal.json`. */
export const WORK = `${SCRATCH}/publish`;
export const JOURNAL = `${WORK}/journal.json`;

/** One change of one file, by the SHA-256 before and after; null: the file is not there. */
export interface Step {
  /** Path below dist/. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Made when there is something to read: hardly ever. */
function schemas() {
  const hash = z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable();
  const step = z
    .strictObject({ path: z.string().refine(isDistPath), before: hash, after: hash })
    .refine(({ before, after }) => before !== after);
  return {
    outer: z.strictObject({ sum: z.string(), body: z.string() }),
    inner: z.strictObject({ version: z.literal(1), steps: z.array(step) }),
  };
}

/** Commits a set of prepared steps: from the moment this returns they will be carried out, whatever happens. */
export function writeJournal(root: string, steps: readonly Step[]): void {
  const body = JSON.stringify({ version: 1, steps });
  const path = join(root, JOURNAL);
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ sum: sha256(body), body })}\n`, { flag: 'wx' });
  renameSync(`${path}.tmp`, path);
}

/**
 * The steps of a committed journal, or undefined if there is none.
 * @throws UserError `journal-damaged` if it is not, to the byte, what was written, or names a path outside dist/
 */
export function readJournal(root: string): Step[] | undefined {
  const type = typeAt(join(root, JOURNAL));
  if (type === undefined) return undefined;
  if (type !== 'file') throw damaged('is no regular file');
  const { outer: outerSchema, inner } = schemas();
  const outer = outerSchema.safeParse(parse(readFileSync(join(root, JOURNAL), 'utf8')));
  if (!outer.success) throw damaged('is cut short, or was not written by stageline');
  if (sha256(outer.data.body) !== outer.data.sum) throw damaged('does not match its checksum');
  const body = inner.safeParse(parse(outer.data.body));
  if (!body.success) throw damaged('has a step that stageline never writes');
  const paths = body.data.steps.map((step) => step.path);
  if (new Set(paths).size < paths.length) throw damaged('names a file twice');
  return body.data.steps;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error for a journal, or a prepared file, that is not followed. */
export function damaged(says: string): UserError {
  return new UserError({
    code: 'journal-damaged',
    cause: `the journal of an interrupted run ${says}`,
    consequence: `It is not followed and nothing was written. Each file in ${DIST}/ is whole, but some may be from that run.`,
    remedy: `Delete the folder "${WORK}", then run "npm run synth": it brings every file up to date.`,
    at: { file: JOURNAL },
  });
}

/** Ends a run, done or given up: first the journal goes, so that a crash in between leaves nothing to follow. */
export function dropJournal(root: string): void {
  if (typeAt(join(root, JOURNAL)) !== undefined) rmSync(join(root, JOURNAL));
  rmSync(join(root, WORK), { recursive: true, force: true });
}
