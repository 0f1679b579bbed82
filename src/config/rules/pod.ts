import type { z } from 'zod';
import type { App } from '../../model/environment';
import type { auxiliaryContainer, containerShape, podShape, probe } from '../../model/values/container';

/** The values that every app in YAML has whose kind is a workload. */
export type PodValues = z.output<z.ZodObject<typeof containerShape & typeof podShape>>;
export type Auxiliary = z.output<typeof auxiliaryContainer>;
export type Ports = PodValues['ports'];
export type Probe = z.output<typeof probe>;
export type Resources = PodValues['resources'];

const WORKLOADS = ['service', 'worker', 'stateful', 'job', 'cronjob'];

/** An app's values where they describe a pod. Apps that are classes describe theirs in ways of their own. */
export function podOf(app: App): PodValues | undefined {
  return WORKLOADS.includes(app.kind) ? (app.values as unknown as PodValues) : undefined;
}

/** A container of an app, and where its values stand in the app's entry. */
export interface Container {
  readonly path: readonly string[];
  readonly role: 'main' | 'init' | 'sidecar';
  readonly values: Pick<Auxiliary, 'ports' | 'probes' | 'resources'> & {
    readonly mounts?: readonly string[];
  };
}

const containers = new WeakMap<PodValues, readonly Container[]>();

/** The containers of a pod, the main one first. Most rules ask for them: they are put together once. */
export function containersOf(pod: PodValues): readonly Container[] {
  let known = containers.get(pod);
  if (!known) containers.set(pod, (known = listContainers(pod)));
  return known;
}

function listContainers(pod: PodValues): readonly Container[] {
  const auxiliary = (key: 'initContainers' | 'sidecars', role: 'init' | 'sidecar'): Container[] =>
    Object.entries(pod[key]).map(([name, values]) => ({ path: [key, name], role, values }));
  return [
    { path: [], role: 'main', values: pod },
    ...auxiliary('initContainers', 'init'),
    ...auxiliary('sidecars', 'sidecar'),
  ];
}

/** The ports of the containers that run side by side, which share one address. */
export const portsOfPod = (pod: PodValues): readonly { path: readonly string[]; ports: Ports }[] =>
  containersOf(pod)
    .filter(({ role }) => role !== 'init')
    .map(({ path, values }) => ({ path, ports: values.ports }));
