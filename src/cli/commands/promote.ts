import { Option, type Command } from 'commander';
import type * as promotionModule from '../../promotion';
import type { ChangeClass } from '../../promotion';
import type { Context } from '../context';
import {
  operationOptions,
  printOutcome,
  skipOption,
  withOperationFlags,
  worldOf,
  type OperationFlags,
} from '../world';

interface Flags extends OperationFlags {
  readonly to: string;
  readonly from?: string;
  readonly only?: ChangeClass;
  readonly skip?: string;
}

/** `stageline promote`: what the stage before runs, as one commit. */
export function registerPromote(program: Command, context: Context): void {
  const command = program
    .command('promote [app...]')
    .description('move images, values and the base to a stage, as one reviewed commit')
    .requiredOption('--to <stage>', 'the stage that gets it')
    .option('--from <stage>', 'the stage it comes from; default: the one before in the line')
    .addOption(new Option('--only <class>', 'move only these changes').choices(['image', 'config', 'base']))
    .addOption(skipOption('pass closed gates'));
  withOperationFlags(command).action(async (apps: string[], flags: Flags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { promote } = require('../../promotion') as typeof promotionModule;
    const { to, from, only, skip } = flags;
    const outcome = await promote(worldOf(context), {
      ...operationOptions(flags),
      apps,
      to,
      from,
      only,
      skip,
    });
    printOutcome(context, outcome, flags);
  });
}
