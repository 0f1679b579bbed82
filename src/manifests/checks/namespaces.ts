import type { Cluster } from '../../model/cluster';
import { groupOf } from '../../model/kube';
import { fields } from '../fields';
import { didYouMean } from './nearest';
import { stageRule, type Finding, type ScopeOf, type World } from './rule';

/** Every object lives in a namespace that its stage owns, or in none where its kind has none. */
export const namespaces = stageRule(
  'each',
  'foreign-namespace',
  "Every object is in one of its stage's namespaces, or is cluster-scoped.",
  function* (view, world): Iterable<Finding> {
    const { name, namespaces: own } = view.stage;
    const owned = (): string => own.map((namespace) => `"${namespace}"`).join(', ');
    const scopeOf = withRenderedDefinitions(world, view.stage.cluster);
    for (const entry of view.entries) {
      const { object } = entry;
      const { namespace } = object.metadata;
      const scope = scopeOf(object.apiVersion, object.kind, view.stage.cluster);
      const field = 'metadata.namespace';
      if (object.kind === 'Namespace' && object.apiVersion === 'v1') {
        if (view.owns(object.metadata.name)) continue;
        yield {
          entry,
          field: 'metadata.name',
          says: `"${object.metadata.name}" is none of the namespaces of stage ${name} (${owned()})${didYouMean(object.metadata.name, own)}`,
          consequence: 'Two owners of a namespace would delete it from under each other.',
          remedy: 'Leave it out: a stage renders the namespaces of its apps itself.',
        };
      } else if (scope === 'Cluster') {
        if (namespace === undefined) continue;
        yield {
          entry,
          field,
          says: `"${namespace}" is set, but a ${object.kind} belongs to the cluster as a whole`,
          remedy: 'Remove metadata.namespace.',
        };
      } else if (namespace === undefined) {
        if (scope === undefined) continue;
        yield {
          entry,
          field,
          says: `is missing; stage ${name} owns ${owned()}`,
          consequence: 'It would be created wherever the one who applies it happens to be.',
          remedy: `Set it to ${owned()}.`,
        };
      } else if (!view.owns(namespace)) {
        yield {
          entry,
          field,
          says: `"${namespace}" is none of the namespaces of stage ${name} (${owned()})${didYouMean(String(namespace), own)}`,
          consequence: "The stage's Argo CD project permits no other namespace.",
          remedy: 'Correct it, or give an app of the stage that namespace.',
        };
      }
    }
  },
);

/** The scope of kinds whose definition is rendered on the same cluster is known from the definition. */
function withRenderedDefinitions(world: World, { server }: Cluster): ScopeOf {
  return (apiVersion, kind, cluster) => {
    const known = world.scope(apiVersion, kind, cluster);
    if (known !== undefined) return known;
    const group = groupOf(apiVersion);
    const definition = world.stages
      .filter((stage) => stage.stage.cluster.server === server)
      .flatMap((stage) => stage.of('CustomResourceDefinition.apiextensions.k8s.io'))
      .map(({ object }) => fields(object.spec))
      .find((spec) => spec.group === group && fields(spec.names).kind === kind);
    return definition && (definition.scope === 'Cluster' ? 'Cluster' : 'Namespaced');
  };
}
