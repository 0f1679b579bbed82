import { k8s } from 'cdk8s-plus-28';
import { containerSecurity } from './hardening';
import { probesOf } from './probes';
import {
  quantitiesOf,
  sortedEntries,
  type AuxiliaryValues,
  type PortsValues,
  type ResourcesValues,
  type SecurityValues,
} from './values';

/** Room on the node's own disk, for logs, /tmp and the like, where an app says nothing. */
const EPHEMERAL = { request: '64Mi', limit: '512Mi' };

export type ContainerValues = Omit<AuxiliaryValues, 'image' | 'mounts'> & { readonly image: string };

export interface ContainerExtras {
  readonly security: SecurityValues;
  readonly mounts: readonly k8s.VolumeMount[];
  /** Variables whose values are not known here. */
  readonly env?: readonly k8s.EnvVar[];
  readonly lifecycle?: k8s.Lifecycle;
  readonly restartPolicy?: 'Always';
}

/** One container of a pod, hardened, with every value written out. */
export function renderContainer(
  name: string,
  values: ContainerValues,
  extras: ContainerExtras,
): k8s.Container {
  const plain: k8s.EnvVar[] = sortedEntries(values.env).map(([key, value]) => ({ name: key, value }));
  // What others refer to as $(NAME) has to stand before them.
  const env = [...(extras.env ?? []), ...plain];
  const ports = portsOf(values.ports);
  return {
    name,
    image: values.image,
    imagePullPolicy: 'Always',
    command: values.command,
    args: values.args,
    env: env.length > 0 ? env : undefined,
    ports: ports.length > 0 ? ports : undefined,
    ...probesOf(values.probes),
    lifecycle: extras.lifecycle,
    restartPolicy: extras.restartPolicy,
    resources: resourcesOf(values.resources),
    securityContext: containerSecurity(extras.security, values.unhardened),
    volumeMounts: extras.mounts.length > 0 ? [...extras.mounts] : undefined,
  };
}

const portsOf = (ports: PortsValues): k8s.ContainerPort[] =>
  sortedEntries(ports).map(([name, { containerPort, protocol }]) => ({ name, containerPort, protocol }));

function resourcesOf({ limits, requests }: ResourcesValues): k8s.ResourceRequirements {
  const request = requests['ephemeral-storage'] ?? limits['ephemeral-storage'] ?? EPHEMERAL.request;
  const limit = limits['ephemeral-storage'] ?? requests['ephemeral-storage'] ?? EPHEMERAL.limit;
  return {
    requests: quantitiesOf({ ...requests, 'ephemeral-storage': request }),
    limits: quantitiesOf({ ...limits, 'ephemeral-storage': limit }),
  };
}
