import { IN_CLUSTER } from '../../model/cluster';
import type { Environment } from '../../model/environment';
import type { Location } from '../../model/errors';
import type { RepositoryRule, StageRule } from './rule';

const OF_KUBERNETES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** A namespace has one owner: Argo CD would see each stage delete what the other one deployed. */
export const namespacesAreNotShared: RepositoryRule = {
  name: 'namespaces-are-not-shared',
  check: ({ environments }) => {
    const owners = new Map<string, Environment[]>();
    for (const environment of environments) {
      for (const namespace of environment.namespaces) {
        const key = `${addressOf(environment)} ${namespace}`;
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
          cause: `the stages ${stages.map(({ name }) => name).join(' and ')} all deploy into the namespace "${namespace}" of the cluster "${last.cluster.name}"`,
          consequence: 'Each would overwrite and delete what the other one runs.',
          remedy: 'Give each stage a namespace of its own, or a cluster.',
          at: placeOf(last, namespace),
        };
      });
  },
};

/** Each cluster that is addressed from within is another one; elsewhere the address tells. */
const addressOf = ({ cluster }: Environment): string =>
  cluster.server === IN_CLUSTER ? `cluster ${cluster.name}` : cluster.server;

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

function placeOf({ apps, locate, values }: Environment, namespace: string): Location {
  const app = apps.find((candidate) => candidate.values.namespace === namespace);
  return app && values.namespace !== namespace ? app.locate(['namespace']) : locate(['namespace']);
}
