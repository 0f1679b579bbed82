import { join } from 'node:path';
import { startCluster } from './harness/cluster';
import { report, runScenarios, type Result, type Scenario } from './harness/scenario';
import { inSession } from './harness/session';
import { Workspace } from './harness/workspace';
import { SCENARIOS } from './scenarios';

/** `npm run test:e2e [-- part of a name]`: every scenario, or those that fit and what they need. */
async function main(wanted: readonly string[]): Promise<void> {
  const scenarios = select(SCENARIOS, wanted);
  const results: Result[] = [];
  await inSession({ minutes: 45, keep: process.env.STAGELINE_E2E_KEEP === '1' }, async (session) => {
    const cluster = await startCluster(session);
    session.log('the cluster is ready');
    const workspace = await Workspace.create(join(session.folder, 'repo'), cluster.git);
    results.push(...(await runScenarios(scenarios, { session, cluster, workspace })));
    if (results.some(({ outcome }) => outcome === 'failed')) throw new Error('not every scenario passed');
  }).catch((error: unknown) => {
    process.exitCode = 1;
    if (!results.length) console.error(error instanceof Error ? error.message : error);
  });
  if (results.length) console.log(report(results));
}

function select(all: readonly Scenario[], wanted: readonly string[]): Scenario[] {
  if (!wanted.length) return [...all];
  const names = new Set<string>();
  const add = (scenario: Scenario): void => {
    names.add(scenario.name);
    for (const need of scenario.needs ?? []) add(all.find(({ name }) => name === need)!);
  };
  for (const scenario of all) if (wanted.some((part) => scenario.name.includes(part))) add(scenario);
  if (!names.size) throw new Error(`no scenario is called like: ${wanted.join(', ')}`);
  return all.filter(({ name }) => names.has(name));
}

// Whatever still waits, after a stop, is of no interest any more.
void main(process.argv.slice(2)).finally(() => process.exit());
