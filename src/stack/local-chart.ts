import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Problem } from '../model/errors';
import type { Chart } from './config';
import { isFile } from './is-file';

/** What stands against a chart of the stack: asked before anything is created. */
export type CheckChart = (chart: Chart) => Problem[];

/** Looks at a chart that is a folder or an archive here; of a folder, whether it is the version that is pinned. */
export function chartChecker(cwd: string, stack: string): CheckChart {
  return ({ path, version }) => {
    if (path === undefined) return [];
    const at = { file: `Pulumi.${stack}.yaml` };
    const full = resolve(cwd, path);
    const problem = (cause: string, remedy: string): Problem[] => [
      { code: 'chart-missing', cause, consequence: 'Argo CD could not be installed.', remedy, at },
    ];
    if (isFile(full) && /\.(tgz|tar\.gz)$/.test(full)) return [];
    const meta = join(full, 'Chart.yaml');
    if (!isFile(meta))
      return problem(
        `stageline:chart.path is ${path}, where there is no chart`,
        'Name the folder that has Chart.yaml in it, or the .tgz that helm pull or helm package wrote.',
      );
    const found = versionOf(readFileSync(meta, 'utf8'));
    if (found === version) return [];
    return problem(
      `the chart in ${path} is ${found === undefined ? 'of no version' : `version ${found}`}, and stageline:chart.version is ${version}`,
      'Get the version that is pinned, or pin the one that is there.',
    );
  };
}

function versionOf(text: string): string | undefined {
  try {
    const { version } = parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
