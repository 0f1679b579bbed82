import { describeObject, groupOf, objectKey } from '../../model/kube';
import type { Entry, Rule } from './rule';

/** Every object has one owner: on a cluster, no two files of any stages render the same one. */
export const unique: Rule = {
  name: 'duplicate-object',
  about: 'No two files render the same object on the same cluster.',
  *check({ stages }) {
    const first = new Map<string, Entry>();
    for (const entry of stages.flatMap((stage) => stage.entries)) {
      // The server, not the name: two names for one API server are one cluster.
      const server = entry.stage.stage.cluster.server.replace(/\/+$/, '');
      const key = `${server}|${objectKey(entry.object)}`;
      const other = first.get(key);
      if (!other) first.set(key, entry);
      else {
        const group = groupOf(entry.object.apiVersion);
        yield {
          entry,
          says: `${group === '' ? '' : `(${group}) `}is rendered twice on cluster ${clusters(other, entry)}: by ${place(other)} and by ${place(entry)}`,
          consequence: 'The one that is applied last would win, and Argo CD would never be in sync.',
          remedy: `Keep one ${describeObject(entry.object)}, or give one of them another name or namespace.`,
        };
      }
    }
  },
};

function clusters(one: Entry, other: Entry): string {
  const names = [one, other].map((entry) => entry.stage.stage.cluster.name);
  return [...new Set(names)].map((name) => `"${name}"`).join(' and ');
}

function place({ file, stage }: Entry): string {
  return `stage ${stage.stage.name} (${file.source})`;
}
