import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kindsOf, type KindsByStage } from '../delivery';
import type { Environment } from '../model/environment';
import { UserError, type Problem } from '../model/errors';
import type { KubeObject } from '../model/kube';
import type { Kinds } from '../model/rendered';

/**
 * What each stage deploys, as far as its delivery depends on it, from dist/ as it is committed: that is what Argo CD
 * reads, whatever the working tree would render by now.
 *
 * @throws UserError for each stage that has not been rendered
 */
export function readKinds(root: string, environments: readonly Environment[]): KindsByStage {
  const problems: Problem[] = [];
  const kinds = environments.map(({ name }): [string, Kinds] => {
    const folder = join(root, 'dist', name);
    if (!existsSync(folder)) {
      problems.push({
        code: 'stage-not-rendered',
        cause: `dist/${name} is not there`,
        consequence: 'Its AppProject could not say which kinds it may create.',
        remedy: 'npm run synth, and commit what it writes',
        at: { file: `environments/${name}.yaml` },
      });
      return [name, kindsOf([])];
    }
    const objects = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
      .map((document) => document.toJS() as KubeObject | null);
    return [name, kindsOf(objects.filter((object): object is KubeObject => object !== null))];
  });
  if (problems.length > 0) throw new UserError(problems);
  return new Map(kinds);
}
