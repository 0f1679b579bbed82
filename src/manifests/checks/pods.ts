import { groupOf, type KubeObject } from '../../model/kube';
import { getOrSet } from '../../model/maps';
import { dig, fields, items, strings, text, type Fields } from '../fields';

/** A container of any sort, with its place in the object. */
export interface PodContainer {
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers';
  readonly name: string;
  /** `spec.template.spec.containers[frontend]` */
  readonly path: string;
  readonly fields: Fields;
  /** Listens for as long as the pod runs: a main container, or an init container that restarts always. */
  readonly serves: boolean;
}

/** A pod as an object carries it: itself, or in a template. */
export interface PodTemplate {
  readonly object: KubeObject;
  /** `spec.template.spec`, as messages name it. */
  readonly path: string;
  /** `spec.template.metadata` */
  readonly metadataPath: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Fields;
  readonly containers: readonly PodContainer[];
}

/** Kinds that carry a pod template, as Kind.group, and where it stands. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'Deployment.apps': ['spec', 'template'],
    'StatefulSet.apps': ['spec', 'template'],
    'DaemonSet.apps': ['spec', 'template'],
    'ReplicaSet.apps': ['spec', 'template'],
    ReplicationController: ['spec', 'template'],
    'Job.batch': ['spec', 'template'],
    'CronJob.batch': ['spec', 'jobTemplate', 'spec', 'template'],
    'Rollout.argoproj.io': ['spec', 'template'],
    PodTemplate: ['template'],
    Pod: [],
  }),
);

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

const kinds = new Map<string, Map<string, string>>();

/** `Deployment.apps`, `Service`: a kind with its group, as kubectl writes it. There are few, so they are kept. */
export function kindOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const known = getOrSet(kinds, apiVersion, () => new Map<string, string>());
  return getOrSet(known, kind, () => {
    const group = groupOf(apiVersion);
    return group === '' ? kind : `${kind}.${group}`;
  });
}

/** Whether objects of a kind carry a pod template. */
export const hasTemplate = (kind: string): boolean => TEMPLATES.has(kind);

const templates = new WeakMap<KubeObject, PodTemplate>();

/** The pod template of an object, or undefined where its kind carries none. Several checks ask for it. */
export function podTemplate(object: KubeObject, kind = kindOf(object)): PodTemplate | undefined {
  const place = TEMPLATES.get(kind);
  if (!place) return undefined;
  const known = templates.get(object);
  if (known) return known;
  const template = readTemplate(object, place);
  if (template) templates.set(object, template);
  return template;
}

function readTemplate(object: KubeObject, place: readonly string[]): PodTemplate | undefined {
  const template = dig(object, ...place);
  const { metadata, spec } = fields(template);
  if (spec === undefined) return undefined;
  const { labels, annotations } = fields(metadata);
  const path = [...place, 'spec'].join('.');
  const containers: PodContainer[] = [];
  for (const list of LISTS)
    for (const [index, container] of items(fields(spec)[list]).entries()) {
      const name = text(container.name) ?? String(index);
      const serves =
        list === 'containers' || (list === 'initContainers' && container.restartPolicy === 'Always');
      containers.push({ list, name, path: `${path}.${list}[${name}]`, fields: container, serves });
    }
  return {
    object,
    path,
    metadataPath: [...place, 'metadata'].join('.'),
    labels: texts(labels),
    annotations: texts(annotations),
    spec: fields(spec),
    containers,
  };
}

/** The entries of a map that are strings, as a map. */
function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(strings(value));
}

/** The ports that a pod listens on. */
export function servedPorts(pod: PodTemplate): readonly Fields[] {
  const ports: Fields[] = [];
  for (const { serves, fields } of pod.containers) if (serves) ports.push(...items(fields.ports));
  return ports;
}

/** Probes and lifecycle hooks of a container, with their place. */
export function handlers(container: Fields): (readonly [string, unknown])[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const { postStart, preStop } = fields(lifecycle);
  return [
    ['livenessProbe', livenessProbe],
    ['readinessProbe', readinessProbe],
    ['startupProbe', startupProbe],
    ['lifecycle.postStart', postStart],
    ['lifecycle.preStop', preStop],
  ];
}
