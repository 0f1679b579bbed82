import { k8s } from 'cdk8s-plus-28';
import type { WorkerValues } from './values';

/**
 * Spreads the pods of one component over zones and nodes. By default that is a wish: on a single node they all run.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export function spreadOf(
  selector: Readonly<Record<string, string>>,
  spread: WorkerValues['topologySpread'],
): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const labelSelector = { matchLabels: { ...selector } };
  const over = (topologyKey: string, whenUnsatisfiable: string): k8s.TopologySpreadConstraint => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector,
  });
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } },
        ],
      },
    },
    topologySpreadConstraints: [
      over('topology.kubernetes.io/zone', spread.zone),
      over('kubernetes.io/hostname', spread.hostname),
    ],
  };
}
