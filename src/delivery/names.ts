import type { Environment, Repository } from '../model/environment';

/** The folder below dist/ that holds what Argo CD itself reads; no stage can be called so. */
export const DELIVERY = 'argocd';

/**
 * On an Application: what it deployed is deleted with it. On an ApplicationSet: it is deleted by its controller, which
 * lets the Applications go where it may not delete them.
 */
export const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** The files that an Application of a whole stage deploys, as a glob. */
export const EVERY_FILE = '*.yaml';

/** The label that says which cluster an Application is for: each Argo CD calls its own by the same address. */
export const CLUSTER_LABEL = 'stageline.dev/cluster';

/** What the Application and the AppProject of a stage are called. */
export function stageName(environment: Environment): string {
  return `${environment.project}-${environment.name}`;
}

/** What the Application of one app is called, where each app has one. */
export function appName(environment: Environment, app: string): string {
  return `${stageName(environment)}-${app}`;
}

/** What the root Application and its AppProject are called. */
export function rootName(repository: Repository): string {
  return `${repository.values.project}-root`;
}

/** The labels by which people find everything that belongs to this repository. */
export function projectLabels(project: string, stage?: string): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'stageline',
    'app.kubernetes.io/part-of': project,
    ...(stage === undefined ? {} : { 'stageline.dev/stage': stage }),
  };
}
