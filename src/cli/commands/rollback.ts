import type { Command } from 'commander';
import type * as promotionModule from '../../promotion';
import type { Context } from '../context';
import {
  operationOptions,
  positive,
  printOutcome,
  withOperationFlags,
  worldOf,
  type OperationFlags,
} from '../world';

interface Flags extends OperationFlags {
  readonly to?: string;
  readonly steps?: number;
}

/** `stageline rollback`: a stage as it was, as one new commit. */
export function registerRollback(program: Command, context: Context): void {
  const command = program
    .command('rollback <stage> [app...]')
    .description('take a stage back to an earlier release, byte for byte, and hold it')
    .option('--to <revision>', 'the commit or tag that had it')
    .option('--steps <n>', 'how many releases back; default: 1', positive);
  withOperationFlags(command).action(async (stage: string, apps: string[], flags: Flags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { rollback } = require('../../promotion') as typeof promotionModule;
    const { to, steps } = flags;
    const outcome = await rollback(worldOf(context), { ...operationOptions(flags), stage, apps, to, steps });
    printOutcome(context, outcome, flags);
  });
}
