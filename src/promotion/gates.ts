import { fetchNotes } from '../git/notes';
import { NOTES_REF } from '../git/notes-ref';
import { remoteOf } from '../git/read';
import { readRef } from '../git/refs';
import { readLock } from '../manifests/publish';
import type { Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { secondsOf } from '../model/promotion';
import { load } from '../synth/load';
import { windowsAt } from '../delivery';
import { valueIn } from '../config/yaml-edit';
import { upstreamOf } from './new-branch';
import { broughtBy } from './committed';
import { CLOCKS_DIFFER, contentHash, readRecords, type Deployment } from './records';
import { reportersOf, runOf, type Run } from './running';
import { sourceOf, type StageSource } from './values';
import type { Workspace } from './workspace';

export interface GateInput {
  readonly from: StageSource;
  readonly to: StageSource;
  readonly skip?: string;
  /** Whether the commit is pushed; then what others recorded is fetched first. */
  readonly push?: boolean;
  /** Whether the commit goes to the branch itself, past every pull request. */
  readonly direct?: boolean;
}

/** What a commit says of the gates it passed, and those that it does not. */
export interface Gates {
  readonly notes: readonly string[];
  readonly trailers: readonly (readonly [key: string, value: string])[];
  /** What opens each that is closed, and when. */
  readonly closed: readonly Problem[];
}

/** The gates between two stages; with a reason to skip them none is closed. */
export async function askGates(workspace: Workspace, input: GateInput): Promise<Gates> {
  const notes: string[] = [];
  // Read once, and only where a gate asks for it.
  let known: Repository | undefined;
  const repository = (): Repository => (known ??= load(workspace.world.root).repository);
  const closed = [
    ...held(input.to),
    ...order(input),
    ...(await deployed(workspace, input, notes, repository)),
    ...windows(workspace, input.to, repository),
    ...approved(input),
  ];
  if (closed.length === 0 || input.skip === undefined) return { notes, trailers: [], closed };
  return {
    notes: [...notes, ...closed.map((problem) => `skipped: ${problem.cause}`)],
    trailers: [['Gates-Skipped', input.skip]],
    closed: [],
  };
}

const closedGate = (cause: string, remedy: string, to: StageSource): Problem => ({
  code: 'gate-closed',
  cause,
  consequence: 'Nothing was changed.',
  remedy: `${remedy}; or --skip "<why>", which the commit records`,
  at: { file: to.file },
});

/** A stage that is held takes nothing until it is released. */
export function held(to: StageSource): Problem[] {
  const hold = valueIn(to.values, ['hold']);
  if (typeof hold !== 'string') return [];
  return [closedGate(`${to.name} is held: ${hold}`, `stageline release ${to.name}`, to)];
}

/** Direct edits of a stage with gates go around them. */
export function directEdit(to: StageSource): Problem[] {
  if (valueIn(to.values, ['gates']) === undefined) return [];
  return [
    closedGate(
      `${to.name} has gates, and a direct edit goes around them`,
      `change ${sourceOf(to.values) ?? 'the stage before'}, then promote`,
      to,
    ),
  ];
}

function order({ from, to }: GateInput): Problem[] {
  const before = sourceOf(to.values);
  if (before === undefined || before === from.name) return [];
  return [
    closedGate(
      `${to.name} promotes from ${before}, and not from ${from.name}`,
      `promote to ${before} first`,
      to,
    ),
  ];
}

/** Who approves does so in a pull request; without `--push` the commit is not anywhere yet. */
function approved({ to, direct }: GateInput): Problem[] {
  if (direct !== true || valueIn(to.values, ['gates', 'approvals']) === undefined) return [];
  return [
    closedGate(
      `${to.name} needs approvals, and a push to the branch itself goes around them`,
      `--branch <name> --push, and have the pull request approved`,
      to,
    ),
  ];
}

async function deployed(
  workspace: Workspace,
  { from, to, push }: GateInput,
  notes: string[],
  repository: () => Repository,
): Promise<Problem[]> {
  const gates = valueIn(to.values, ['gates']);
  const soak = valueIn(gates, ['soak']);
  // What soaks has to be deployed.
  if (gates === undefined || (valueIn(gates, ['deployed']) === false && soak === undefined)) return [];
  const { world, repo, checkout } = workspace;
  const needed = typeof soak === 'string' ? secondsOf(soak) : 0;
  const lock = readLock(world.root, from.name);
  const content = lock && contentHash(lock);
  // A clone has no records, or old ones: a plain fetch does not bring them.
  if (push) await fetchNotes(repo, (await upstreamOf(workspace)).remote);
  else await adviseFetch(workspace);
  const records = (await readRecords(repo)).filter(({ stage }) => stage === from.name);
  if (content === undefined) return [closedGate(`${from.name} was never rendered`, 'npm run synth', to)];
  const now = world.now().getTime();
  const isRecorded = records.length > 0;
  const looked = { head: checkout.head, stage: from.name, content, now };
  const brought = isRecorded ? undefined : await broughtBy(repo, looked);
  const run = isRecorded ? runOf(records, content, reportersOf(world.root, repository(), from.name)) : {};
  const { since = brought?.time, bad, silent = [] }: Run = run;
  if (!isRecorded) notes.push(`no deployment of ${from.name} is recorded: its commits count, not what ran`);
  if (bad) return [failed(bad, from.name, to)];
  if (since === undefined) {
    const where = silent.length > 0 ? ` on ${silent.join(', ')}` : '';
    return [
      closedGate(
        `${from.name} was never recorded synced and healthy${where} with what it holds now`,
        `sync ${from.name}${where}; its notification records it (stageline record)`,
        to,
      ),
    ];
  }
  const opens = since + needed * 1000;
  if (needed === 0 || now >= opens) return [];
  if (brought && since > now + CLOCKS_DIFFER)
    return [
      closedGate(
        `${from.name} was committed as it is at ${iso(since)}, which is in the future (${brought.commit.slice(0, 12)})`,
        `record its deployment (stageline record ${from.name})`,
        to,
      ),
    ];
  return [
    closedGate(
      `${from.name} has to run this for ${String(soak)}, and does so since ${iso(since)}${
        isRecorded ? '' : ' (no deployment is recorded: commits count, not what ran)'
      }`,
      `wait until ${iso(opens)}`,
      to,
    ),
  ];
}

async function adviseFetch({ repo, world }: Workspace): Promise<void> {
  if ((await readRef(repo, NOTES_REF)) !== undefined) return;
  const remote = await remoteOf(repo);
  if (remote !== undefined)
    world.tell?.(
      `this clone has no deployment records; where others push them: git fetch ${remote} ${NOTES_REF}:${NOTES_REF}`,
    );
}

/** A hook that fails, such as a test after the sync, fails the sync: Argo CD knows no sync that is half good. */
function failed({ at, result, health, revision, by }: Deployment, from: string, to: StageSource): Problem {
  const of = by === undefined ? from : `${from} (${by})`;
  const why =
    result === 'Succeeded'
      ? `is ${health} since its sync`
      : `was not synced: the sync ended as ${result}, as it does when a hook or a test fails`;
  return closedGate(
    `${of} ${why} (${revision.slice(0, 12)}, ${iso(Date.parse(at))})`,
    `mend ${from} and sync it again; its notification records it when it is healthy`,
    to,
  );
}

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

function windows({ world }: Workspace, to: StageSource, repository: () => Repository): Problem[] {
  const gates = valueIn(to.values, ['gates']);
  if (gates === undefined || valueIn(gates, ['windows']) === false) return [];
  const environment = repository().environments.find(({ name }) => name === to.name);
  const state = environment && windowsAt(environment, world.now());
  if (!state || state.manualAllowed) return [];
  return [closedGate(`the windows of ${to.name} deny now: ${state.because}`, 'wait for the window', to)];
}
