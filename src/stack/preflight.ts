import type { Delivery } from '../delivery';
import { deliveryProblems, notificationParts } from '../delivery';
import { IN_CLUSTER } from '../model/cluster';
import type { Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { clustersOf } from '../model/clusters';
import { suggest } from '../model/nearest';
import type { StackConfig } from './config';
import type { RemoteClusters } from './secrets';

/** The clusters that this Argo CD deploys to by another address than the one from within, which it knows by itself. */
export function remoteClusters({ values }: Repository, delivery: Delivery): RemoteClusters {
  const clusters = delivery.stages.flatMap(({ environment }) => clustersOf(values, environment));
  const remote = clusters.filter(({ server }) => server !== IN_CLUSTER);
  const names = [...new Set(remote.map(({ name }) => name))].sort();
  return names.map((name) => ({ name, server: remote.find((cluster) => cluster.name === name)!.server }));
}

/** What a stack lacks, before anything is created. Values of secrets are not in what it says. */
export function preflight(
  repository: Repository,
  delivery: Delivery,
  config: StackConfig,
  stack: string,
): Problem[] {
  const at = { file: `Pulumi.${stack}.yaml` };
  const secret = (path: string): string => `pulumi config set --secret --path 'stageline:${path}'`;
  const { url } = repository.values.repository;
  const ssh = url.startsWith('ssh:') || /^[^/:@]+@[^/:]+:/.test(url);
  const { oidc } = repository.values.delivery.argocd;
  const problems = deliveryProblems(repository);
  if (ssh && (config.repository === undefined || !('sshPrivateKey' in config.repository))) {
    problems.push({
      code: 'secret-missing',
      cause: 'repository.url is an ssh address, and stageline:repository has no sshPrivateKey',
      consequence: 'Argo CD could not read the repository.',
      remedy: `${secret('repository.sshPrivateKey')} < deploy-key`,
      at,
    });
  }
  if (!ssh && config.repository !== undefined && 'sshPrivateKey' in config.repository) {
    problems.push({
      code: 'secret-unfit',
      cause: 'stageline:repository is an SSH key, and repository.url is no ssh address',
      consequence: 'Argo CD would not use it.',
      remedy: 'Write the address as ssh://git@host/path, or give a GitHub App or a token instead.',
      at,
    });
  }
  if (oidc !== undefined && config.oidcClientSecret === undefined) {
    problems.push({
      code: 'secret-missing',
      cause: 'delivery.argocd.oidc is set, and stageline:oidcClientSecret is not',
      consequence: 'Nobody could log in.',
      remedy: secret('oidcClientSecret'),
      at,
    });
  }
  const stages = delivery.stages.map(({ environment }) => environment);
  for (const key of notificationParts(repository, stages).secrets) {
    if (Object.hasOwn(config.notifications, key)) continue;
    problems.push({
      code: 'secret-missing',
      cause: `notifications need the secret "${key}", and stageline:notifications does not have it`,
      consequence: 'They would not be sent, and nobody would notice.',
      remedy: secret(`notifications.${key}`),
      at,
    });
  }
  for (const { name } of remoteClusters(repository, delivery)) {
    if (config.clusters[name] !== undefined) continue;
    problems.push({
      code: 'cluster-not-registered',
      cause: `cluster "${name}" is deployed to from "${delivery.hub}" and is not registered there`,
      consequence: 'Its stages could not be synced.',
      remedy: `${secret(`clusters.${name}.bearerToken`)}, and .caData; or set clusters.${name} to registered.`,
      at,
    });
  }
  const known = Object.keys(repository.values.clusters);
  for (const name of Object.keys(config.clusters)) {
    if (known.includes(name)) continue;
    problems.push({
      code: 'stack-config',
      cause: `stageline:clusters.${name} is for no cluster of environments/base.yaml`,
      remedy: suggest(name, known, `pulumi config rm --path 'stageline:clusters.${name}'`),
      at,
    });
  }
  return [...problems, ...installerProblems(config, at)];
}

/** What is set for the other installer would be ignored: whoever set it means something else than happens. */
function installerProblems(config: StackConfig, at: { file: string }): Problem[] {
  const { chart, installer } = config;
  const unused =
    installer === 'helm'
      ? (['manifest', 'manifestSha256'] as const).filter((key) => config[key] !== undefined)
      : (['chart'] as const).filter((key) => config[key] !== undefined);
  const problems = unused.map((key): Problem => ({
    code: 'stack-config',
    cause: `stageline:${key} has no effect: stageline:installer is ${installer}`,
    remedy: `pulumi config rm stageline:${key}; or set stageline:installer to ${installer === 'helm' ? 'manifest' : 'helm'}`,
    at,
  }));
  if (installer !== 'helm' || chart !== undefined) return problems;
  return [
    ...problems,
    {
      code: 'chart-version',
      cause: 'stageline:installer is helm, and stageline:chart.version is not set',
      consequence: 'Another day would install another version.',
      remedy: "pulumi config set --path 'stageline:chart.version' <version>",
      at,
    },
  ];
}

/** What works, and should not stay so. */
export function warnings(config: StackConfig): string[] {
  return config.repository !== undefined && 'username' in config.repository
    ? [
        'The repository is read with an HTTPS token, which is tied to a person and may do more than read. ' +
          'Prefer a GitHub App or an SSH deploy key.',
      ]
    : [];
}
