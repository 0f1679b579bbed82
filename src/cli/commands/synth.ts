import { Option, type Command } from 'commander';
import { mayBeInterrupted } from '../../git/interrupted';
import { EXIT } from '../../model/errors';
import type * as workspaceModule from '../../promotion/workspace';
import type * as synthModule from '../../synth/synth';
import { underCdk8s } from '../cdk8s';
import type { Context } from '../context';
import { Progress } from '../progress';
import { worldOf } from '../world';

interface Flags {
  readonly check?: boolean;
  readonly deep?: boolean;
  readonly against?: string;
  readonly dryRun?: boolean;
  readonly cache: boolean;
  readonly output: 'text' | 'json';
}

/** `stageline synth`: environments/ and src/apps in, dist/ out. */
export function registerSynth(program: Command, context: Context): void {
  program
    .command('synth')
    .description('render every stage, check it, and publish what changed to dist/')
    .option('--check', 'write nothing; exit 2 when dist/ is out of date or was edited by hand')
    .option('--deep', 'render pinned stages again from their revisions, whatever their locks say')
    .option(
      '--against <revision>',
      'guard against destructive changes since this branch, not only since dist/',
    )
    .option('--no-cache', 'render every app again, whatever .stageline/cache holds')
    .option('--dry-run', 'show what would change, write nothing')
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .action((flags: Flags) => underCdk8s(context, () => run(flags, context)));
}

async function run(flags: Flags, context: Context): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
  const { formatWarning, synth } = require('../../synth/synth') as typeof synthModule;
  if (mayBeInterrupted(context.root)) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    const { finishInterrupted } = require('../../promotion/workspace') as typeof workspaceModule;
    await finishInterrupted(worldOf(context));
  }
  const progress = new Progress(context);
  const options = { root: context.root, env: context.env, ...flags, progress: progress.show };
  const { text, different, ...data } = await synth(options).finally(progress.end);
  for (const warning of data.warnings) context.tell(formatWarning(warning));
  if (flags.output === 'json') context.print(JSON.stringify(data, null, 2));
  else if (context.env['CDK8S_OUTDIR'] === undefined) context.print(text);
  else context.tell(text); // the cdk8s CLI swallows standard output
  context.finish(different ? EXIT.different : EXIT.done);
}
