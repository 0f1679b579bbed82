import { groupOf, type KubeObject } from '../../model/kube';
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
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
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
};

/** `Deployment.apps`, `Service`: a kind with its group, as kubectl writes it. */
export function kindOf(object: KubeObject): string {
  const group = groupOf(object.apiVersion);
  return group === '' ? object.kind : `${object.kind}.${group}`;
}

const templates = new WeakMap<KubeObject, PodTemplate>();

/** The pod template of an object, or undefined where its kind carries none. Several checks ask for it. */
export function podTemplate(object: KubeObject): PodTemplate | undefined {
  const known = templates.get(object);
  if (known) return known;
  const template = readTemplate(object);
  if (template) templates.set(object, template);
  return template;
}

function readTemplate(object: KubeObject): PodTemplate | undefined {
  const place = TEMPLATES[kindOf(object)];
  if (!place) return undefined;
  const template = dig(object, ...place);
  const spec = dig(template, 'spec');
  if (spec === undefined) return undefined;
  const at = (last: string): string => [...place, last].join('.');
  return {
    object,
    path: at('spec'),
    metadataPath: at('metadata'),
    labels: Object.fromEntries(strings(dig(template, 'metadata', 'labels'))),
    annotations: Object.fromEntries(strings(dig(template, 'metadata', 'annotations'))),
    spec: fields(spec),
    containers: (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
      items(fields(spec)[list]).map((container, index): PodContainer => {
        const name = text(container.name) ?? String(index);
        const serves =
          list === 'containers' || (list === 'initContainers' && container.restartPolicy === 'Always');
        return { list, name, path: `${at('spec')}.${list}[${name}]`, fields: container, serves };
      }),
    ),
  };
}

/** The ports that a pod listens on. */
export function servedPorts(pod: PodTemplate): readonly Fields[] {
  return pod.containers.filter((c) => c.serves).flatMap((c) => items(c.fields.ports));
}

/** Probes and lifecycle hooks of a container, with their place. */
export function handlers(container: Fields): (readonly [string, unknown])[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((p) => [p, container[p]] as const);
  const hooks = ['postStart', 'preStop'].map(
    (hook) => [`lifecycle.${hook}`, dig(container, 'lifecycle', hook)] as const,
  );
  return [...probes, ...hooks];
}
