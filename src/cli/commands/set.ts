import type { Command } from 'commander';
import { UserError } from '../../model/errors';
import type * as promotionModule from '../../promotion';
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
  readonly sourceCommit?: string;
  readonly skip?: string;
}

/** `stageline set-image`, `set` and `unset`: what CI writes into a stage's file. */
export function registerSet(program: Command, context: Context): void {
  directEdit(
    program
      .command('set-image <stage> <app=image...>')
      .description('set the image of apps; done twice it makes no commit'),
  ).action(async (stage: string, pairs: string[], flags: Flags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { setImage } = require('../../promotion') as typeof promotionModule;
    const images = new Map(pairs.map((pair) => split(pair, 'app=image')));
    const { sourceCommit, skip } = flags;
    const options = { ...operationOptions(flags), stage, images, sourceCommit, skip };
    printOutcome(context, await setImage(worldOf(context), options), flags);
  });
  directEdit(
    program
      .command('set <stage> <app.path=value...>')
      .description('set values of apps (null: have none, even where base.yaml has one)'),
  ).action(async (stage: string, pairs: string[], flags: Flags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { setValues } = require('../../promotion') as typeof promotionModule;
    const values = pairs.map((pair) => split(pair, 'app.path=value'));
    const { sourceCommit, skip } = flags;
    const options = { ...operationOptions(flags), stage, values, sourceCommit, skip };
    printOutcome(context, await setValues(worldOf(context), options), flags);
  });
  directEdit(
    program
      .command('unset <stage> <app.path...>')
      .description("take values out of the stage's file: those of base.yaml count again"),
  ).action(async (stage: string, paths: string[], flags: Flags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { unsetValues } = require('../../promotion') as typeof promotionModule;
    const { sourceCommit, skip } = flags;
    const options = { ...operationOptions(flags), stage, paths, sourceCommit, skip };
    printOutcome(context, await unsetValues(worldOf(context), options), flags);
  });
}

function directEdit(command: Command): Command {
  return withOperationFlags(
    command
      .option('--source-commit <id>', 'the commit it comes from; becomes a trailer')
      .addOption(skipOption('edit a stage that has gates, or is held')),
  );
}

function split(pair: string, form: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new UserError({
    code: 'set-path',
    cause: `${JSON.stringify(pair)} has no "=" after a name`,
    remedy: `write ${form}`,
  });
}
