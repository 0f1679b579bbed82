import { k8s } from 'cdk8s-plus-28';
import type { BaseApp } from './base-app';
import { CHECKSUM, configFiles, type ConfigFiles } from './config-files';
import { renderContainer } from './container';
import { notesOf, podSecurity, type HardeningNote } from './hardening';
import { lifecycleOf } from './lifecycle';
import type { EndpointPort } from './network-policy';
import { podSecrets } from './pod-secrets';
import { appProblem, sortedEntries, type AuxiliaryValues, type PodValues } from './values';
import { coversTmp, inMountOrder, podVolumes, scratch, type Claim } from './volumes';
import { suggest } from '../model/nearest';
import { atLeast } from './versions';

/** A pod, and what has to be there for it. */
export interface Pod {
  readonly template: k8s.PodTemplateSpec;
  readonly files: ConfigFiles | undefined;
  readonly claims: readonly Claim[];
  readonly claimTemplates: readonly Claim[];
  readonly ports: readonly (EndpointPort & {
    readonly servicePort?: number;
    readonly appProtocol?: string;
  })[];
  readonly notes: readonly HardeningNote[];
}

export interface PodOptions {
  /** The workload, as messages name it. */
  readonly kind: string;
  readonly name: string;
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly extra?: Partial<k8s.PodSpec>;
}

export const configMapName = (name: string): string => `${name}-config`;

/** The pod of one component. https://kubernetes.io/docs/concepts/workloads/pods/ */
export function renderPod(app: BaseApp, values: PodValues, options: PodOptions): Pod {
  const { name } = options;
  const own = podVolumes(name, values.volumes);
  const files = configFiles(configMapName(name), freeName('config', values.volumes), values.files);
  const secrets = podSecrets(app, values, (wanted) => freeName(wanted, values.volumes));
  const volumes: k8s.Volume[] = [...own.volumes, ...(files ? [files.volume] : []), ...secrets.volumes];
  const shared = files?.mounts ?? [];

  const mountsOf = (container: string, mounts: readonly k8s.VolumeMount[]): k8s.VolumeMount[] => {
    const all = [...mounts, ...shared];
    if (coversTmp(all)) return inMountOrder(all);
    const tmp = scratch(
      freeName(container === name ? 'tmp' : `tmp-${container}`.slice(0, 63), values.volumes),
    );
    volumes.push(tmp.volume);
    return inMountOrder([...all, tmp.mount]);
  };
  const auxiliary = (
    list: 'initContainers' | 'sidecars',
    container: string,
    aux: AuxiliaryValues,
    restartPolicy?: 'Always',
  ): k8s.Container =>
    renderContainer(
      container,
      { ...aux, image: aux.image ?? values.image },
      {
        security: values.security,
        env: secrets.of(container).env,
        mounts: mountsOf(container, [
          ...namedMounts(app, [list, container], aux.mounts, own.mounts),
          ...secrets.of(container).mounts,
        ]),
        restartPolicy,
      },
    );

  const main = renderContainer(name, values, {
    security: values.security,
    env: secrets.of(undefined).env,
    mounts: mountsOf(name, [...own.mounts, ...secrets.of(undefined).mounts]),
    lifecycle: lifecycleOf(app, values),
  });
  const native = atLeast(app.environment.cluster.kubernetes, '1.29');
  const init = Object.entries(values.initContainers).map(([id, aux]) => auxiliary('initContainers', id, aux));
  const beside = sortedEntries(values.sidecars).map(([id, aux]) =>
    auxiliary('sidecars', id, aux, native ? 'Always' : undefined),
  );
  const initContainers = native ? [...init, ...beside] : init;

  const template: k8s.PodTemplateSpec = {
    metadata: {
      labels: { ...values.podLabels, ...app.selectorOf(name) },
      annotations: {
        ...values.podAnnotations,
        ...(files ? { [CHECKSUM]: files.checksum } : {}),
        ...secrets.annotations,
      },
    },
    spec: {
      automountServiceAccountToken: app.usesApi,
      enableServiceLinks: false,
      serviceAccountName: app.serviceAccountName,
      securityContext: podSecurity(values.security),
      restartPolicy: options.restartPolicy,
      terminationGracePeriodSeconds: values.terminationGracePeriodSeconds,
      imagePullSecrets:
        values.imagePullSecrets.length > 0
          ? values.imagePullSecrets.map((secret) => ({ name: secret }))
          : undefined,
      nodeSelector: values.scheduling.nodeSelector,
      priorityClassName: values.scheduling.priorityClassName,
      ...options.extra,
      initContainers: initContainers.length > 0 ? initContainers : undefined,
      containers: native ? [main] : [main, ...beside],
      volumes: volumes.length > 0 ? [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1)) : undefined,
    },
  };
  return {
    template,
    files,
    claims: own.claims,
    claimTemplates: own.claimTemplates,
    ...factsOf(values, options),
  };
}

/** What the rest of the app has to know of the pod. */
function factsOf(values: PodValues, { kind, name }: PodOptions): Pick<Pod, 'notes' | 'ports'> {
  const auxiliary = [...Object.entries(values.initContainers), ...sortedEntries(values.sidecars)];
  const object = `${kind} ${name}`;
  return {
    notes: [
      ...notesOf(object, name, values.unhardened),
      ...auxiliary.flatMap(([container, aux]) => notesOf(object, container, aux.unhardened)),
    ],
    ports: [values.ports, ...Object.values(values.sidecars).map((sidecar) => sidecar.ports)]
      .flatMap((ports) => sortedEntries(ports))
      .map(([port, { appProtocol, containerPort, protocol, servicePort }]) => ({
        name: port,
        containerPort,
        protocol,
        servicePort,
        appProtocol,
        served: servicePort !== undefined,
      })),
  };
}

function namedMounts(
  app: BaseApp,
  path: readonly [list: string, container: string],
  names: readonly string[],
  mounts: readonly k8s.VolumeMount[],
): k8s.VolumeMount[] {
  const known = new Map(mounts.map((mount) => [mount.name, mount]));
  return names.map((name, index) => {
    const mount = known.get(name);
    if (mount) return mount;
    throw appProblem(app, [...path, 'mounts', index], {
      code: 'unknown-volume',
      cause: `the container "${path[1]}" mounts "${name}", which is none of the volumes of the app`,
      remedy: suggest(name, known.keys(), 'Declare it under volumes.'),
    });
  });
}

/** A name that none of the app's own volumes has. */
function freeName(wanted: string, taken: Readonly<Record<string, unknown>>): string {
  let name = wanted;
  for (let n = 2; Object.hasOwn(taken, name); n += 1) name = `${wanted}-${n}`;
  return name;
}
