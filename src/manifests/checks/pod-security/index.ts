import type { KubernetesVersion } from '../../../model/cluster';
import type { PodTemplate } from '../pods';
import { podRule } from '../rule';
import { BASELINE } from './baseline';
import { RESTRICTED } from './restricted';
import { subjectOf, type PodSecurityLevel, type Standard, type Violation } from './standard';

/**
 * What the admission plugin of a Kubernetes version holds against a pod at a level; empty where it lets the pod in.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityViolations(
  pod: PodTemplate,
  level: PodSecurityLevel,
  version: KubernetesVersion,
): Violation[] {
  const minor = Number(version.split('.')[1]);
  const subject = subjectOf(pod);
  const found: Violation[] = [];
  for (const standard of STANDARDS[level]) standard.check(subject, found, minor);
  return found;
}

const standardsOf = (level: PodSecurityLevel): readonly Standard[] =>
  [...BASELINE, ...RESTRICTED].filter(({ levels }) => levels.includes(level));
const STANDARDS = { baseline: standardsOf('baseline'), restricted: standardsOf('restricted') };

/** Every pod passes the Pod Security level that its namespace enforces. */
export const podSecurity = podRule(
  'pod-security',
  "Every pod passes the stage's Pod Security level.",
  (entry, found) => {
    const { podSecurity: level, cluster, name } = entry.stage.stage;
    if (level === 'privileged') return;
    for (const violation of podSecurityViolations(entry.pod, level, cluster.kubernetes)) {
      found.push({
        entry,
        ...violation,
        consequence: `Stage ${name} enforces Pod Security "${level}": no such pod would be created.`,
        remedy: `Mend the field, or lower podSecurity in environments/${name}.yaml if the image cannot run so.`,
      });
    }
  },
);

export type { PodSecurityLevel, Violation } from './standard';
