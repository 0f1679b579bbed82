import type { Command } from 'commander';
import type * as schemaModule from '../../synth/schema';
import { EXIT } from '../../model/errors';
import type { Context } from '../context';

/** `stageline schema`: the JSON Schemas that editors complete and check environments/ with. */
export function registerSchema(program: Command, context: Context): void {
  program
    .command('schema')
    .description('write the JSON Schemas of the files under environments/')
    .option('--check', 'write nothing; exit 2 when a schema is out of date')
    .action((flags: { check?: boolean }) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const { writeSchemas } = require('../../synth/schema') as typeof schemaModule;
      const stale = writeSchemas({ root: context.root, check: flags.check === true });
      for (const path of stale) context.print(`${flags.check ? 'out of date' : 'written'}: ${path}`);
      context.finish(flags.check && stale.length > 0 ? EXIT.different : EXIT.done);
    });
}
