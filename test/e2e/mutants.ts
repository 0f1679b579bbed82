import type { Mutant } from './mutant';
import { MUTANTS } from './mutant-list';
import { runAll } from './run-all';

/**
 * `npm run test:e2e:mutants [-- part of a name]`: breaks the product on purpose, in the copy that the scenarios work
 * on, and expects the matching scenario, and none before it, to turn red for the right reason.
 */
async function main(wanted: readonly string[]): Promise<void> {
  const mutants = MUTANTS.filter(({ name }) => !wanted.length || wanted.some((part) => name.includes(part)));
  const rows: string[] = [];
  for (const mutant of mutants) {
    const start = Date.now();
    const verdict = await judge(mutant);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    const caught = verdict === undefined;
    const row = `${caught ? 'caught  ' : 'SURVIVED'}  ${seconds.padStart(6)}  ${mutant.name}: ${mutant.scenario}`;
    rows.push(caught ? row : `${row}\n    ${verdict.replace(/\n/g, '\n    ')}`);
    console.log(rows.at(-1));
  }
  const survived = rows.filter((row) => row.startsWith('SURVIVED')).length;
  console.log(`\n${rows.join('\n')}\n\n${mutants.length - survived} caught, ${survived} survived`);
  if (survived || !mutants.length) process.exitCode = 1;
}

/** @returns why the mutant was not caught as it should be */
async function judge({ scenario, edits, why }: Mutant): Promise<string | undefined> {
  const results = await runAll({
    wanted: [scenario],
    minutes: 10,
    stopAtFailure: true,
    prepare: (workspace) => {
      for (const { file, from, to } of edits) workspace.replace(file, from, to);
    },
  });
  const red = results.find(({ outcome }) => outcome === 'failed');
  if (!red) return 'every scenario passed';
  if (red.name !== scenario) return `another scenario was red: ${red.name}\n${red.why}`;
  if (!why.test(red.why ?? '')) return `it was red for another reason:\n${red.why}`;
  return undefined;
}

void main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  })
  .finally(() => process.exit());
