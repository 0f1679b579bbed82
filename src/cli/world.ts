import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type * as promotionModule from '../promotion';
import type { OperationOptions, Outcome, World } from '../promotion';
import { EXIT, formatProblems } from '../model/errors';
import type { Context } from './context';

/** What a command that makes a commit is told on its command line. */
export interface OperationFlags {
  readonly dryRun?: boolean;
  readonly branch?: string;
  readonly push?: boolean;
  readonly output: 'text' | 'json';
}

/** The world as promotion wants it. */
export function worldOf(context: Context): World {
  const { root, env, now, tell } = context;
  return { root, env, now, tell };
}

/** The flags of every command that makes a commit. */
export function withOperationFlags(command: Command): Command {
  return command
    .option('--dry-run', 'show the plan and the rendered difference, write nothing')
    .option('--branch <name>', 'put the commit on a new branch, and leave the checkout alone')
    .option('--push', 'push it; when somebody was faster, plan again on the new tip')
    .addOption(
      new Option('--output <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    );
}

export function operationOptions({ dryRun, branch, push }: OperationFlags): OperationOptions {
  return { dryRun, branch, push };
}

/** A count on the command line. */
export function positive(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a number from 1 on');
}

/** `--skip`: what closed gates refuse is done all the same, for a reason. */
export const skipOption = (what: string): Option =>
  new Option('--skip <why>', `${what}; the commit records why`).argParser(reason);

function reason(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('must say why');
}

/** Prints what became of an operation. */
export function printOutcome(
  context: Context,
  outcome: Outcome,
  { output, dryRun, branch }: OperationFlags,
): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
  const { formatPreview, pullRequestBody } = require('../promotion') as typeof promotionModule;
  const { commit, madeBefore, pushed, proposal, preview, refused = [] } = outcome;
  if (refused.length > 0) context.finish(EXIT.refused);
  const body = branch === undefined ? undefined : pullRequestBody(outcome);
  if (output === 'json') {
    const plan = proposal && {
      subject: proposal.subject,
      fields: proposal.fields.map(([field, before, after]) => ({ field, before, after })),
    };
    const { summary, delivery, approvals } = preview ?? {};
    const result = {
      commit,
      branch: outcome.branch,
      madeBefore,
      pushed,
      plan,
      summary,
      delivery,
      approvals,
      refused,
      body,
    };
    context.print(JSON.stringify(result, null, 2));
    return;
  }
  if (!proposal || !preview) return context.print('nothing to do: it is so already');
  context.print(formatPreview({ proposal, preview }));
  if (refused.length > 0) context.tell(formatProblems(refused));
  if (dryRun) return context.tell('dry run: nothing was written');
  const made = `${commit?.slice(0, 12)}${outcome.branch === undefined ? '' : ` on ${outcome.branch}`}`;
  const told = madeBefore ? `nothing new: ${made} is the same change` : `committed ${made}`;
  context.tell(`${told}${pushed ? ', pushed' : ''}`);
  if (body !== undefined) context.print(`\n${body}`);
}
