import type { Command } from 'commander';
import type * as sealModule from '../../synth/seal';
import { formatProblem } from '../../model/errors';
import type { Context } from '../context';
import { readSecrets } from '../secret-input';

/** `stageline seal`: values in by standard input or a hidden prompt, ciphertext out into the stage's file. */
export function registerSeal(program: Command, context: Context): void {
  program
    .command('seal')
    .description('encrypt values of a secret for one stage, and write the ciphertext into its file')
    .argument('<stage>')
    .argument('<app>')
    .argument('<secret>')
    .argument('<key...>', 'keys; their values are read from standard input, or asked for')
    .option('--dry-run', 'check the names and the certificate, read and write nothing')
    .action(
      async (stage: string, app: string, secret: string, keys: string[], flags: { dryRun?: boolean }) => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
        const { planSeal, rewriteFile } = require('../../synth/seal') as typeof sealModule;
        const plan = planSeal({ root: context.root, stage, app, secret, keys, now: context.now() });
        for (const warning of plan.warnings) context.tell(`warning: ${formatProblem(warning)}`);
        if (flags.dryRun) {
          context.print(`would seal ${plan.keys.join(', ')} into ${plan.file}`);
          return;
        }
        const values = await readSecrets(context.input, plan.keys, context.tell);
        await rewriteFile(context.root, plan.file, () => plan.textWith(values));
        context.print(`sealed ${plan.keys.join(', ')} into ${plan.file}; "stageline synth" renders it`);
      },
    );
}
