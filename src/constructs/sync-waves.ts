import { groupOf, type KubeObject } from '../model/kube';

/** Argo CD applies a lower wave first, and waits for it to be healthy before the next one. */
export const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';

/**
 * What comes before what; 0 is left unsaid. A claim is in the wave of the workload that mounts it: a claim that is
 * bound by its first consumer never becomes ready in a wave before it. For the same reason a Service that waits for
 * a load balancer comes with the routes, and not before the pods.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 */
export const WAVES = { namespace: -5, policy: -4, config: -3, store: -2, workload: 0, route: 2 } as const;
export type Wave = keyof typeof WAVES;

const waveOfKind: Readonly<Record<string, Wave>> = {
  Namespace: 'namespace',
  CustomResourceDefinition: 'namespace',
  LimitRange: 'policy',
  NetworkPolicy: 'policy',
  PriorityClass: 'policy',
  ResourceQuota: 'policy',
  ClusterRole: 'config',
  ClusterRoleBinding: 'config',
  ConfigMap: 'config',
  ExternalSecret: 'config',
  Role: 'config',
  RoleBinding: 'config',
  SealedSecret: 'config',
  Secret: 'config',
  SecretStore: 'policy',
  ServiceAccount: 'config',
  StatefulSet: 'store',
  GRPCRoute: 'route',
  HTTPRoute: 'route',
  HorizontalPodAutoscaler: 'route',
  Ingress: 'route',
};

/** The wave of an object that says nothing itself. */
export function waveOf(object: Pick<KubeObject, 'apiVersion' | 'kind'> & { spec?: unknown }): Wave {
  if (object.kind === 'Service' && groupOf(object.apiVersion) === '') {
    return (object.spec as { type?: unknown } | undefined)?.type === 'LoadBalancer' ? 'route' : 'config';
  }
  return waveOfKind[object.kind] ?? 'workload';
}

/** The annotation for a wave; none for wave 0, which is what Argo CD takes anyway. */
export function waveAnnotation(wave: Wave): Record<string, string> {
  return WAVES[wave] === 0 ? {} : { [SYNC_WAVE]: String(WAVES[wave]) };
}
