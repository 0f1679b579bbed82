import type { Environment, Repository } from '../model/environment';
import { clustersOf } from '../model/clusters';
import type { KubeObject } from '../model/kube';
import { applicationSet, onCluster } from './application-set';
import { subscriptions } from './notifications';
import { appName, CASCADE, CLUSTER_LABEL, EVERY_FILE, projectLabels, stageName } from './names';
import { resolvePolicy, syncPolicy } from './policy';

/**
 * The Applications of a stage: one, or one for each app beside one for what belongs to the stage as a whole. Where the
 * stage runs on several clusters, each is an ApplicationSet. A commit that leaves alone what an Application reads makes
 * Argo CD neither compare nor render it.
 */
export function applications(repository: Repository, environment: Environment): KubeObject[] {
  const plain = plainApplications(repository, environment);
  return environment.values.fleet === undefined
    ? plain
    : plain.map((each) => applicationSet(repository, environment, each));
}

/** The names of the Applications that a stage has on each of its clusters. */
export function applicationsByCluster(
  repository: Repository,
  environment: Environment,
): ReadonlyMap<string, readonly string[]> {
  const names = plainApplications(repository, environment).map(({ metadata }) => metadata.name);
  const on = (cluster: string): string[] =>
    environment.values.fleet === undefined ? names : names.map((name) => onCluster(name, cluster));
  return new Map(clustersOf(repository.values, environment).map(({ name }) => [name, on(name)]));
}

function plainApplications(repository: Repository, environment: Environment): KubeObject[] {
  const whole = stageName(environment);
  if (repository.values.delivery.applications === 'perEnvironment')
    return [application(repository, environment, whole, { include: EVERY_FILE, reads: '.' })];
  // The stage's own files begin with an underscore, which no app's name does.
  const files: [string, string][] = [
    [whole, '_*.yaml'],
    ...environment.apps.map(({ name }): [string, string] => [appName(environment, name), `${name}.yaml`]),
  ];
  return files.map(([name, include]) =>
    application(repository, environment, name, { include, reads: include }),
  );
}

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications */
function application(
  repository: Repository,
  environment: Environment,
  name: string,
  { include, reads }: { readonly include: string; readonly reads: string },
): KubeObject {
  const { delivery, repository: git } = repository.values;
  const { cluster, namespace, project, values } = environment;
  const { outlives } = resolvePolicy(environment);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: delivery.argocd.namespace,
      labels: { ...projectLabels(project, environment.name), [CLUSTER_LABEL]: cluster.name },
      annotations: {
        // Relative to the path.
        'argocd.argoproj.io/manifest-generate-paths': reads,
        ...subscriptions(repository, environment),
        ...(delivery.owner === 'root' && outlives
          ? { 'argocd.argoproj.io/sync-options': 'Delete=confirm,Prune=confirm' }
          : {}),
      },
      ...(outlives ? {} : { finalizers: [CASCADE] }),
    },
    spec: {
      project: stageName(environment),
      source: {
        repoURL: git.url,
        targetRevision: values.revision ?? git.revision,
        path: `dist/${environment.name}`,
        directory: { recurse: true, include },
      },
      destination: { server: cluster.server, namespace },
      ...ignoreDifferences(environment),
      syncPolicy: syncPolicy(environment, delivery.argocd.version),
    },
  };
}

/** The core group is left out, as Argo CD does when it stores an Application. */
function ignoreDifferences(environment: Environment): Record<string, unknown> {
  const entries = environment.values.ignoreDifferences.map(({ group, ...rest }) =>
    group === '' ? rest : { group, ...rest },
  );
  return entries.length > 0 ? { ignoreDifferences: entries } : {};
}
