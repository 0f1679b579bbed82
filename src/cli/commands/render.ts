import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT, UserError } from '../../model/errors';
import type * as renderStageModule from '../../synth/pins/render-stage';
import type { Context } from '../context';

/** `stageline render`: what a later stageline runs to render a stage that is pinned to this revision. */
export function registerRender(program: Command, context: Context): void {
  program.command('render <stage>', { hidden: true }).action((stage: string) => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
      const { renderStage } = require('../../synth/pins/render-stage') as typeof renderStageModule;
      const files = renderStage(context.root, stage, readFileSync(0, 'utf8'));
      context.print(JSON.stringify({ version: 1, files }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.print(JSON.stringify({ version: 1, problems: error.problems }));
      context.finish(EXIT.error);
    }
  });
}
