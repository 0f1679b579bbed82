import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../model/errors';
import { remoteOf, resolveCommit } from './read';
import { readRef } from './refs';
import type { Repo } from './repository';

/** Where deployment records are: a line of JSON each, on the commit that was deployed. */
export const NOTES_REF = 'refs/notes/stageline';

/**
 * Where the notes of this clone stand; undefined where it has none.
 * @throws UserError `notes-damaged` where that is no commit of notes
 */
export async function notesTip(repo: Repo): Promise<string | undefined> {
  const tip = await readRef(repo, NOTES_REF);
  if (tip !== undefined) return requireNotes(repo, tip);
  if (existsSync(join(repo.commonDir, NOTES_REF))) throw await notesDamaged(repo, 'leads nowhere');
  return undefined;
}

/**
 * A commit, which has to be one of notes: git spreads them over folders named by two digits, as it likes.
 * @param remote where it was fetched from. @default it is of this clone
 * @throws UserError `notes-damaged`
 */
export async function requireNotes(repo: Repo, tip: string, remote?: string): Promise<string> {
  if ((await resolveCommit(repo, tip)) !== tip) throw await notesDamaged(repo, 'is no commit', remote);
  const listing = (await repo.run(['ls-tree', '-z', '--full-tree', '--name-only', tip])).toString('utf8');
  const names = listing.split('\0').filter(Boolean);
  if (names.length === 0 || names.some((name) => /^([0-9a-f]{2}|[0-9a-f]{38,64})$/.test(name))) return tip;
  throw await notesDamaged(repo, 'holds no notes', remote);
}

/** What is wrong with the notes of this clone, or of a remote, and how to put them back. */
export async function notesDamaged(repo: Repo, what: string, remote?: string): Promise<UserError> {
  const from = remote ?? (await remoteOf(repo));
  const refspec = `${NOTES_REF}:${NOTES_REF}`;
  const drop = `rm -f "${join(repo.commonDir, NOTES_REF)}" && git update-ref -d ${NOTES_REF}`;
  const fetch = from === undefined ? '' : `, and fetch what others have: git fetch ${from} ${refspec}`;
  return new UserError({
    code: 'notes-damaged',
    cause: `${NOTES_REF}${remote === undefined ? '' : ` of ${remote}`} ${what}`,
    consequence: 'Nobody can tell from it what was deployed. Nothing was changed.',
    remedy:
      remote === undefined
        ? `${drop}${fetch}`
        : `from a clone that has the records: git push ${remote} +${refspec} (without one: git push ${remote} :${NOTES_REF})`,
  });
}
