import { k8s } from 'cdk8s-plus-28';
import { addAutoscaler, addDisruptionBudget, replicasOf, type Scaled } from './autoscaling';
import { Component } from './component';
import { addKube } from './kube-resource';
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
    addKube(k8s.KubeDeployment, this, 'deployment', {
      metadata: this.metadata(name),
      spec: {
        replicas: replicasOf(values),
        selector: { matchLabels: selector },
        strategy: strategyOf(values),
        minReadySeconds,
        progressDeadlineSeconds: progressDeadlineSeconds ?? 600,
        revisionHistoryLimit: revisionHistoryLimit ?? 10,
        template: pod.template,
      },
    });
    const scaled: Scaled = { kind: 'Deployment', metadata: this.metadata(name), name, selector };
    addAutoscaler(this, scaled, values.autoscaling);
    addDisruptionBudget(this, scaled, values.disruptionBudget);
    return pod;
  }
}

/**
 * By default no pod is taken away before its successor is ready. Where both would need the same disk, and only one
 * node can have it, the successor would wait for ever: there the old pods go first.
 */
function strategyOf({ rollout, volumes }: WorkerValues): k8s.DeploymentStrategy {
  const { maxSurge, maxUnavailable } = rollout;
  const says = maxSurge !== undefined || maxUnavailable !== undefined;
  const type = rollout.type ?? (!says && hasExclusiveClaim(volumes) ? 'Recreate' : 'RollingUpdate');
  if (type === 'Recreate') return { type };
  const noSurge = maxSurge === 0 || maxSurge === '0%';
  return {
    type,
    rollingUpdate: {
      maxSurge: intOrString(maxSurge ?? '25%'),
      maxUnavailable: intOrString(maxUnavailable ?? (noSurge ? '25%' : 0)),
    },
  };
}

const hasExclusiveClaim = (volumes: WorkerValues['volumes']): boolean =>
  Object.values(volumes).some(({ claim }) =>
    claim?.accessModes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod'),
  );
