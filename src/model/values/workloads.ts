import { z } from 'zod';
import { appShape } from './app-shape';
import { containerShape, podShape, rollout } from './container';
import { countOrPercent, dnsSubdomain, seconds, text } from './scalars';
import { appSecrets as secrets } from './secrets';

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1),
    maxReplicas: z.int().min(1),
    cpuUtilization: z.int().min(1).optional().describe('Target, in percent of the CPU request.'),
    memoryUtilization: z.int().min(1).optional().describe('Target, in percent of the memory request.'),
  })
  .refine((a) => a.maxReplicas >= a.minReplicas, { message: 'maxReplicas must not be less than minReplicas' })
  .refine((a) => a.cpuUtilization !== undefined || a.memoryUtilization !== undefined, {
    message: 'needs cpuUtilization, memoryUtilization or both',
  });

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
export const disruptionBudget = z
  .strictObject({ minAvailable: countOrPercent.optional(), maxUnavailable: countOrPercent.optional() })
  .refine((b) => (b.minAvailable === undefined) !== (b.maxUnavailable === undefined), {
    message: 'needs either minAvailable or maxUnavailable',
  })
  .describe('How many pods a drain of nodes may take away.');

const replicated = {
  replicas: z
    .int()
    .min(0)
    .optional()
    .describe('Default: 1. Not together with autoscaling, which owns the number.'),
  autoscaling: autoscaling.optional(),
  disruptionBudget: disruptionBudget.optional(),
  topologySpread: z
    .strictObject({
      zone: z.enum(['ScheduleAnyway', 'DoNotSchedule']).default('ScheduleAnyway'),
      hostname: z.enum(['ScheduleAnyway', 'DoNotSchedule']).default('ScheduleAnyway'),
    })
    .prefault({})
    .describe('Spreads pods over zones and nodes; a wish by default, so that one node is enough.'),
};
const oneOwnerOfReplicas = {
  check: (v: { replicas?: number | undefined; autoscaling?: unknown }): boolean =>
    v.replicas === undefined || v.autoscaling === undefined,
  params: {
    message:
      'must be absent where autoscaling is set, which owns the number: write "replicas: null" in this stage',
    path: ['replicas'],
  },
};

const serviceOf = (headless: boolean, describe: string) =>
  z
    .strictObject({
      type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP'),
      headless: z.boolean().default(headless).describe('A name for each pod, and no address of its own.'),
      annotations: z.record(z.string(), text).default({}),
    })
    .prefault({})
    .refine((s) => !s.headless || s.type === 'ClusterIP', {
      message: 'a headless Service has no address of its own: write "headless: false" beside this type',
      path: ['headless'],
    })
    .describe(describe);
const service = serviceOf(
  false,
  'The Service in front; it carries the ports that have a servicePort, and is absent when none has.',
);
const governingService = serviceOf(
  true,
  'The Service that gives each pod its name, headless by default; it carries the ports that have a servicePort.',
);

const exposure = {
  ingress: z
    .strictObject({
      host: dnsSubdomain,
      path: z.string().startsWith('/').default('/'),
      port: z.string().default('http').describe('Name of the port.'),
      tls: z.strictObject({ secretName: dnsSubdomain }).optional(),
      annotations: z.record(z.string(), text).default({}),
    })
    .optional()
    .describe("Through the cluster's ingress controller (clusters.<name>.ingress)."),
  route: z
    .strictObject({
      hostnames: z.array(z.string().min(1)).min(1),
      path: z.string().startsWith('/').default('/'),
      port: z.string().default('http').describe('Name of the port.'),
    })
    .optional()
    .describe("A Gateway API HTTPRoute on the cluster's gateway (clusters.<name>.gateway)."),
};

const batch = {
  backoffLimit: z.int().min(0).default(3),
  activeDeadlineSeconds: z.int().min(1).optional(),
  restartPolicy: z.enum(['OnFailure', 'Never']).default('OnFailure'),
};

const longRunning = { ...containerShape, ...podShape, ...replicated };
const serviceShape = { ...longRunning, service, ...exposure, rollout: rollout.prefault({}) };
const workerShape = { ...longRunning, rollout: rollout.prefault({}) };
const statefulShape = {
  ...longRunning,
  service: governingService,
  rollout: z
    .strictObject({
      type: z.enum(['RollingUpdate', 'OnDelete']).default('RollingUpdate'),
      partition: z.int().min(0).optional(),
      minReadySeconds: seconds.optional(),
      revisionHistoryLimit: z.int().min(0).optional(),
      podManagementPolicy: z.enum(['OrderedReady', 'Parallel']).default('OrderedReady'),
    })
    .prefault({}),
};
const jobShape = { ...containerShape, ...podShape, ...batch };
const cronJobShape = {
  ...jobShape,
  schedule: z.string().describe('Five fields: minute, hour, day of month, month, day of week.'),
  timeZone: z.string().default('Etc/UTC').describe('IANA name.'),
  concurrencyPolicy: z.enum(['Allow', 'Forbid', 'Replace']).default('Forbid'),
  startingDeadlineSeconds: z
    .int()
    .min(10)
    .default(300)
    .describe('A run that could not start this long after its time is left out.'),
  successfulJobsHistoryLimit: z.int().min(0).default(1),
  failedJobsHistoryLimit: z.int().min(0).default(1),
  ttlSecondsAfterFinished: seconds.optional(),
  suspend: z.boolean().default(false),
};

// What a construct takes: the same values, without what belongs to the app as a whole.
export const serviceProps = z
  .strictObject(serviceShape)
  .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params);
export const workerProps = z
  .strictObject(workerShape)
  .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params);
export const statefulProps = z
  .strictObject(statefulShape)
  .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params);
export const jobProps = z.strictObject(jobShape);
export const cronJobProps = z.strictObject(cronJobShape);

/** The values of `kind: manifests`: a folder of plain manifests that others publish. */
const manifestsValues = z.strictObject({
  kind: z.literal('manifests'),
  ...appShape,
  path: z
    .string()
    .regex(
      /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\u0000-\u001f\\]+$/,
      'must be a path inside the repository, without ".."',
    )
    .describe('Folder of YAML files, from the root of the repository.'),
  images: z
    .record(z.string(), z.string())
    .default({})
    .describe('Image by the name it has in the manifests, without tag: what runs instead.')
    .meta({ promotable: 'image' }),
});

/** The values of an app in YAML, by its kind. */
export const yamlApp = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('service'), ...appShape, ...serviceShape, secrets })
    .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params),
  z
    .strictObject({ kind: z.literal('worker'), ...appShape, ...workerShape, secrets })
    .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params),
  z
    .strictObject({ kind: z.literal('stateful'), ...appShape, ...statefulShape, secrets })
    .refine(oneOwnerOfReplicas.check, oneOwnerOfReplicas.params),
  z.strictObject({ kind: z.literal('job'), ...appShape, ...jobShape, secrets }),
  z.strictObject({ kind: z.literal('cronjob'), ...appShape, ...cronJobShape, secrets }),
  manifestsValues,
]);
export type YamlApp = z.output<typeof yamlApp>;
export type ManifestsValues = z.output<typeof manifestsValues>;

export type ServiceProps = z.input<typeof serviceProps>;
export type WorkerProps = z.input<typeof workerProps>;
export type StatefulProps = z.input<typeof statefulProps>;
export type JobProps = z.input<typeof jobProps>;
export type CronJobProps = z.input<typeof cronJobProps>;
