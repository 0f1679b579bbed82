import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { subscriptions } from './notifications';
import { appName, projectLabels, stageName } from './names';
import { resolvePolicy, syncPolicy } from './policy';

/** Deletes what an Application deployed when the Application is deleted. */
export const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** The Applications of a stage: one, or one for each app beside one for what belongs to the stage as a whole. */
export function applications(repository: Repository, environment: Environment): KubeObject[] {
  const whole = stageName(environment);
  if (repository.values.delivery.applications === 'perEnvironment')
    return [application(repository, environment, whole, { include: '*.yaml' })];
  const files = environment.apps.map((app) => `${app.name}.yaml`);
  const rest = files.length === 0 ? {} : { exclude: globOf(files) };
  return [
    application(repository, environment, whole, { include: '*.yaml', ...rest }),
    ...environment.apps.map((app) =>
      application(repository, environment, appName(environment, app.name), { include: `${app.name}.yaml` }),
    ),
  ];
}

/** A glob that matches exactly these file names; they are DNS labels, so nothing in them needs escaping. */
export function globOf(files: readonly string[]): string {
  return files.length === 1 ? files[0]! : `{${[...files].sort().join(',')}}`;
}

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications */
function application(
  repository: Repository,
  environment: Environment,
  name: string,
  files: { readonly include: string; readonly exclude?: string },
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
      labels: projectLabels(project, environment.name),
      annotations: {
        // Relative to the path: a commit that leaves this stage's folder alone makes Argo CD render nothing.
        'argocd.argoproj.io/manifest-generate-paths': '.',
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
        directory: { recurse: true, ...files },
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
