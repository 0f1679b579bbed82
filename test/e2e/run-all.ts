import { join } from 'node:path';
import { startCluster } from './harness/cluster';
import { runScenarios, type Result, type Scenario } from './harness/scenario';
import { inSession } from './harness/session';
import { Workspace } from './harness/workspace';
import { SCENARIOS } from './scenarios';

export interface RunOptions {
  /** Parts of names; none: every scenario. What one needs is run before it. */
  readonly wanted: readonly string[];
  /** Takes in the large ones where no name is given. */
  readonly large?: boolean;
  readonly minutes: number;
  /** Leaves the rest alone after the first red one. */
  readonly stopAtFailure?: boolean;
  /** Keeps the folder of the run whatever comes out. */
  readonly keep?: boolean;
  /** What is changed in the copy of the repository before anything runs. */
  readonly prepare?: (workspace: Workspace) => void;
}

/** One cluster, the scenarios on it, and their results; whatever happens, nothing goes on running. */
export async function runAll(options: RunOptions): Promise<readonly Result[]> {
  const scenarios = select(SCENARIOS, options);
  const results: Result[] = [];
  const expected = new Error('not every scenario passed');
  await inSession({ minutes: options.minutes, keep: options.keep }, async (session) => {
    const cluster = await startCluster(session);
    session.log('the cluster is ready');
    const { fileUrl: url, pushUrl } = cluster.git;
    const workspace = await Workspace.create(join(session.folder, 'repo'), { url, pushUrl });
    options.prepare?.(workspace);
    await runScenarios(scenarios, { session, cluster, workspace }, results, options.stopAtFailure);
    // A mutant is meant to fail: its logs are of no interest.
    if (!options.prepare && results.some(({ outcome }) => outcome === 'failed')) throw expected;
  }).catch((error: unknown) => {
    if (error !== expected) throw error;
  });
  return results;
}

function select(all: readonly Scenario[], { wanted, large }: RunOptions): Scenario[] {
  if (!wanted.length) return all.filter((scenario) => large === true || !scenario.large);
  const names = new Set<string>();
  const add = (scenario: Scenario): void => {
    names.add(scenario.name);
    for (const need of scenario.needs ?? []) add(all.find(({ name }) => name === need)!);
  };
  for (const scenario of all) if (wanted.some((part) => scenario.name.includes(part))) add(scenario);
  if (!names.size) throw new Error(`no scenario is called like: ${wanted.join(', ')}`);
  return all.filter(({ name }) => names.has(name));
}
