import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { settings } from './argocd-cm';

/**
 * What Argo CD tells whom.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/
 */
export function notificationsCm(repository: Repository, _stages: readonly Environment[]): KubeObject {
  return settings(repository, 'argocd-notifications-cm', {});
}
