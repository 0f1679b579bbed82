import { report } from './harness/scenario';
import { runAll } from './run-all';

/** `npm run test:e2e [-- --scale | part of a name]`: every scenario, or those that fit and what they need. */
async function main(args: readonly string[]): Promise<void> {
  const wanted = args.filter((arg) => arg !== '--scale');
  const large = args.includes('--scale');
  const keep = process.env.STAGELINE_E2E_KEEP === '1';
  try {
    const results = await runAll({ wanted, large, minutes: 80, keep });
    console.log(report(results));
    if (results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

// Whatever still waits, after a stop, is of no interest any more.
void main(process.argv.slice(2)).finally(() => process.exit());
