import { Option, type Command } from 'commander';
import type * as deliveryModule from '../../delivery';
import { UserError } from '../../model/errors';
import { parseIsoTime } from '../../model/iso-time';
import type * as loadModule from '../../synth/load';
import type { Context } from '../context';

/** `stageline windows`: which stages may be synced at a moment, and why not. */
export function registerWindows(program: Command, context: Context): void {
  program
    .command('windows')
    .description('which stages may be synced now, or at another time, and why not')
    .option('--at <time>', 'ISO 8601, in UTC where it names no zone: 2026-12-24T10:00Z')
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .action(({ at, output }: { at?: string; output: string }) => {
      const time = at === undefined ? context.now() : timeOf(at);
      /* eslint-disable @typescript-eslint/no-require-imports -- loaded only when it is needed */
      const { windowsAt } = require('../../delivery') as typeof deliveryModule;
      const { load } = require('../../synth/load') as typeof loadModule;
      /* eslint-enable @typescript-eslint/no-require-imports */
      const stages = load(context.root).repository.environments.map((stage) => windowsAt(stage, time));
      if (output === 'json') {
        context.print(JSON.stringify({ at: time.toISOString(), stages }, null, 2));
        return;
      }
      const width = Math.max(...stages.map(({ stage }) => stage.length));
      for (const { allowed, because, manualAllowed, stage } of stages) {
        const may = allowed ? 'syncs' : manualAllowed ? 'by hand' : 'closed';
        context.print(`${stage.padEnd(width)}  ${may.padEnd(7)}  ${because}`);
      }
    });
}

function timeOf(text: string): Date {
  const time = parseIsoTime(text);
  if (time) return time;
  throw new UserError({
    code: 'usage',
    cause: `"${text}" is no time`,
    remedy: 'Write it as 2026-12-24T10:00Z or 2026-12-24T11:00+01:00.',
  });
}
