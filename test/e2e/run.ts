import { report } from './harness/scenario';
import { runAll } from './run-all';

/** `npm run test:e2e [-- part of a name]`: every scenario, or those that fit and what they need. */
async function main(wanted: readonly string[]): Promise<void> {
  try {
    const results = await runAll({ wanted, minutes: 45, keep: process.env.STAGELINE_E2E_KEEP === '1' });
    console.log(report(results));
    if (results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

// Whatever still waits, after a stop, is of no interest any more.
void main(process.argv.slice(2)).finally(() => process.exit());
