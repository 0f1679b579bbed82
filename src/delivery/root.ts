import type { Repository } from '../model/environment';
import { IN_CLUSTER } from '../model/cluster';
import type { KubeObject } from '../model/kube';
import { projectLabels, rootName } from './names';

/**
 * The project and the Application that own the files of the stages, in a repository whose owner is `root`. The root
 * Application creates AppProjects, so whoever can change what it reads can do anything: it follows the default
 * revision only, and it never deletes by itself.
 *
 * @param fleets whether there are ApplicationSets among the objects of its stages
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/cluster-bootstrapping/
 */
export function rootObjects(repository: Repository, folder: string, fleets: boolean): KubeObject[] {
  const { delivery, project, repository: git } = repository.values;
  const { namespace } = delivery.argocd;
  const name = rootName(repository);
  const metadata = { name, namespace, labels: projectLabels(project) };
  return [
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata,
      spec: {
        description: `The AppProjects and Applications of ${project}`,
        sourceRepos: [git.url],
        destinations: [{ server: IN_CLUSTER, namespace }],
        namespaceResourceWhitelist: [
          { group: 'argoproj.io', kind: 'AppProject' },
          { group: 'argoproj.io', kind: 'Application' },
          ...(fleets ? [{ group: 'argoproj.io', kind: 'ApplicationSet' }] : []),
        ],
      },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        ...metadata,
        annotations: { 'argocd.argoproj.io/manifest-generate-paths': '.' },
      },
      spec: {
        project: name,
        source: {
          repoURL: git.url,
          targetRevision: git.revision,
          path: `dist/${folder}`,
          directory: { recurse: true, include: 'stage-*.yaml' },
        },
        destination: { server: IN_CLUSTER, namespace },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: ['PruneLast=true', 'ServerSideApply=true'],
          retry: { limit: 5, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
        },
      },
    },
  ];
}
