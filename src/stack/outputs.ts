import type { Delivery } from '../delivery';
import { applicationNames, resolvePolicy } from '../delivery';
import type { Repository } from '../model/environment';
import type { StackConfig } from './config';

/** What exists, where it is, and what to type next. No value of a secret is among it. */
export function outputsOf(
  repository: Repository,
  delivery: Delivery,
  config: StackConfig,
): Record<string, unknown> {
  const { argocd, owner } = repository.values.delivery;
  const { namespace, oidc, url, version } = argocd;
  const admin = argocd.adminAccount ?? oidc === undefined;
  const manual = delivery.stages.find(({ environment }) => resolvePolicy(environment).mode === 'manual');
  const forward = `kubectl -n ${namespace} port-forward service/argocd-server 8080:443`;
  return {
    argocd: {
      version,
      profile: argocd.profile,
      namespace,
      installer: config.installer,
      cluster: delivery.hub,
    },
    applications: delivery.stages.flatMap(({ environment, objects }) =>
      objects
        .flatMap((object) => applicationNames(repository, environment, object))
        .map((name) => ({
          name,
          sync: resolvePolicy(environment).mode,
          createdBy: owner === 'pulumi' ? 'pulumi' : `${repository.values.project}-root`,
        })),
    ),
    ui: url ?? `https://localhost:8080, after: ${forward}`,
    ...(admin
      ? {
          adminPassword: `kubectl -n ${namespace} get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d`,
        }
      : {}),
    next:
      manual === undefined
        ? `kubectl -n ${namespace} get applications`
        : `argocd app sync ${
            applicationNames(
              repository,
              manual.environment,
              manual.objects.find(({ kind }) => kind !== 'AppProject')!,
            )[0]!
          }`,
  };
}
