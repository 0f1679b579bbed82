import { objectRule } from './rule';

const HOOK = 'argocd.argoproj.io/hook';
const BEFORE_ALL = /(?:^|,) *(?:PreSync|pre-install|pre-upgrade) *(?:,|$)/;

/**
 * Argo CD runs PreSync hooks, Helm's own among them, before it creates anything else.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 */
export const hooks = objectRule(
  'hook-before-namespace',
  'No hook has to run before the namespace that it is in is there.',
  (entry, found) => {
    const { annotations, name, namespace } = entry.object.metadata;
    if (annotations === undefined || namespace === undefined) return;
    const key = annotations[HOOK] === undefined ? 'helm.sh/hook' : HOOK;
    if (!BEFORE_ALL.test(annotations[key] ?? '')) return;
    if (!entry.stage.stage.namespaces.includes(namespace)) return;
    found.push({
      entry,
      says: `is a hook that runs before its namespace is there (${key}: ${annotations[key]})`,
      consequence: `The first sync of stage ${entry.stage.stage.name} could never get past it.`,
      remedy: `Make it a hook of the app (hooks:), or of the sync itself, in a wave before the workloads:
patches:
  - { kind: ${entry.object.kind}, name: ${name}, op: add, path: /metadata/annotations/argocd.argoproj.io~1hook, value: Sync }
  - { kind: ${entry.object.kind}, name: ${name}, op: add, path: /metadata/annotations/argocd.argoproj.io~1sync-wave, value: '-1' }`,
    });
  },
);
