import { isDeepStrictEqual } from 'node:util';
import { moveBranch } from '../git/checkout';
import { buildCommit } from '../git/commit';
import { pushPlanned, type Attempt, type RemoteRef } from '../git/push';
import { isAncestor } from '../git/read';
import { readRef } from '../git/refs';
import type { Upstream } from '../git/state';
import { EXIT, UserError, type Problem } from '../model/errors';
import { formatPreview } from './format';
import { onNewBranch, requirePushed, upstreamOf } from './new-branch';
import { preview, type Preview } from './preview';
import type { Outcome, Proposal } from './proposal';
import { movedMeanwhile, noTip, unpushed, withFsProblems } from './refusals';
import { openWorkspace, pausesOf, type Workspace, type WorkspaceUse, type World } from './workspace';

/** Looks at the checkout, and proposes a commit; undefined when everything is as it should be already. */
export type Planner = (workspace: Workspace) => Promise<Proposal | undefined>;

export interface OperationOptions extends WorkspaceUse {
  /** Push it; when somebody was faster, plan again on the new tip. @default false */
  readonly push?: boolean;
}

/**
 * Plans, renders, and makes one commit.
 * @throws UserError with exit code 3 for a checkout that is not fit, and when somebody else changed the same meanwhile
 */
export function carryOut(world: World, plan: Planner, options: OperationOptions = {}): Promise<Outcome> {
  return withFsProblems(world.root, () => commitAndMove(world, plan, options));
}

async function commitAndMove(world: World, plan: Planner, options: OperationOptions): Promise<Outcome> {
  const workspace = await openWorkspace(world, options);
  const upstream = options.push ? await upstreamOf(workspace) : undefined;
  if (upstream && options.branch === undefined && !options.dryRun)
    return pushOnBranch(world, plan, workspace, upstream);
  if (upstream && !options.dryRun) await requirePushed(workspace, upstream);
  const planned = await propose(workspace, plan, options.dryRun).catch(async (error: unknown) => {
    const { ref, head } = workspace.checkout;
    // Of files that change while they are read nothing can be told.
    throw (await readRef(workspace.repo, ref)) === head ? error : movedMeanwhile(ref);
  });
  if (!planned || options.dryRun) return { ...planned, pushed: false };
  const commit = await commitOf(workspace, workspace.checkout.head, planned);
  if (commit === undefined) return { pushed: false };
  if (options.branch !== undefined)
    return { ...planned, ...(await onNewBranch(workspace, options.branch, commit, upstream)) };
  await move(workspace, workspace.checkout.head, commit, planned.proposal.subject);
  return { ...planned, commit, pushed: false };
}

interface Planned {
  readonly proposal: Proposal;
  readonly preview: Preview;
  readonly refused: readonly Problem[];
}

/** @throws UserError with exit code 3 for what guards refuse, unless it is only to be shown */
async function propose(workspace: Workspace, plan: Planner, shown = false): Promise<Planned | undefined> {
  const proposal = await plan(workspace);
  if (!proposal) return undefined;
  const { closed = [] } = proposal;
  if (closed.length > 0 && !shown) throw new UserError(closed, EXIT.refused);
  const seen = await preview(workspace.world, proposal);
  const refused = [...closed, ...seen.prepared.refused];
  if (refused.length > 0 && !shown) throw new UserError(refused, EXIT.refused);
  return seen.changes.size === 0 ? undefined : { proposal, preview: seen, refused };
}

function commitOf(
  { repo }: Workspace,
  parent: string,
  { proposal, preview: seen }: Planned,
): Promise<string | undefined> {
  const { subject, lines, trailers } = proposal;
  return buildCommit(repo, {
    parents: [parent],
    changes: seen.changes,
    subject,
    body: lines.join('\n'),
    trailers,
  });
}

async function move(workspace: Workspace, from: string, to: string, reason: string): Promise<void> {
  const { repo, checkout, world } = workspace;
  const result = await moveBranch(repo, { ref: checkout.ref, from, to, reason });
  if (!result.moved) throw movedMeanwhile(checkout.ref);
  for (const path of result.left) world.tell?.(`${path} was changed by somebody and left as it is`);
}

/** Commits on the remote's tip: the checkout follows it first, and follows the commit once it is pushed. */
async function pushOnBranch(
  world: World,
  plan: Planner,
  first: Workspace,
  upstream: Upstream,
): Promise<Outcome> {
  let shown: Planned | undefined;
  const attempt = async (tip: string | undefined): Promise<Attempt<Planned | undefined>> => {
    if (tip === undefined) throw noTip(upstream);
    await forwardTo(first, tip);
    const planned = await propose(await openWorkspace(world), plan);
    if (!planned) return { value: undefined };
    refuseOther(shown, planned);
    shown ??= planned;
    return { commit: await commitOf(first, tip, planned), value: planned };
  };
  const { value, commit } = await pushPlanned(
    first.repo,
    upstream satisfies RemoteRef,
    attempt,
    pausesOf(world),
  );
  if (commit === undefined) return { pushed: false };
  const head = (await readRef(first.repo, first.checkout.ref))!;
  // A later tip may have been fetched by now; then the next command follows it.
  if (await isAncestor(first.repo, head, commit)) await move(first, head, commit, value!.proposal.subject);
  return { ...value, commit, pushed: true };
}

async function forwardTo(workspace: Workspace, tip: string): Promise<void> {
  const { repo, checkout } = workspace;
  const head = (await readRef(repo, checkout.ref))!;
  if (head === tip) return;
  if (await isAncestor(repo, head, tip)) return move(workspace, head, tip, 'follow the remote');
  throw unpushed();
}

/** Somebody changed the same, or what is rendered around it: what was shown is no longer what would happen. */
function refuseOther(shown: Planned | undefined, now: Planned): void {
  if (!shown) return;
  const key = (planned: Planned): unknown => [
    planned.proposal.fields,
    planned.preview.summary?.added,
    planned.preview.summary?.changed,
    planned.preview.summary?.removed,
    planned.preview.delivery,
  ];
  if (isDeepStrictEqual(key(shown), key(now))) return;
  throw new UserError(
    {
      code: 'changed-meanwhile',
      cause: `somebody else changed stage ${now.proposal.stage} in the meantime`,
      consequence: `Nothing was pushed. Shown was:\n${formatPreview(shown)}\nNow it would be:\n${formatPreview(now)}`,
      remedy: 'look at the new plan (--dry-run), and run it again if it is still what you want',
    },
    EXIT.refused,
  );
}
