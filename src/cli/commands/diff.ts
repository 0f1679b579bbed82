import { Option, type Command } from 'commander';
import { formatProblems, UserError } from '../../model/errors';
import type * as promotionModule from '../../promotion';
import type { Context } from '../context';
import { worldOf } from '../world';

interface Flags {
  readonly against?: string;
  readonly output: string;
}

/** `stageline diff`: two stages, or a stage and its past, by object and field. */
export function registerDiff(program: Command, context: Context): void {
  program
    .command('diff <stage> [to]')
    .description('what differs between two stages, or between a stage and what it was at a revision')
    .option('--against <revision>', 'compare the stage with what it was there')
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .action(async (stage: string, to: string | undefined, { against, output }: Flags) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const promotion = require('../../promotion') as typeof promotionModule;
      if ((to === undefined) === (against === undefined))
        throw new UserError({
          code: 'diff-arguments',
          cause: 'diff compares two stages, or a stage with a revision',
          remedy: 'stageline diff staging prod, or stageline diff prod --against HEAD~5',
        });
      const json = (value: unknown): string => JSON.stringify(value, null, 2);
      if (to !== undefined) {
        const diff = await promotion.diffStages(worldOf(context), stage, to);
        context.print(output === 'json' ? json(diff) : promotion.formatStageDiff(diff));
        if (output === 'text' && diff.refused.length > 0) context.tell(formatProblems(diff.refused));
        return;
      }
      const summary = await promotion.diffAgainst(worldOf(context), stage, against!);
      const lines = promotion.formatSummary(summary);
      context.print(output === 'json' ? json(summary) : lines.join('\n') || 'no difference');
    });
}
