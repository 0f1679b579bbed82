import { clusterIdentity } from '../../model/cluster';
import { describeObject } from '../../model/kube';
import { getOrSet } from '../../model/maps';
import { namespaceOf, type Entry, type Rule, type StageView } from './rule';

/** Every object has one owner: on a cluster, no two files of any stages render the same one. */
export const unique: Rule = {
  name: 'duplicate-object',
  about: 'No two files render the same object on the same cluster.',
  of: 'all',
  *check({ stages }) {
    const onCluster = new Map<string, StageView[]>();
    for (const stage of stages) {
      const views = getOrSet(onCluster, clusterIdentity(stage.stage.cluster), () => []);
      views.push(stage);
      if (views.length === 1 && !stage.hasDuplicates) continue;
      for (const entry of stage.entries) {
        const other = first(views, entry);
        if (other === entry) continue;
        yield {
          entry,
          says: `is rendered twice on cluster ${clusters(other, entry)}: by ${place(other)} and by ${place(entry)}`,
          consequence: 'The one that is applied last would win, and Argo CD would never be in sync.',
          remedy: remedy(entry, other),
        };
      }
    }
  },
};

/** The first entry of the same group, kind, namespace and name. */
function first(views: readonly StageView[], entry: Entry): Entry {
  for (const view of views) {
    const found = view.find(entry.kind, namespaceOf(entry), entry.object.metadata.name);
    if (found) return found;
  }
  return entry;
}

/** What belongs to a whole cluster is often an app of its own, such as the definitions of an operator. */
function remedy(entry: Entry, other: Entry): string {
  const { object, stage } = entry;
  if (
    entry.kind === 'Namespace' &&
    stage === other.stage &&
    stage.stage.namespaces.includes(object.metadata.name)
  )
    return `Take it out of what comes from ${entry.file.source}: a stage renders its namespaces itself, with the labels of "namespaceLabels".`;
  const what = `Keep one ${describeObject(object)}`;
  return object.metadata.namespace === undefined
    ? `${what}: put what belongs to the whole cluster into an app of its own, and write "<app>: null" under apps in every stage of the cluster but one, such as environments/${stage.stage.name}.yaml.`
    : `${what}, or give one of them another name or namespace.`;
}

function clusters(one: Entry, other: Entry): string {
  const names = [one, other].map((entry) => entry.stage.stage.cluster.name);
  return [...new Set(names)].map((name) => `"${name}"`).join(' and ');
}

function place({ file, index, stage }: Entry): string {
  const at = file.placeOf?.(index);
  const line = at?.line === undefined ? '' : `:${at.line}`;
  return `stage ${stage.stage.name} (${file.source}${at ? `, ${at.file}${line}` : ''})`;
}
