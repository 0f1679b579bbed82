import type { Command } from 'commander';
import type * as scanModule from '../../secrets/scan-folder';
import type * as sarifModule from '../../secrets/sarif';
import { EXIT, formatProblems, type Problem } from '../../model/errors';
import type { Context } from '../context';
import { counted } from '../../model/counted';

interface Flags {
  readonly sarif?: boolean;
}

/** `stageline scan-secrets`: the check of synth over any folder, for CI and pre-commit. */
export function registerScan(program: Command, context: Context): void {
  program
    .command('scan-secrets')
    .description('look for credentials in folders and files; exit 1 when there are any, never print a value')
    .argument('[path...]', 'folders and files, from the root of the repository', ['.'])
    .option('--sarif', 'print SARIF 2.1.0, for code scanning')
    .action((paths: string[], flags: Flags) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const { scanFolder } = require('../../secrets/scan-folder') as typeof scanModule;
      const scans = paths.map((path) => scanFolder(context.root, path.replace(/\/+$/, '') || '.'));
      const problems = scans.flatMap(({ findings, problems }): Problem[] => [
        ...findings.map(({ at, rule, why, structural }) => ({
          code: rule,
          cause: `looks like a credential: ${why}`,
          remedy: structural
            ? undefined
            : 'Take it out; if it is none, end the line with "# allowSecret: <why>".',
          at,
        })),
        ...problems,
      ]);
      if (flags.sarif) {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
        const { toSarif } = require('../../secrets/sarif') as typeof sarifModule;
        const results = problems.map(({ at, cause, code }) => ({ rule: code, message: cause, at: at! }));
        context.print(JSON.stringify(toSarif(results, program.version() ?? ''), null, 2));
      } else {
        if (problems.length > 0) context.print(formatProblems(problems));
        const files = scans.reduce((sum, scan) => sum + scan.files, 0);
        const skipped = scans.reduce((sum, scan) => sum + scan.skipped.length, 0);
        const rendered = scans.reduce((sum, scan) => sum + scan.rendered.length, 0);
        context.tell(
          `${counted(files, 'file')}, ${skipped} not read (binary or over 2 MiB), ${counted(problems.length, 'finding')}`,
        );
        if (rendered > 0)
          context.tell(`left out: ${counted(rendered, 'file')} as synth rendered and looked at them (dist/)`);
      }
      context.finish(problems.length > 0 ? EXIT.error : EXIT.done);
    });
}
