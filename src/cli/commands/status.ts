import { Option, type Command } from 'commander';
import type * as promotionModule from '../../promotion';
import type { StageStatus } from '../../promotion';
import type { Context } from '../context';
import { worldOf } from '../world';
import { counted } from '../../model/counted';

/** `stageline status`: what every stage runs, and how far it is behind. */
export function registerStatus(program: Command, context: Context): void {
  program
    .command('status')
    .description('apps and stages: images, how far behind, held, frozen, out of date, last deployed')
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .action(async ({ output }: { output: string }) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const promotion = require('../../promotion') as typeof promotionModule;
      const stages = await promotion.status(worldOf(context));
      context.print(output === 'json' ? JSON.stringify(stages, null, 2) : matrix(stages, context, promotion));
    });
}

function matrix(
  stages: readonly StageStatus[],
  context: Context,
  { formatAge, formatBehind, formatTable }: typeof promotionModule,
): string {
  const apps = [...new Set(stages.flatMap(({ images }) => Object.keys(images)))].sort();
  const line = (title: string, cell: (stage: StageStatus) => string): string[] => [
    title,
    ...stages.map(cell),
  ];
  const ago = (at: string | undefined): string =>
    at === undefined ? '?' : formatAge((context.now().getTime() - Date.parse(at)) / 1000);
  const rows = [
    line('', ({ stage }) => stage),
    ...apps.map((app) =>
      line(app, ({ images, behind }) => `${short(images[app])}${config(behind?.valuesByApp[app])}`),
    ),
    line('base', ({ base }) => base?.slice(0, 12) ?? 'working tree'),
    line('changed', ({ since }) => ago(since)),
    line('behind', ({ behind }) => (behind ? formatBehind(behind) || 'nothing' : '-')),
    line('deployed', ({ deployed }) =>
      deployed
        ? `${deployed.result}, ${deployed.health} ${ago(deployed.at)}${deployed.current ? '' : ' (older)'}`
        : 'not recorded',
    ),
    line('dist/', ({ outdated }) =>
      outdated.length === 0 ? 'up to date' : `${outdated.length} out of date`,
    ),
  ];
  const notes = stages.flatMap(({ stage, held, frozen, parity, approvals }) => [
    ...(held === undefined ? [] : [`${stage} is held: ${held}`]),
    ...(parity === undefined ? [] : [`${stage} is like ${parity.with}${exceptFor(parity.except)}`]),
    ...(approvals === undefined
      ? []
      : [`${stage} needs approvals: ${approvals.count}, of ${approvals.owners.join(' or ')}`]),
    ...(frozen === undefined ? [] : [`${stage} is frozen: ${frozen}`]),
  ]);
  return [formatTable(rows), ...notes].join('\n');
}

const exceptFor = (except: readonly string[]): string =>
  except.length === 0 ? '' : `, except for ${except.join(', ')}`;

/** Config of an app that is not that of the stage before. */
const config = (values = 0): string => (values === 0 ? '' : ` (${counted(values, 'value')})`);

/** Tag or digest of each image. */
const short = (images = '-'): string => images.split(', ').map(version).join(', ');

function version(image: string): string {
  const last = image.split('/').at(-1)!;
  return last.replace(/@(sha256:[0-9a-f]{12})[0-9a-f]+$/, '@$1').replace(/^[^:@]+[:@]/, '');
}
