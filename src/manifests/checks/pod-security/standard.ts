import { dig, fields, items, type Fields } from '../../fields';
import type { PodTemplate } from '../pods';

/** A breach of a Pod Security Standard: the field, and what is wrong with it. */
export interface Violation {
  readonly field: string;
  readonly says: string;
}

export type PodSecurityLevel = 'baseline' | 'restricted';

/**
 * One control of the Pod Security Standards.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export interface Standard {
  /** As the admission plugin calls it. */
  readonly id: string;
  /** Levels at which it is looked at; a stricter one takes the place of some of baseline's. */
  readonly levels: readonly PodSecurityLevel[];
  /**
   * @param found where what is wrong is put
   * @param minor the minor version of Kubernetes: 34 for 1.34
   */
  readonly check: (pod: Subject, found: Violation[], minor: number) => void;
}

/** A security context with its place: the pod's own, or a container's. */
export interface Context {
  readonly of: 'pod' | 'container';
  readonly path: string;
  readonly fields: Fields;
}

/** A pod with what the controls ask of it again and again. */
export interface Subject extends PodTemplate {
  readonly own: Context;
  readonly ofContainers: readonly Context[];
  /** The pod's own first. */
  readonly contexts: readonly Context[];
  readonly volumes: readonly { readonly path: string; readonly volume: Fields }[];
}

export function subjectOf(pod: PodTemplate): Subject {
  const { path, spec } = pod;
  const own: Context = { of: 'pod', path: `${path}.securityContext`, fields: fields(spec.securityContext) };
  const ofContainers = pod.containers.map((container): Context => ({
    of: 'container',
    path: `${container.path}.securityContext`,
    fields: fields(container.fields.securityContext),
  }));
  const volumes = items(spec.volumes).map((volume) => ({
    path: `${path}.volumes[${String(volume.name)}]`,
    volume,
  }));
  return { ...pod, own, ofContainers, contexts: [own, ...ofContainers], volumes };
}

export function isWindows(pod: PodTemplate): boolean {
  return fields(pod.spec.os).name === 'windows';
}

/** A pod in a user namespace of its own: root in it is nobody outside. */
export function hasUserNamespace(pod: PodTemplate): boolean {
  return pod.spec.hostUsers === false;
}

export function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

export function addedCapabilities(context: Fields): string[] {
  const added = dig(context, 'capabilities', 'add');
  return Array.isArray(added) ? added.map(String) : [];
}

export function unmaskedProc(pod: Subject, found: Violation[]): void {
  for (const { path, fields: context } of pod.ofContainers) {
    if (isSet(context.procMount) && context.procMount !== 'Default') {
      found.push({ field: `${path}.procMount`, says: `${quote(context.procMount)} must be "Default"` });
    }
  }
}

/** A seccomp profile that is set, and switches it off. */
export function badSeccomp(context: Context, found: Violation[]): void {
  const profile = context.fields.seccompProfile;
  if (!isSet(profile) || isGoodSeccomp(profile)) return;
  found.push({
    field: `${context.path}.seccompProfile.type`,
    says: `${quote(fields(profile).type)} must be "RuntimeDefault" or "Localhost"`,
  });
}

export function isGoodSeccomp(profile: unknown): boolean {
  const { type } = fields(profile);
  return type === 'RuntimeDefault' || type === 'Localhost';
}

/** Set, as the API server sees it: null is the same as absent. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
