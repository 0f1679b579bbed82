import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { rolls } from './application-set';
import { settings } from './argocd-cm';
import type { Sizing } from './sizing';

type Profile = Repository['values']['delivery']['argocd']['profile'];

const PARAMETERS: Readonly<Record<Profile, Readonly<Record<string, string>>>> = {
  minimal: {
    'controller.operation.processors': '5',
    'controller.status.processors': '10',
    'reposerver.parallelism.limit': '2',
  },
  standard: {
    'controller.operation.processors': '10',
    'controller.status.processors': '20',
    'reposerver.parallelism.limit': '4',
  },
  ha: {
    'controller.operation.processors': '25',
    'controller.status.processors': '50',
    'reposerver.parallelism.limit': '8',
    // What both installers would set: Redis is behind a proxy, and one of several controllers makes Applications.
    'redis.server': 'argocd-redis-ha-haproxy:6379',
    'applicationsetcontroller.enable.leader.election': 'true',
  },
};

/**
 * The flags of Argo CD's processes. The processors are the numbers of Applications that are synced and compared at the
 * same time; the limit is that of renderings in one repo-server, which bounds its memory.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cmd-params-cm-yaml/
 */
export function cmdParamsCm(
  repository: Repository,
  stages: readonly Environment[],
  size: Sizing,
): KubeObject {
  const { profile } = repository.values.delivery.argocd;
  // An Application in any other namespace than Argo CD's own would escape the emptied default project's rules.
  return settings(repository, 'argocd-cmd-params-cm', {
    ...PARAMETERS[profile],
    'application.namespaces': '',
    // By default the shards of the clusters follow from hashes of their ids: some controllers would have none.
    ...(size.controllers > 1 ? { 'controller.sharding.algorithm': 'round-robin' } : {}),
    // Without it the order of a fleet is ignored, and every cluster syncs at once.
    ...(stages.some(rolls) ? { 'applicationsetcontroller.enable.progressive.syncs': 'true' } : {}),
  });
}
