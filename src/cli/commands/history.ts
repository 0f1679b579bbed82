import { Option, type Command } from 'commander';
import type * as promotionModule from '../../promotion';
import type { HistoryEntry, RecordOptions } from '../../promotion';
import type { Context } from '../context';
import { positive, worldOf } from '../world';

const RESULTS = ['Succeeded', 'Failed', 'Error', 'Running'];
const HEALTHS = ['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown'];

type RecordFlags = Omit<RecordOptions, 'stage'>;

/** `stageline record` and `stageline history`: what really ran, in Git notes. */
export function registerHistory(program: Command, context: Context): void {
  program
    .command('record <stage>')
    .description('record what Argo CD reports of a sync; done twice it changes nothing')
    .requiredOption('--revision <commit>', 'the commit that was synced')
    .addOption(new Option('--result <result>', 'how the sync ended').choices(RESULTS).makeOptionMandatory())
    .addOption(new Option('--health <health>', 'how the app is').choices(HEALTHS).makeOptionMandatory())
    .option('--at <time>', 'when it ended, ISO 8601, in UTC where it names no zone; default: now')
    .option('--by <name>', 'who synced it')
    .option('--push', 'merge with what others recorded, and push it')
    .option('--remote <name>', 'where to', 'origin')
    .action(async (stage: string, flags: RecordFlags) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const { record } = require('../../promotion') as typeof promotionModule;
      const added = await record(worldOf(context), { ...flags, stage });
      context.tell(added ? 'recorded' : 'it was recorded already');
    });
  program
    .command('history <stage>')
    .description('what a stage was: when, by whom, from where, and how its deployment went')
    .option('--limit <n>', 'how many releases, the newest first, or "all"', limitOf, LIMIT)
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .action(async (stage: string, { limit, output }: { limit: number; output: string }) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const { formatTable, history } = require('../../promotion') as typeof promotionModule;
      const { hasOlder, releases } = await history(worldOf(context), stage, limit);
      context.print(output === 'json' ? JSON.stringify(releases, null, 2) : formatTable(rows(releases)));
      if (hasOlder) context.tell('older releases are left out; --limit all shows them');
    });
}

/** As many as a person reads; a large stage takes a millisecond each. */
const LIMIT = 50;

const limitOf = (text: string): number => (text === 'all' ? Infinity : positive(text));

function rows(entries: readonly HistoryEntry[]): string[][] {
  return [
    ['COMMIT', 'WHEN', 'BY', 'FROM', 'DEPLOYED', 'WHAT'],
    ...entries.map(({ commit, at, by, promotedFrom, rollbackTo, deployed, subject }) => {
      const from = rollbackTo === undefined ? (promotedFrom ?? '-') : rollbackTo.slice(0, 12);
      return [
        commit.slice(0, 12),
        at,
        by,
        from,
        deployed ? `${deployed.result}, ${deployed.health}` : 'not recorded',
        subject,
      ];
    }),
  ];
}
