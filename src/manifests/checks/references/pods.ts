import { dig, items, text } from '../../fields';
import { didYouMean } from '../nearest';
import { namespaceOf, stageRule, type Finding, type PodEntry, type StageView } from '../rule';
import { podReferences, type PodReference } from './pod-references';
import { dataSources } from './providers-of-data';

/** What a pod mounts, reads its environment from, or runs as, is there. */
export const podReferencesResolve = stageRule(
  'all',
  'missing-reference',
  'ConfigMaps, Secrets, ServiceAccounts and claims that pods name exist, with the keys they name.',
  function* (view): Iterable<Finding> {
    for (const entry of view.pods)
      for (const reference of podReferences(entry.pod)) yield* judge(entry, reference);
  },
);

function* judge(entry: PodEntry, { kind, name, keys, path }: PodReference): Iterable<Finding> {
  const { stage: view } = entry;
  const namespace = namespaceOf(entry);
  if (view.isExisting(kind, name)) return;
  const data = kind === 'ConfigMap' || kind === 'Secret' ? dataSources(view, kind, namespace) : undefined;
  if (!(data ? data.has(name) : view.find(kind, namespace, name) !== undefined)) {
    if (kind === 'PersistentVolumeClaim' && isMadeByStatefulSet(view, namespace, name)) return;
    yield {
      entry,
      field: path,
      says: missing(kind, name, namespace, [...(data?.keys() ?? []), ...view.names(kind, namespace)]),
      consequence: 'Its pods would never start.',
      remedy: renderOrList(kind, name, view),
    };
    return;
  }
  const has = data?.get(name)?.keys;
  for (const key of has === undefined ? [] : keys.filter((k) => !has.includes(k))) {
    yield {
      entry,
      field: path,
      says: `"${name}" has no key "${key}"${didYouMean(key, has ?? [])}`,
      consequence: 'Its pods would never start.',
    };
  }
}

/** The claims of a StatefulSet are called template-name-ordinal. */
function isMadeByStatefulSet(view: StageView, namespace: string, claim: string): boolean {
  return view.of('StatefulSet.apps', namespace).some(({ object }) =>
    items(dig(object, 'spec', 'volumeClaimTemplates')).some((template) => {
      const prefix = `${String(dig(template, 'metadata', 'name'))}-${object.metadata.name}-`;
      return claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length));
    }),
  );
}

/** What ServiceAccounts hand to their pods is there. */
export function* accountSecrets(view: StageView): Iterable<Finding> {
  for (const entry of view.of('ServiceAccount')) {
    const namespace = namespaceOf(entry);
    for (const field of ['imagePullSecrets', 'secrets']) {
      for (const reference of items(entry.object[field])) {
        const name = text(reference.name);
        if (name === undefined || hasSecret(view, namespace, name)) continue;
        yield {
          entry,
          field,
          says: missing('Secret', name, namespace, dataSources(view, 'Secret', namespace).keys()),
          remedy: renderOrList('Secret', name, view),
        };
      }
    }
  }
}

export function hasSecret(view: StageView, namespace: string, name: string): boolean {
  return view.isExisting('Secret', name) || dataSources(view, 'Secret', namespace).has(name);
}

/** `"fronted" names no Service of namespace shop; did you mean "frontend"?` */
export function missing(kind: string, name: string, namespace: string, candidates: Iterable<string>): string {
  const place = namespace === '' ? 'the stage' : `namespace ${namespace}`;
  return `"${name}" names no ${kind} of ${place}${didYouMean(name, candidates)}`;
}

export function renderOrList(kind: string, name: string, view: StageView): string {
  return `Correct the name, render the ${kind}, or, if somebody else creates it, list "${kind}/${name}" under existing in environments/${view.stage.name}.yaml.`;
}

/** What to do about a selector that matches nothing. */
export function foreignPods(view: StageView): string {
  return `Correct the selector, or, if an operator creates the pods, list "Pod/<value of one of its labels>" under existing in environments/${view.stage.name}.yaml.`;
}
