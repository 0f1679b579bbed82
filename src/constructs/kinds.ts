import { groupOf, type KubeObject } from '../model/kube';

/** Whether a kind lives in a namespace. */
export type ScopeOf = (apiVersion: string, kind: string) => 'Namespaced' | 'Cluster' | undefined;

const clusterScoped = new Set([
  '|Namespace',
  '|Node',
  '|PersistentVolume',
  'admissionregistration.k8s.io|MutatingAdmissionPolicy',
  'admissionregistration.k8s.io|MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io|MutatingWebhookConfiguration',
  'admissionregistration.k8s.io|ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io|ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io|ValidatingWebhookConfiguration',
  'apiextensions.k8s.io|CustomResourceDefinition',
  'apiregistration.k8s.io|APIService',
  'cert-manager.io|ClusterIssuer',
  'certificates.k8s.io|CertificateSigningRequest',
  'certificates.k8s.io|ClusterTrustBundle',
  'external-secrets.io|ClusterExternalSecret',
  'external-secrets.io|ClusterSecretStore',
  'flowcontrol.apiserver.k8s.io|FlowSchema',
  'flowcontrol.apiserver.k8s.io|PriorityLevelConfiguration',
  'gateway.networking.k8s.io|GatewayClass',
  'keda.sh|ClusterTriggerAuthentication',
  'kyverno.io|ClusterPolicy',
  'networking.k8s.io|IPAddress',
  'networking.k8s.io|IngressClass',
  'networking.k8s.io|ServiceCIDR',
  'node.k8s.io|RuntimeClass',
  'policies.kyverno.io|DeletingPolicy',
  'policies.kyverno.io|GeneratingPolicy',
  'policies.kyverno.io|ImageValidatingPolicy',
  'policies.kyverno.io|MutatingPolicy',
  'policies.kyverno.io|ValidatingPolicy',
  'rbac.authorization.k8s.io|ClusterRole',
  'rbac.authorization.k8s.io|ClusterRoleBinding',
  'resource.k8s.io|DeviceClass',
  'resource.k8s.io|ResourceSlice',
  'scheduling.k8s.io|PriorityClass',
  'storage.k8s.io|CSIDriver',
  'storage.k8s.io|CSINode',
  'storage.k8s.io|StorageClass',
  'storage.k8s.io|VolumeAttachment',
  'storage.k8s.io|VolumeAttributesClass',
]);

/** The scope of the kinds that are known without a schema; whatever else there is lives in a namespace. */
export const builtInScope: ScopeOf = (apiVersion, kind) =>
  clusterScoped.has(`${groupOf(apiVersion)}|${kind}`) ? 'Cluster' : 'Namespaced';

/** What is applied first stands first in its file. */
const order = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'SecretStore',
  'ExternalSecret',
  'SealedSecret',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'StatefulSet',
  'Deployment',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Ingress',
  'HTTPRoute',
];
const positionOf = new Map(order.map((kind, index) => [kind, index]));

/** Objects in the order in which they are applied: by kind, then by name, then by namespace. */
export function inApplyOrder(objects: readonly KubeObject[]): KubeObject[] {
  const position = ({ kind }: KubeObject): number => positionOf.get(kind) ?? order.length;
  return [...objects].sort(
    (a, b) =>
      position(a) - position(b) ||
      compare(a.kind, b.kind) ||
      compare(a.metadata.name, b.metadata.name) ||
      compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
      compare(a.apiVersion, b.apiVersion),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
