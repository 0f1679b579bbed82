import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { fsProblem, isRefusal } from '../manifests/publish/fs-errors';
import { EXIT, UserError } from '../model/errors';
import { PACKAGE_ROOT } from '../model/package-root';
import { contextOf, type Context, type ProcessLike } from './context';
import { registerDiff } from './commands/diff';
import { registerHistory } from './commands/history';
import { registerHold } from './commands/hold';
import { registerPromote } from './commands/promote';
import { registerRender } from './commands/render';
import { registerRollback } from './commands/rollback';
import { registerScan } from './commands/scan-secrets';
import { registerSchema } from './commands/schema';
import { registerSeal } from './commands/seal';
import { registerSet } from './commands/set';
import { registerStatus } from './commands/status';
import { registerSynth } from './commands/synth';
import { registerWindows } from './commands/windows';

const COMMANDS = [
  registerSynth,
  registerSchema,
  registerRender,
  registerPromote,
  registerRollback,
  registerSet,
  registerHold,
  registerStatus,
  registerWindows,
  registerDiff,
  registerHistory,
  registerSeal,
  registerScan,
];

/** Runs one command line. Sets the exit code and returns; never calls exit, so that pipes are drained. */
export async function main(process: ProcessLike): Promise<void> {
  const context = contextOf(process);
  const program = new Command('stageline')
    .description('Generates a whole GitOps repository from typed apps and stages.')
    .version(version(), '-V, --version')
    .option('--verbose', 'show the stack of an error')
    .configureOutput({ writeOut: (s) => process.stdout.write(s), writeErr: (s) => process.stderr.write(s) })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('(--help shows what there is)');

  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    context.finish(report(error, context, program.opts<{ verbose?: boolean }>().verbose === true));
  }
}

const UNFINISHED = 'All is as it was, or the next command finishes what was begun.';

/** Prints an error the way the user should see it, and says which exit code it means. */
function report(error: unknown, context: Context, verbose: boolean): 0 | 1 | 2 | 3 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.error;
  if (error instanceof UserError) {
    context.tell(error.message);
    if (verbose && error.stack) context.tell(error.stack);
    return error.exitCode;
  }
  const refused = isRefusal(error) ? fsProblem(error, context.root, UNFINISHED) : undefined;
  if (refused) return report(new UserError(refused), context, verbose);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  context.tell(`This is a defect of stageline, please report it: ${message}`);
  context.tell(verbose ? (stack ?? '') : '    → --verbose shows where it happened');
  return EXIT.error;
}

function version(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
