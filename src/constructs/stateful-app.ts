import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { statefulProps, type StatefulProps } from '../model/values/workloads';
import { addAutoscaler, addDisruptionBudget, replicasOf, type Scaled } from './autoscaling';
import { Component, type ComponentProps } from './component';
import { addKube } from './kube-resource';
import type { Pod } from './pod';
import { spreadOf } from './scheduling';
import { addService, servicePort } from './service';
import { parseProps, type StatefulValues } from './values';

/**
 * A store, or whatever else needs a name and a disk for each of its pods: a StatefulSet with its Service, headless by
 * default. A volume with `claimTemplate` is one claim a pod, one with `claim` is shared by all. Its pods may talk to
 * one another. In YAML: `kind: stateful`.
 *
 * @example
 * import { StatefulApp, type BaseApp } from 'stageline';
 *
 * export function addPrimary(app: BaseApp): StatefulApp {
 *   return new StatefulApp(app, 'primary', {
 *     image: 'docker.io/postgres:17.6',
 *     ports: { db: { containerPort: 5432, servicePort: 5432 } },
 *     volumes: { data: { mountPath: '/var/lib/postgresql/data', claimTemplate: { storage: '10Gi' } } },
 *     resources: {
 *       requests: { cpu: '250m', memory: '512Mi' },
 *       limits: { cpu: '2', memory: '1Gi' },
 *     },
 *   });
 * }
 */
export class StatefulApp extends Component {
  private readonly ports: Pod['ports'];

  /** @throws UserError when a value is wrong, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, props: StatefulProps & ComponentProps) {
    super(scope, id, props);
    const values = parseProps(this.app, this.name, statefulProps, props);
    const { name, selector } = this;
    const pod = this.pod(
      values,
      { kind: 'StatefulSet', restartPolicy: 'Always', extra: spreadOf(selector, values.topologySpread) },
      { peers: true, anywhere: values.service.type !== 'ClusterIP' },
    );
    this.ports = pod.ports;
    if (values.service.headless || pod.ports.some((port) => port.served)) {
      const metadata = this.metadata(name, { annotations: values.service.annotations });
      addService(this, { metadata, selector, ports: pod.ports, service: values.service });
    }
    this.addStatefulSet(values, pod);
    const scaled: Scaled = { kind: 'StatefulSet', metadata: this.metadata(name), name, selector };
    addAutoscaler(this, scaled, values.autoscaling);
    addDisruptionBudget(this, scaled, values.disruptionBudget);
  }

  /**
   * Where pods of the same namespace reach it, as `host:port`.
   * @throws UserError when its Service carries no port of that name.
   */
  address(port: string): string {
    return `${this.name}:${servicePort(this.app, this.ports, port, ['ports'])}`;
  }

  private addStatefulSet(values: StatefulValues, pod: Pod): void {
    const { minReadySeconds, partition, podManagementPolicy, revisionHistoryLimit, type } = values.rollout;
    addKube(k8s.KubeStatefulSet, this, 'stateful-set', {
      metadata: this.metadata(this.name),
      spec: {
        serviceName: this.name,
        replicas: replicasOf(values),
        selector: { matchLabels: this.selector },
        podManagementPolicy,
        updateStrategy: {
          type,
          rollingUpdate: type === 'RollingUpdate' ? { partition: partition ?? 0 } : undefined,
        },
        minReadySeconds,
        revisionHistoryLimit: revisionHistoryLimit ?? 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        template: pod.template,
        volumeClaimTemplates:
          pod.claimTemplates.length > 0
            ? pod.claimTemplates.map(({ name, spec }) => ({ metadata: { name }, spec }))
            : undefined,
      },
    });
  }
}
