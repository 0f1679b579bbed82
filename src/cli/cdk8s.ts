import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors';
import type { Context } from './context';

/**
 * What the cdk8s CLI wants of the app that it runs. It empties CDK8S_OUTDIR, runs the app, then lists the manifests it
 * finds there. A non-zero exit makes it print a stack of its own on top of our message, while an output folder that is
 * missing makes it exit 1 with one line: so a failure here removes the folder and ends with 0.
 */
export async function underCdk8s(context: Context, run: () => Promise<void>): Promise<void> {
  const outdir = context.env['CDK8S_OUTDIR'];
  if (outdir === undefined) return run();
  const scratch = resolve(context.root, outdir);
  try {
    await run();
    mkdirSync(scratch, { recursive: true });
    cpSync(join(context.root, 'dist'), scratch, {
      recursive: true,
      filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.yaml'),
    });
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (!(error instanceof UserError)) throw error;
    context.tell(error.message);
  }
}
