import { repositoryUrlProblems } from '../../model/delivery/repository-url';
import type { RepositoryRule } from './rule';

export const addressHasNoSecrets: RepositoryRule = {
  name: 'address-has-no-secrets',
  check: ({ locate, values }) => repositoryUrlProblems(values.repository.url, locate(['repository', 'url'])),
};

export const serversHaveNoSecrets: RepositoryRule = {
  name: 'servers-have-no-secrets',
  check: ({ locate, values }) =>
    Object.entries(values.clusters)
      .filter(([, { server }]) => /^https:\/\/[^/?#]*@/.test(server) || /[?#]/.test(server))
      .map(([name]) => ({
        code: 'server-credentials',
        cause: `clusters.${name}.server has more in it than a host, a port and a path`,
        consequence: 'Credentials would be in Git and in every Application.',
        remedy: 'Write https://host:port, and register the cluster with Argo CD.',
        at: locate(['clusters', name, 'server']),
      })),
};
