import { k8s } from 'cdk8s-plus-28';
import { addAutoscaler, addDisruptionBudget, replicasOf, type Scaled } from './autoscaling';
import { Component } from './component';
import { addSleep } from './lifecycle';
import type { Endpoint } from './network-policy';
import type { Pod } from './pod';
import { spreadOf } from './scheduling';
import { intOrString, type WorkerValues } from './values';

/** A component that runs as a Deployment: base of {@link HttpService} and {@link Worker}. */
export abstract class DeployedComponent extends Component {
  /** @internal */
  protected deploy(values: WorkerValues, endpoint: Omit<Endpoint, 'ports'> = {}): Pod {
    const { name, selector } = this;
    const pod = this.pod(
      values,
      { kind: 'Deployment', restartPolicy: 'Always', extra: spreadOf(selector, values.topologySpread) },
      endpoint,
    );
    const { minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit } = values.rollout;
    const deployment = new k8s.KubeDeployment(this, 'deployment', {
      metadata: this.metadata(name),
      spec: {
        replicas: replicasOf(values),
        selector: { matchLabels: selector },
        strategy: strategyOf(values.rollout),
        minReadySeconds,
        progressDeadlineSeconds: progressDeadlineSeconds ?? 600,
        revisionHistoryLimit: revisionHistoryLimit ?? 10,
        template: pod.template,
      },
    });
    addSleep(deployment, values);
    const scaled: Scaled = { kind: 'Deployment', metadata: this.metadata(name), name, selector };
    addAutoscaler(this, scaled, values.autoscaling);
    addDisruptionBudget(this, scaled, values.disruptionBudget);
    return pod;
  }
}

/** By default no pod is taken away before its successor is ready. */
function strategyOf(rollout: WorkerValues['rollout']): k8s.DeploymentStrategy {
  if (rollout.type === 'Recreate') return { type: 'Recreate' };
  const { maxSurge, maxUnavailable } = rollout;
  const noSurge = maxSurge === 0 || maxSurge === '0%';
  return {
    type: 'RollingUpdate',
    rollingUpdate: {
      maxSurge: intOrString(maxSurge ?? '25%'),
      maxUnavailable: intOrString(maxUnavailable ?? (noSurge ? '25%' : 0)),
    },
  };
}
