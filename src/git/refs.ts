import { EXIT, UserError } from '../model/errors';
import type { Repo } from './repository';

/** Where a ref stands, or undefined where there is none of that name. */
export async function readRef(repo: Repo, ref: string): Promise<string | undefined> {
  return repo.line(['rev-parse', '--verify', '--quiet', ref]);
}

/**
 * Moves a ref, if it stands where it is thought to stand (`from` undefined: it must not exist). False when it does not.
 * @throws UserError `git-failed` when it stands there and git could not move it all the same
 */
export async function swapRef(
  repo: Repo,
  ref: string,
  from: string | undefined,
  to: string,
  reason: string,
): Promise<boolean> {
  const args = ['update-ref', '--create-reflog', '-m', `stageline: ${reason}`, ref, to];
  const result = await repo.try([...args, from ?? '0'.repeat(to.length)]);
  if (result.code === 0) return true;
  const stands = await readRef(repo, ref);
  if (stands === to) return true;
  if (stands !== from) return false;
  throw new UserError(
    {
      code: 'ref-not-moved',
      cause: `git could not move ${ref}`,
      consequence: result.stderr || undefined,
      remedy: `when no git is running here, remove a left ${ref}.lock below the .git folder, then try again`,
    },
    EXIT.refused,
  );
}
