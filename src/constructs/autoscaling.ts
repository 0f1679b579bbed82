import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { addKube } from './kube-resource';
import { intOrString, type WorkerValues } from './values';

export interface Scaled {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly metadata: k8s.KubeDeploymentProps['metadata'];
  readonly name: string;
  readonly selector: Record<string, string>;
}

/** The number of pods, where nothing else owns it: with an autoscaler the field has to be absent. */
export const replicasOf = (values: Pick<WorkerValues, 'autoscaling' | 'replicas'>): number | undefined =>
  values.autoscaling ? undefined : (values.replicas ?? 1);

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ */
export function addAutoscaler(scope: Construct, of: Scaled, values: WorkerValues['autoscaling']): void {
  if (!values) return;
  const target = (name: string, averageUtilization: number | undefined): k8s.MetricSpecV2[] =>
    averageUtilization === undefined
      ? []
      : [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }];
  addKube(k8s.KubeHorizontalPodAutoscalerV2, scope, 'autoscaler', {
    metadata: of.metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: of.kind, name: of.name },
      minReplicas: values.minReplicas,
      maxReplicas: values.maxReplicas,
      metrics: [...target('cpu', values.cpuUtilization), ...target('memory', values.memoryUtilization)],
    },
  });
}

/**
 * A pod that is not healthy may always be evicted: otherwise a broken app would hold up the drain of a node.
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export function addDisruptionBudget(
  scope: Construct,
  of: Scaled,
  values: WorkerValues['disruptionBudget'],
): void {
  if (!values) return;
  const { maxUnavailable, minAvailable } = values;
  addKube(k8s.KubePodDisruptionBudget, scope, 'disruption-budget', {
    metadata: of.metadata,
    spec: {
      selector: { matchLabels: of.selector },
      minAvailable: minAvailable === undefined ? undefined : intOrString(minAvailable),
      maxUnavailable: maxUnavailable === undefined ? undefined : intOrString(maxUnavailable),
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
