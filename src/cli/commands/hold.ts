import type { Command } from 'commander';
import type * as promotionModule from '../../promotion';
import type { Context } from '../context';
import { operationOptions, printOutcome, withOperationFlags, worldOf, type OperationFlags } from '../world';

/** `stageline hold` and `stageline release`: whether anything is promoted to a stage. */
export function registerHold(program: Command, context: Context): void {
  const run = async (stage: string, why: string | undefined, flags: OperationFlags): Promise<void> => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { hold } = require('../../promotion') as typeof promotionModule;
    printOutcome(context, await hold(worldOf(context), { ...operationOptions(flags), stage, why }), flags);
  };
  withOperationFlags(
    program.command('hold <stage> <why>').description('promote nothing to a stage until it is released'),
  ).action((stage: string, why: string, flags: OperationFlags) => run(stage, why, flags));
  withOperationFlags(program.command('release <stage>').description('end the hold of a stage')).action(
    (stage: string, flags: OperationFlags) => run(stage, undefined, flags),
  );
}
