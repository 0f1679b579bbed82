import type { Upstream } from '../git/state';
import { EXIT, UserError } from '../model/errors';

export const unpushed = (): UserError =>
  new UserError(
    {
      code: 'unpushed-commits',
      cause: 'this branch has commits that are not on the remote',
      consequence: 'They would be pushed along, or lost. Nothing was changed.',
      remedy: 'push or drop them first (git push, or git pull --rebase and then git push)',
    },
    EXIT.refused,
  );

export const taken = (branch: string): UserError =>
  new UserError(
    {
      code: 'branch-exists',
      cause: `the remote has a branch ${branch} already, with other commits`,
      consequence: 'Nothing was pushed; nothing of others is ever overwritten.',
      remedy: 'give another name with --branch',
    },
    EXIT.refused,
  );

export const noTip = (upstream: Upstream): UserError =>
  new UserError(
    {
      code: 'no-upstream',
      cause: `${upstream.remote} has no ${upstream.ref}`,
      consequence: 'Nothing was committed or pushed.',
      remedy: 'push the branch first',
    },
    EXIT.refused,
  );
