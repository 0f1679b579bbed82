import { k8s } from 'cdk8s-plus-28';
import type { SecurityValues, UnhardenedValues } from './values';

/** One hardening default that a container goes without, and why. */
export interface HardeningNote {
  /** The workload, as messages name it: `Deployment shop-web`. */
  readonly object: string;
  readonly container: string;
  /** The default that is off, such as `readOnlyRootFilesystem`. */
  readonly field: keyof UnhardenedValues;
  readonly reason: string;
}

/**
 * Pod Security `restricted`, and what it leaves open besides. Each container says it all itself, because it may be
 * exempt from one of them; the pod says it for those that are attached later.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurity(security: SecurityValues): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: security.runAsUser,
    runAsGroup: security.runAsGroup,
    fsGroup: security.fsGroup,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

export function containerSecurity(
  security: SecurityValues,
  unhardened: UnhardenedValues,
): k8s.SecurityContext {
  const keeps = (field: keyof UnhardenedValues): boolean => unhardened[field] === undefined;
  return {
    allowPrivilegeEscalation: !keeps('allowPrivilegeEscalation'),
    privileged: false,
    readOnlyRootFilesystem: keeps('readOnlyRootFilesystem'),
    runAsNonRoot: keeps('runAsNonRoot'),
    runAsUser: security.runAsUser,
    runAsGroup: security.runAsGroup,
    capabilities: keeps('dropAllCapabilities') ? { drop: ['ALL'] } : undefined,
    seccompProfile: { type: keeps('seccompProfile') ? 'RuntimeDefault' : 'Unconfined' },
  };
}

/** The hardening that one container goes without. */
export function notesOf(object: string, container: string, unhardened: UnhardenedValues): HardeningNote[] {
  return (Object.keys(unhardened) as (keyof UnhardenedValues)[])
    .sort()
    .flatMap((field) =>
      unhardened[field] === undefined ? [] : [{ object, container, field, reason: unhardened[field] }],
    );
}
