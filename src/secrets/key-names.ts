import { isMap, isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import { FOLDER } from '../config/stage-files';

/** Whether a file, by its path from the root, is one that synth reads stages and apps from. */
export const isStageFile = (file: string): boolean => {
  const [folder, name = '', ...rest] = file.replace(/^(\.\/+)+/, '').split('/');
  return folder === FOLDER && name.endsWith('.yaml') && rest.length === 0;
};

/**
 * What names the key of a Secret in a file of environments/, and is no value:
 * `apps: { web: { secrets: { db: { env: { DB_PASSWORD: password } } } } }`. A component of a class may have secrets too,
 * so they count wherever they stand below `apps`.
 */
export function keyNames(contents: unknown): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const app of pairsOf(valueOf(contents, 'apps'))) below(app.value, found);
  return found;
}

function below(node: unknown, found: Set<Node>): void {
  for (const { key, value } of pairsOf(node)) {
    if (isScalar(key) && key.value === 'secrets')
      for (const secret of pairsOf(value)) collect(secret.value, found);
    else below(value, found);
  }
}

function collect(secret: unknown, found: Set<Node>): void {
  for (const uses of ['env', 'files'])
    for (const { value } of pairsOf(valueOf(secret, uses))) if (isScalar(value)) found.add(value);
}

const pairsOf = (node: unknown): readonly Pair[] => (isMap(node) ? node.items : []);
const valueOf = (node: unknown, key: string): unknown =>
  isMap(node) ? (node as YAMLMap).get(key, true) : undefined;
