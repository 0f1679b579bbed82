import { run } from '../harness/run-command';
import type { Scenario } from '../harness/scenario';

/** Admission by the engine's own command line, which is what decides in a cluster too. */
export const policiesScenario: Scenario = {
  name: "Kyverno's engine lets every stage in and refuses what is planted",
  note: 'its command line, without its webhook',
  async run({ workspace }) {
    await run(process.execPath, ['-r', 'tsx/cjs', 'test/scan/policies.ts'], {
      cwd: workspace.folder,
      // The first time it is built.
      timeout: 1800,
    });
  },
};
