import type { KubernetesVersion } from '../model/cluster';
import type { KubeObject } from '../model/kube';
import { kindOf } from './checks/pods';
import { diffFields, type FieldChange } from './diff';
import { dig, fields, strings, text } from './fields';
import { quantity } from '../model/quantity';

/**
 * Fields that the API server refuses to change once the object exists, by kind. What is not listed may change.
 * From the validation of updates in Kubernetes 1.28 to 1.36.
 */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  'Deployment.apps': ['spec.selector'],
  'DaemonSet.apps': ['spec.selector'],
  'ReplicaSet.apps': ['spec.selector'],
  'StatefulSet.apps': [
    'spec.selector',
    'spec.serviceName',
    'spec.podManagementPolicy',
    'spec.volumeClaimTemplates',
  ],
  'Job.batch': [
    'spec.selector',
    'spec.template',
    'spec.completionMode',
    'spec.podFailurePolicy',
    'spec.successPolicy',
    'spec.backoffLimitPerIndex',
    'spec.managedBy',
  ],
  PersistentVolumeClaim: [
    'spec.accessModes',
    'spec.storageClassName',
    'spec.volumeMode',
    'spec.volumeName',
    'spec.selector',
    'spec.dataSource',
    'spec.dataSourceRef',
  ],
  PersistentVolume: ['spec.csi', 'spec.nfs', 'spec.hostPath', 'spec.local', 'spec.iscsi', 'spec.volumeMode'],
  Secret: ['type'],
  'StorageClass.storage.k8s.io': ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  'RoleBinding.rbac.authorization.k8s.io': ['roleRef'],
  'ClusterRoleBinding.rbac.authorization.k8s.io': ['roleRef'],
  'PriorityClass.scheduling.k8s.io': ['value', 'preemptionPolicy'],
  'IngressClass.networking.k8s.io': ['spec.controller'],
  'RuntimeClass.node.k8s.io': ['handler'],
  'GatewayClass.gateway.networking.k8s.io': ['spec.controllerName'],
  'CustomResourceDefinition.apiextensions.k8s.io': [
    'spec.group',
    'spec.scope',
    'spec.names.kind',
    'spec.names.plural',
  ],
  ResourceQuota: ['spec.scopes'],
  'CSIDriver.storage.k8s.io': ['spec.attachRequired', 'spec.volumeLifecycleModes'],
  'VolumeAttributesClass.storage.k8s.io': ['driverName', 'parameters'],
};

/** What the API server fills in where a manifest says nothing: writing it out is no change. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'StatefulSet.apps spec.podManagementPolicy': 'OrderedReady',
  'Job.batch spec.completionMode': 'NonIndexed',
  'PersistentVolumeClaim spec.volumeMode': 'Filesystem',
  'PersistentVolume spec.volumeMode': 'Filesystem',
  'Secret type': 'Opaque',
  'StorageClass.storage.k8s.io reclaimPolicy': 'Delete',
  'StorageClass.storage.k8s.io volumeBindingMode': 'Immediate',
  'PriorityClass.scheduling.k8s.io preemptionPolicy': 'PreemptLowerPriority',
};

/** The immutable fields in which the new version of an object differs; sorted. */
export function immutableChanges(
  before: KubeObject,
  after: KubeObject,
  version: KubernetesVersion,
): string[] {
  const kind = kindOf(after);
  if (kind === 'Job.batch' && isReplaced(after)) return [];
  const listed = (IMMUTABLE[kind] ?? []).filter((path) => {
    const fallback = DEFAULTS[`${kind} ${path}`];
    const [was, is] = [before, after].map((object) => dig(object, ...path.split('.')) ?? fallback);
    return diffFields(was, is).length > 0;
  });
  return [...listed, ...special(kind, before, after, version)].sort();
}

function special(kind: string, before: KubeObject, after: KubeObject, version: KubernetesVersion): string[] {
  if (kind === 'Service') return [...clusterIp(before, after), ...loadBalancerClass(before, after)];
  if (kind === 'StatefulSet.apps') return revisionHistory(before, after, version);
  if (kind === 'PersistentVolumeClaim') return shrinks(before, after);
  if (kind === 'Job.batch') return completions(before, after);
  if (kind === 'ConfigMap' || kind === 'Secret') return frozenData(before, after);
  if (kind === 'Pod') return podSpec(before, after);
  return [];
}

/** The address of a Service is fixed, and so is having none; only a move from or to ExternalName frees it. */
function clusterIp(before: KubeObject, after: KubeObject): string[] {
  const [was, is] = [before, after].map((o) => ({
    ip: text(dig(o, 'spec', 'clusterIP')) ?? '',
    external: dig(o, 'spec', 'type') === 'ExternalName',
  })) as [{ ip: string; external: boolean }, { ip: string; external: boolean }];
  if (was.external || is.external || was.ip === is.ip) return [];
  // An address that is no longer asked for stays as it is.
  return is.ip === '' && was.ip !== 'None' ? [] : ['spec.clusterIP'];
}

function loadBalancerClass(before: KubeObject, after: KubeObject): string[] {
  if (![before, after].every((o) => dig(o, 'spec', 'type') === 'LoadBalancer')) return [];
  const [was, is] = [before, after].map((o) => dig(o, 'spec', 'loadBalancerClass'));
  return was === is ? [] : ['spec.loadBalancerClass'];
}

/** Free to change from Kubernetes 1.33. */
function revisionHistory(before: KubeObject, after: KubeObject, version: KubernetesVersion): string[] {
  const [was, is] = [before, after].map((o) => dig(o, 'spec', 'revisionHistoryLimit') ?? 10);
  return was === is || Number(version.split('.')[1]) >= 33 ? [] : ['spec.revisionHistoryLimit'];
}

/** A claim may ask for more, never for less. */
function shrinks(before: KubeObject, after: KubeObject): string[] {
  const [was, is] = [before, after].map((o) => quantity(dig(o, 'spec', 'resources', 'requests', 'storage')));
  return was !== undefined && is !== undefined && is < was ? ['spec.resources.requests.storage'] : [];
}

/** Only an indexed Job may change its completions, together with its parallelism. */
function completions(before: KubeObject, after: KubeObject): string[] {
  const [was, is] = [before, after].map(
    (o) => dig(o, 'spec', 'completions') ?? (dig(o, 'spec', 'parallelism') === undefined ? 1 : undefined),
  );
  const elastic =
    dig(after, 'spec', 'completionMode') === 'Indexed' &&
    dig(after, 'spec', 'completions') === dig(after, 'spec', 'parallelism');
  return was === is || elastic ? [] : ['spec.completions'];
}

function frozenData(before: KubeObject, after: KubeObject): string[] {
  if (before.immutable !== true) return [];
  const names = ['data', 'binaryData', 'stringData', 'immutable'];
  return names.filter((name) => diffFields(before[name] ?? {}, after[name] ?? {}).length > 0);
}

/** Of a bare Pod, only images and a few more may change. */
function podSpec(before: KubeObject, after: KubeObject): string[] {
  const mutable = (change: FieldChange): boolean =>
    /^(containers|initContainers)\[[^\]]*\]\.image$|^(activeDeadlineSeconds|tolerations|terminationGracePeriodSeconds)/.test(
      change.path,
    );
  return diffFields(before.spec, after.spec).every(mutable) ? [] : ['spec'];
}

/** Argo CD replaces a hook, or a Job with these options, and does not update it. */
function isReplaced(job: KubeObject): boolean {
  const annotations = Object.fromEntries(strings(fields(job.metadata).annotations));
  const options = (annotations['argocd.argoproj.io/sync-options'] ?? '').split(',').map((o) => o.trim());
  return (
    options.includes('Replace=true') ||
    options.includes('Force=true') ||
    annotations['argocd.argoproj.io/hook'] !== undefined
  );
}
