import { stringify } from 'yaml';
import type { Recorded } from './record';
import { counted } from '../model/counted';

/** The plan as a table, in the order in which things are created, and the stack's outputs. */
export function planTable({
  outputs,
  resources,
  stack,
}: {
  readonly outputs: unknown;
  readonly resources: readonly Recorded[];
  readonly stack: string;
}): string {
  const rows = resources.filter(({ type }) => type !== 'pulumi:pulumi:Stack').flatMap(rowsOf);
  const head = ['RESOURCE', 'NAMESPACE', 'NAME', 'ON DESTROY', 'AFTER'];
  const count = resources.reduce((sum, resource) => sum + resource.objects.length, 0);
  return [
    ...align([head, ...rows]),
    '',
    `stack ${stack}: ${counted(count, 'object')} in the cluster`,
    '',
    stringify(outputs, { lineWidth: 0 }).trimEnd(),
    '',
  ].join('\n');
}

function rowsOf(resource: Recorded): string[][] {
  const { dependsOn, name, objects, protect, retainOnDelete, type } = resource;
  const kept = protect ? 'refuses' : retainOnDelete || name === 'argocd-crds' ? 'stays' : 'goes';
  const after = dependsOn.length > 3 ? `${dependsOn.length} others` : dependsOn.join(' ');
  if (objects.length === 0) return [[type.split(':').at(-1)!, '', name, kept, after]];
  return objects.map(({ kind, metadata }) => [kind, metadata.namespace ?? '', metadata.name, kept, after]);
}

function align(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
