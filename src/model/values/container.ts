import { z } from 'zod';
import {
  absolutePath,
  countOrPercent,
  dnsLabel,
  dnsSubdomain,
  envName,
  imageReference,
  portName,
  portNumber,
} from './scalars';
import { portRef, quantity, reason, seconds, text } from './scalars';
import { secretUses } from './secrets';

/** One check of a container's state. Exactly one of the four ways. */
export const probe = z
  .strictObject({
    httpGet: z
      .strictObject({
        path: z.string().startsWith('/'),
        port: portRef,
        scheme: z.enum(['HTTP', 'HTTPS']).optional(),
      })
      .optional(),
    tcpSocket: z.strictObject({ port: portRef }).optional(),
    grpc: z.strictObject({ port: portNumber, service: text.optional() }).optional(),
    exec: z.strictObject({ command: z.array(text).min(1) }).optional(),
    initialDelaySeconds: seconds.optional(),
    periodSeconds: z.int().min(1).optional(),
    timeoutSeconds: z.int().min(1).optional(),
    successThreshold: z.int().min(1).optional(),
    failureThreshold: z.int().min(1).optional(),
  })
  .refine((p) => [p.httpGet, p.tcpSocket, p.grpc, p.exec].filter(Boolean).length === 1, {
    message: 'needs exactly one of httpGet, tcpSocket, grpc, exec',
  });

/** https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
export const probes = z.strictObject({
  startup: probe.optional(),
  readiness: probe.optional().describe('Whether the pod gets traffic.'),
  liveness: probe.optional().describe('Whether the container is restarted.'),
});

const amounts = z.strictObject({
  cpu: quantity.optional().describe('Cores, or millicores with the suffix m.'),
  memory: quantity.optional().describe('Bytes, usually with Mi or Gi.'),
  'ephemeral-storage': quantity.optional(),
});

/** https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
export const resources = z.strictObject({
  requests: amounts.required({ cpu: true, memory: true }),
  limits: amounts.required({ memory: true }),
});

/** A file put into the container from a ConfigMap. */
export const configFile = z.union([
  text,
  z.strictObject({
    content: text,
    mode: z
      .string({
        error: 'must be a string in quotes such as "0755": YAML reads a bare 0755 as a decimal number',
      })
      .regex(/^0[0-7]{3}$/, 'must be an octal mode such as "0755"'),
  }),
]);

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/ */
const claimShape = {
  storage: quantity,
  storageClassName: dnsSubdomain.optional(),
  accessModes: z
    .array(z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']))
    .min(1)
    .default(['ReadWriteOnce']),
};

/** A directory that is not part of the image. Exactly one source. */
export const volume = z
  .strictObject({
    mountPath: absolutePath,
    readOnly: z.boolean().optional(),
    subPath: text.optional(),
    emptyDir: z
      .strictObject({ sizeLimit: quantity.optional(), medium: z.literal('Memory').optional() })
      .optional(),
    claim: z
      .strictObject({ name: dnsSubdomain.optional().describe('Default: <object>-<volume>.'), ...claimShape })
      .optional()
      .describe('A PersistentVolumeClaim of its own, created beside the workload.'),
    claimTemplate: z
      .strictObject(claimShape)
      .optional()
      .describe('kind: stateful only: one claim for each pod.'),
    existingClaim: dnsSubdomain.optional(),
    secret: dnsSubdomain.optional().describe('A Secret, mounted as files.'),
    configMap: dnsSubdomain.optional().describe('A ConfigMap that another app renders.'),
  })
  .refine((v) => VOLUME_SOURCES.filter((source) => v[source] !== undefined).length === 1, {
    message: 'needs exactly one of emptyDir, claim, claimTemplate, existingClaim, secret, configMap',
  });
const VOLUME_SOURCES = [
  'emptyDir',
  'claim',
  'claimTemplate',
  'existingClaim',
  'secret',
  'configMap',
] as const;

/** Hardening that an image cannot live with: the field, and why in one line. */
export const unhardened = z
  .strictObject({
    readOnlyRootFilesystem: reason.optional(),
    runAsNonRoot: reason.optional(),
    allowPrivilegeEscalation: reason.optional(),
    dropAllCapabilities: reason.optional(),
    seccompProfile: reason.optional(),
  })
  .describe(
    'Each key switches one default off and says why; synth shows it. Pod Security may still refuse the pod.',
  );

/** What every container has: the image and how it is run. */
export const containerShape = {
  image: imageReference.meta({ promotable: 'image' }),
  command: z.array(text).min(1).optional().meta({ promotable: 'config' }),
  args: z.array(text).min(1).optional().meta({ promotable: 'config' }),
  env: z.record(envName, text).default({}).meta({ promotable: 'config' }),
  files: z
    .record(absolutePath, configFile)
    .default({})
    .describe('Files by their path in the container, from a ConfigMap; a change rolls the pods.')
    .meta({ promotable: 'config' }),
  ports: z
    .record(
      portName,
      z.strictObject({
        containerPort: portNumber,
        servicePort: portNumber.optional().describe('Absent: the Service does not carry this port.'),
        protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
        appProtocol: text.optional(),
      }),
    )
    .default({}),
  probes: probes.default({}),
  resources,
  volumes: z.record(dnsLabel, volume).default({}),
  secrets: secretUses,
  unhardened: unhardened.default({}),
};

/** A helper container: before the main one (init) or beside it (sidecar). */
export const auxiliaryContainer = z.strictObject({
  image: imageReference.optional().describe("Default: the app's own image.").meta({ promotable: 'image' }),
  command: containerShape.command,
  args: containerShape.args,
  env: containerShape.env,
  ports: containerShape.ports,
  probes: containerShape.probes,
  resources,
  mounts: z
    .array(dnsLabel)
    .default([])
    .describe("Volumes of the app that this container sees too; the app's files are always mounted."),
  unhardened: unhardened.default({}),
});

/** What every pod has beside its main container. */
export const podShape = {
  initContainers: z
    .record(dnsLabel, auxiliaryContainer)
    .default({})
    .describe('Run one after the other, in this order.'),
  sidecars: z.record(dnsLabel, auxiliaryContainer).default({}),
  imagePullSecrets: z.array(dnsSubdomain).default([]),
  podAnnotations: z.record(z.string(), text).default({}),
  podLabels: z.record(z.string(), text).default({}),
  terminationGracePeriodSeconds: seconds.default(30),
  preStop: z
    .strictObject({
      sleepSeconds: z.int().min(1).optional().describe('Needs Kubernetes 1.30 or later.'),
      exec: z.strictObject({ command: z.array(text).min(1) }).optional(),
      httpGet: z.strictObject({ path: z.string().startsWith('/'), port: portRef }).optional(),
    })
    .refine((p) => [p.sleepSeconds, p.exec, p.httpGet].filter((x) => x !== undefined).length === 1, {
      message: 'needs exactly one of sleepSeconds, exec, httpGet',
    })
    .optional()
    .describe('Runs before the container is told to stop, so that traffic has moved on by then.'),
  security: z
    .strictObject({
      runAsUser: z.int().min(0).default(10001),
      runAsGroup: z.int().min(0).default(10001),
      fsGroup: z.int().min(0).default(10001),
    })
    .prefault({}),
  scheduling: z
    .strictObject({
      nodeSelector: z.record(z.string(), text).optional(),
      priorityClassName: dnsSubdomain.optional(),
    })
    .default({}),
};

/** How pods of a Deployment are replaced. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
export const rollout = z
  .strictObject({
    type: z
      .enum(['RollingUpdate', 'Recreate'])
      .optional()
      .describe(
        'Default: RollingUpdate; but Recreate where the pods have a claim that one node at a time can mount.',
      ),
    maxUnavailable: countOrPercent.optional(),
    maxSurge: countOrPercent.optional(),
    minReadySeconds: seconds.optional(),
    progressDeadlineSeconds: seconds.optional(),
    revisionHistoryLimit: z.int().min(0).optional(),
  })
  .refine((r) => r.type !== 'Recreate' || (r.maxSurge === undefined && r.maxUnavailable === undefined), {
    message: 'means nothing beside type: Recreate, which takes all pods away first',
    path: ['maxSurge'],
  })
  .refine((r) => !isNone(r.maxSurge) || !isNone(r.maxUnavailable), {
    message: 'must not be 0 together with maxSurge: no pod could ever be replaced',
    path: ['maxUnavailable'],
  });
const isNone = (count: string | number | undefined): boolean => count === 0 || count === '0%';
