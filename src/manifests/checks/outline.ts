import type { KubeObject } from '../../model/kube';
import type { RenderedFile } from '../../model/rendered';
import { isFields, items, strings } from '../fields';
import { kindOf } from './pods';
import { CERTIFICATE_ANNOTATION } from './references/providers-of-data';

/** What stays of a value: of a map the fields named, of a list that much of each item, or what a function leaves. */
type Mask = ((value: unknown) => unknown) | { readonly [field: string]: Mask };

const whole = (value: unknown): unknown => value;
/** That it is there, not what it says. */
const presence = (): unknown => true;
/** The keys of a map, without its values. */
const keys = (value: unknown): unknown =>
  isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, ''])) : null;

const name: Mask = { name: whole };
const dataReference: Mask = { name: whole, key: whole, optional: whole, items: { key: whole } };
const variable: Mask = {
  name: whole,
  valueFrom: { configMapKeyRef: dataReference, secretKeyRef: dataReference },
};
const container: Mask = {
  name: whole,
  restartPolicy: whole,
  ports: { name: whole, containerPort: whole, protocol: whole },
  envFrom: { configMapRef: dataReference, secretRef: dataReference },
  env: (value) => reduce(items(value).filter(isReference), variable),
  resources: { requests: keys, limits: keys },
};
const podSpec: Mask = {
  volumes: {
    name: whole,
    configMap: dataReference,
    secret: { ...dataReference, secretName: whole },
    projected: { sources: { configMap: dataReference, secret: dataReference } },
    csi: { nodePublishSecretRef: dataReference },
    persistentVolumeClaim: { claimName: whole },
    ephemeral: presence,
  },
  initContainers: container,
  containers: container,
  ephemeralContainers: container,
  imagePullSecrets: dataReference,
  serviceAccountName: whole,
  serviceAccount: whole,
};
const template: Mask = { metadata: { labels: whole }, spec: podSpec };
/** Anything may be scaled, and may claim volumes. */
const scalable = { replicas: presence, volumeClaimTemplates: { metadata: name } };
const workload: Mask = { spec: { ...scalable, selector: whole, template, serviceName: whole } };

const measured: Mask = { name: whole, container: whole, target: { type: whole } };
const target: Mask = { apiVersion: whole, kind: whole, name: whole };
const scaler: Mask = {
  spec: {
    scaleTargetRef: target,
    targetRef: target,
    metrics: { type: whole, resource: measured, containerResource: measured },
  },
};
const peer: Mask = { podSelector: whole, namespaceSelector: whole, ipBlock: presence };
const ports: Mask = { port: whole };
const backend: Mask = { service: { name: whole, port: { name: whole, number: whole } } };
const route: Mask = {
  spec: {
    hostnames: whole,
    parentRefs: { kind: whole, name: whole, namespace: whole },
    rules: {
      matches: { path: { value: whole } },
      backendRefs: { group: whole, kind: whole, name: whole, namespace: whole, port: whole },
    },
  },
};
const binding: Mask = { roleRef: { kind: whole, name: whole }, subjects: { ...target, namespace: whole } };

const OTHERS: Mask = { spec: scalable };
/** Beside apiVersion, kind, name and namespace: what rules across objects read of each kind. */
const KINDS = new Map(
  Object.entries<Mask>({
    'Deployment.apps': workload,
    'StatefulSet.apps': workload,
    'DaemonSet.apps': workload,
    'ReplicaSet.apps': workload,
    ReplicationController: workload,
    'Job.batch': workload,
    'Rollout.argoproj.io': workload,
    'CronJob.batch': { spec: { ...scalable, jobTemplate: { spec: { template } } } },
    PodTemplate: { ...OTHERS, template },
    Pod: { metadata: { labels: whole }, spec: { ...scalable, ...podSpec } },
    Service: {
      spec: {
        ...scalable,
        selector: whole,
        type: whole,
        clusterIP: whole,
        ports: { name: whole, port: whole, targetPort: whole, protocol: whole },
      },
    },
    'Ingress.networking.k8s.io': {
      metadata: { annotations: certificateAnnotations },
      spec: {
        ...scalable,
        defaultBackend: backend,
        rules: { host: whole, http: { paths: { path: whole, backend } } },
        tls: { secretName: whole },
      },
    },
    'HTTPRoute.gateway.networking.k8s.io': route,
    'GRPCRoute.gateway.networking.k8s.io': route,
    'TLSRoute.gateway.networking.k8s.io': route,
    'TCPRoute.gateway.networking.k8s.io': route,
    'UDPRoute.gateway.networking.k8s.io': route,
    'HorizontalPodAutoscaler.autoscaling': scaler,
    'ScaledObject.keda.sh': scaler,
    'VerticalPodAutoscaler.autoscaling.k8s.io': scaler,
    LimitRange: { spec: { limits: { default: presence, defaultRequest: presence } } },
    'PodDisruptionBudget.policy': { spec: { selector: whole } },
    'NetworkPolicy.networking.k8s.io': {
      spec: { podSelector: whole, ingress: { from: peer, ports }, egress: { to: peer, ports } },
    },
    'RoleBinding.rbac.authorization.k8s.io': binding,
    'ClusterRoleBinding.rbac.authorization.k8s.io': binding,
    ServiceAccount: { imagePullSecrets: name, secrets: name },
    ConfigMap: { data: keys, binaryData: keys },
    Secret: { data: keys, stringData: keys },
    'SealedSecret.bitnami.com': {
      spec: { encryptedData: keys, template: { metadata: name, data: keys } },
    },
    'ExternalSecret.external-secrets.io': {
      spec: { dataFrom: presence, data: { secretKey: whole }, target: { name: whole, template: presence } },
    },
    'Certificate.cert-manager.io': { spec: { secretName: whole } },
    'CustomResourceDefinition.apiextensions.k8s.io': {
      spec: { group: whole, names: { kind: whole } },
    },
  }),
);

/**
 * An object reduced to what the rules across objects read of it, in the same shape: what it is called, selects, refers
 * to and offers. Of data only the keys are left, so no secret is in it, and what an object does alone (its image, its
 * numbers, its environment) does not change it.
 */
export function outlineOf(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const named = namespace === undefined ? { name } : { name, namespace };
  const rest = reduce(object, KINDS.get(kindOf(object)) ?? OTHERS) as Partial<KubeObject>;
  return { apiVersion, kind, ...rest, metadata: { ...named, ...rest.metadata } };
}

/** The outlines of a file's objects, in their order. */
export function outlinesOf(file: RenderedFile): readonly KubeObject[] {
  return file.proven?.outlines ?? file.objects.map(outlineOf);
}

function reduce(value: unknown, mask: Mask): unknown {
  if (typeof mask === 'function') return mask(value);
  if (Array.isArray(value)) return value.map((item) => reduce(item, mask));
  if (!isFields(value)) return null;
  const reduced: Record<string, unknown> = {};
  for (const field in mask) {
    const child = value[field];
    if (child !== undefined) reduced[field] = reduce(child, mask[field]!);
  }
  return reduced;
}

function isReference(item: Readonly<Record<string, unknown>>): boolean {
  return item.valueFrom !== undefined;
}

/** That a certificate is asked for. */
function certificateAnnotations(value: unknown): unknown {
  const asking = strings(value).filter(([key]) => CERTIFICATE_ANNOTATION.test(key));
  return Object.fromEntries(asking.map(([key]) => [key, '']));
}
