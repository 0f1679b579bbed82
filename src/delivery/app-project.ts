import type { Environment, Repository } from '../model/environment';
import { clustersOf } from '../model/clusters';
import type { KubeObject } from '../model/kube';
import type { GroupKind } from '../model/rendered';
import type { SyncWindow } from '../model/delivery/windows';
import { projectLabels, stageName } from './names';
import { projectRoles } from './roles';

/**
 * What a stage may do: read this repository, write into its own namespaces on its own clusters, and of the kinds that
 * belong to no namespace only those that it really renders.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
 */
export function appProject(
  repository: Repository,
  environment: Environment,
  clusterKinds: readonly GroupKind[],
): KubeObject {
  const { argocd, owner } = repository.values.delivery;
  const { namespaces, project, name, values } = environment;
  const roles = projectRoles(environment);
  const whitelist = sortedKinds(clusterKinds);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: {
      name: stageName(environment),
      namespace: argocd.namespace,
      labels: projectLabels(project, name),
      ...(owner === 'root' && { annotations: BEFORE_APPLICATIONS }),
    },
    spec: {
      description: `Stage ${name} of ${project}`,
      sourceRepos: [repository.values.repository.url],
      destinations: clustersOf(repository.values, environment).flatMap(({ server }) =>
        namespaces.map((each) => ({ server, namespace: each })),
      ),
      ...(whitelist.length > 0 ? { clusterResourceWhitelist: whitelist } : {}),
      ...(roles.length > 0 ? { roles } : {}),
      ...(values.windows.length > 0 ? { syncWindows: values.windows.map(projectWindow) } : {}),
    },
  };
}

/**
 * Under a root Application a project is there before its Applications, and goes after them: one that is seen before its
 * project is an error until the next timer.
 */
const BEFORE_APPLICATIONS = { 'argocd.argoproj.io/sync-wave': '-1' };

/** A project has the windows of its one stage, so each applies to every Application in it. */
function projectWindow(window: SyncWindow): Record<string, unknown> {
  const { kind, schedule, duration, timeZone, manualSync, description } = window;
  return {
    kind,
    schedule,
    duration,
    timeZone,
    applications: ['*'],
    ...(manualSync ? { manualSync } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

/**
 * The project that Argo CD makes for Applications that name none, with all of its permissions taken away. The empty
 * lists have to be written: without them an existing project keeps its wildcards.
 */
export function emptiedDefaultProject(repository: Repository): KubeObject {
  const { delivery, project } = repository.values;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: delivery.argocd.namespace, labels: projectLabels(project) },
    spec: {
      description: 'Permits nothing: every Application names the project of its stage',
      sourceRepos: [],
      destinations: [],
      clusterResourceWhitelist: [],
      namespaceResourceBlacklist: [{ group: '*', kind: '*' }],
    },
  };
}

function sortedKinds(kinds: readonly GroupKind[]): GroupKind[] {
  const byKey = new Map(kinds.map(({ group, kind }) => [`${group}/${kind}`, { group, kind }]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
}
