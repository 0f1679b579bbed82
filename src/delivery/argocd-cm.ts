import type { Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { yamlText } from '../model/yaml-text';

/** The name of the Secret that holds the client secret of single sign-on, and the key in it. */
export const OIDC_SECRET = { name: 'stageline-oidc', key: 'clientSecret' } as const;

/**
 * Argo CD's own settings, in place of those that its installers bring.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/
 */
export function argocdCm(repository: Repository): KubeObject {
  const { argocd, owner } = repository.values.delivery;
  const { oidc, url } = argocd;
  const admin = argocd.adminAccount ?? oidc === undefined;
  return settings(repository, 'argocd-cm', {
    'admin.enabled': String(admin),
    'users.anonymous.enabled': 'false',
    ...(url === undefined ? {} : { url }),
    ...(oidc === undefined
      ? {}
      : { 'oidc.config': yamlText({ ...oidc, clientSecret: `$${OIDC_SECRET.name}:${OIDC_SECRET.key}` }) }),
    ...(owner === 'root'
      ? { 'resource.customizations.health.argoproj.io_Application': APPLICATION_HEALTH }
      : {}),
    'resource.exclusions': yamlText(UNWATCHED),
    ...Object.fromEntries(
      Object.entries(NOISE).map(([kind, fields]) => [
        `resource.customizations.ignoreResourceUpdates.${kind}`,
        yamlText(fields),
      ]),
    ),
  });
}

/** A ConfigMap that Argo CD reads: it looks only at those with this label. */
export function settings(repository: Repository, name: string, data: Record<string, string>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: repository.values.delivery.argocd.namespace,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'argocd' },
    },
    ...(Object.keys(data).length > 0 ? { data } : {}),
  };
}

/** Objects that controllers write all the time and nobody delivers: watching them costs and shows nothing. */
const UNWATCHED = [
  { apiGroups: ['', 'discovery.k8s.io'], kinds: ['Endpoints', 'EndpointSlice'] },
  { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'] },
  {
    apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
    kinds: [
      'LocalSubjectAccessReview',
      'SelfSubjectAccessReview',
      'SelfSubjectReview',
      'SelfSubjectRulesReview',
      'SubjectAccessReview',
      'TokenReview',
    ],
  },
  { apiGroups: ['certificates.k8s.io'], kinds: ['CertificateSigningRequest'] },
  { apiGroups: ['cert-manager.io'], kinds: ['CertificateRequest'] },
  { apiGroups: ['cilium.io'], kinds: ['CiliumEndpoint', 'CiliumEndpointSlice', 'CiliumIdentity'] },
  {
    apiGroups: ['kyverno.io', 'reports.kyverno.io', 'wgpolicyk8s.io'],
    kinds: [
      'AdmissionReport',
      'BackgroundScanReport',
      'ClusterAdmissionReport',
      'ClusterBackgroundScanReport',
      'ClusterEphemeralReport',
      'ClusterPolicyReport',
      'EphemeralReport',
      'PolicyReport',
      'UpdateRequest',
    ],
  },
];

const annotations = (...names: string[]): { jqPathExpressions: string[] } => ({
  jqPathExpressions: names.map((name) => `.metadata.annotations."${name}"`),
});

/** Changes that are no reason to compare an Application with Git again. */
const NOISE: Readonly<Record<string, object>> = {
  all: { jsonPointers: ['/status'] },
  ConfigMap: annotations(
    'cluster-autoscaler.kubernetes.io/last-updated',
    'control-plane.alpha.kubernetes.io/leader',
  ),
  apps_ReplicaSet: annotations(
    'deployment.kubernetes.io/desired-replicas',
    'deployment.kubernetes.io/max-replicas',
    'rollout.argoproj.io/desired-replicas',
  ),
  'argoproj.io_Application': {
    jqPathExpressions: [
      ...annotations('notified.notifications.argoproj.io', 'argocd.argoproj.io/refresh').jqPathExpressions,
      '.operation',
    ],
  },
  'argoproj.io_Rollout': annotations('notified.notifications.argoproj.io'),
  autoscaling_HorizontalPodAutoscaler: annotations(
    'autoscaling.alpha.kubernetes.io/behavior',
    'autoscaling.alpha.kubernetes.io/conditions',
    'autoscaling.alpha.kubernetes.io/current-metrics',
    'autoscaling.alpha.kubernetes.io/metrics',
  ),
};

/**
 * Argo CD has no health for its own Applications, so the waves of a root Application would not wait for anything.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app
 */
const APPLICATION_HEALTH = `local health = { status = "Progressing", message = "" }
local seen = obj.status and obj.status.health
if seen and seen.status then
  health.status = seen.status
  health.message = seen.message or ""
end
return health
`;
