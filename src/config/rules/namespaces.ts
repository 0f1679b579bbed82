import { clusterIdentity } from '../../model/cluster';
import type { App, Environment } from '../../model/environment';
import type { Location } from '../../model/errors';
import { clustersOf } from '../../model/clusters';
import type { RepositoryRule, StageRule } from './rule';

const OF_KUBERNETES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** A namespace has one owner: Argo CD would see each stage delete what the other one deployed. */
export const namespacesAreNotShared: RepositoryRule = {
  name: 'namespaces-are-not-shared',
  check: ({ environments, values }) => {
    const owners = new Map<string, Environment[]>();
    for (const environment of environments) {
      const ids = new Set(clustersOf(values, environment).map(clusterIdentity));
      for (const namespace of environment.namespaces)
        for (const id of ids) {
          const key = `${id} ${namespace}`;
          owners.set(key, [...(owners.get(key) ?? []), environment]);
        }
    }
    return [...owners]
      .filter(([, stages]) => stages.length > 1)
      .map(([key, stages]) => {
        const namespace = key.slice(key.lastIndexOf(' ') + 1);
        const last = stages.at(-1)!;
        return {
          code: 'namespace-shared',
          cause: `the stages ${inWords(stages.map(({ name }) => name))} all deploy into the namespace "${namespace}" of the cluster "${last.cluster.name}"`,
          consequence: 'Each would overwrite and delete what the other one runs.',
          remedy: remedyFor(last, namespace),
          at: placeOf(last, namespace),
        };
      });
  },
};

const inWords = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;

function remedyFor(environment: Environment, namespace: string): string {
  const app = appOf(environment, namespace);
  return app
    ? `Set apps.${app.name}.namespace in the file of each stage, such as ${namespace}-${environment.name} in environments/${environment.name}.yaml.`
    : 'Give each stage a namespace of its own, or a cluster.';
}

export const namespacesAreOurs: StageRule = {
  name: 'namespaces-are-ours',
  check: (environment) =>
    environment.namespaces
      .filter((namespace) => OF_KUBERNETES.includes(namespace))
      .map((namespace) => ({
        code: 'namespace-reserved',
        cause: `the namespace "${namespace}" belongs to Kubernetes itself`,
        consequence: 'A stage owns its namespaces, with their labels and quotas.',
        remedy: 'Choose another name.',
        at: placeOf(environment, namespace),
      })),
};

export const namespacesAreShort: StageRule = {
  name: 'namespaces-are-short',
  check: ({ namespace, locate }) =>
    namespace.length <= 63
      ? []
      : [
          {
            code: 'name-too-long',
            cause: `the namespace "${namespace}" has ${namespace.length} characters; 63 are allowed`,
            remedy: 'Set "namespace" in this stage, or shorten "project" in environments/base.yaml.',
            at: locate(['namespace']),
          },
        ],
};

/** The app that asks for a namespace of its own; undefined when it is that of the stage. */
const appOf = ({ apps, values }: Environment, namespace: string): App | undefined =>
  values.namespace === namespace
    ? undefined
    : apps.find((candidate) => candidate.values.namespace === namespace);

function placeOf(environment: Environment, namespace: string): Location {
  const app = appOf(environment, namespace);
  return app ? app.locate(['namespace']) : environment.locate(['namespace']);
}
