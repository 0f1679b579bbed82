import type { ApiObjectMetadata } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { BaseApp } from './base-app';
import { addKube } from './kube-resource';
import type { Endpoint } from './network-policy';
import { configMapName, renderPod, type Pod, type PodOptions } from './pod';
import { waveAnnotation, type Wave } from './sync-waves';
import { appProblem, type PodValues } from './values';

/** What every component takes beside its own values. */
export interface ComponentProps {
  /**
   * What its objects and selectors are called.
   * @default the app's name for the id `main`, else `<app>-<id>`
   */
  readonly name?: string;
}

/** A part of an app that runs pods: base of the components, not for use by itself. */
export abstract class Component extends Construct {
  /** What its objects are called. */
  readonly name: string;
  /** The app that it is part of. */
  protected readonly app: BaseApp;

  constructor(scope: Construct, id: string, props: ComponentProps) {
    super(scope, id);
    this.app = BaseApp.of(scope);
    this.name = props.name ?? this.app.objectName(id);
  }

  /** Labels that select its pods: the same in every stage. */
  get selector(): Record<string, string> {
    return this.app.selectorOf(this.name);
  }

  /** @internal */
  protected metadata(
    name: string,
    extra: { readonly annotations?: Record<string, string>; readonly wave?: Wave } = {},
  ): ApiObjectMetadata {
    return {
      name,
      labels: this.app.labelsOf(this.name),
      annotations: { ...extra.annotations, ...(extra.wave ? waveAnnotation(extra.wave) : {}) },
    };
  }

  /** @internal The pod with the ConfigMap of its files and the claims it mounts. */
  protected pod(
    values: PodValues,
    options: Omit<PodOptions, 'name'>,
    endpoint: Omit<Endpoint, 'ports'> = {},
  ): Pod {
    const pod = renderPod(this.app, values, { ...options, name: this.name });
    this.app.register({ ...endpoint, ports: pod.ports }, pod.notes);
    if (pod.files) {
      addKube(k8s.KubeConfigMap, this, 'config', {
        metadata: this.metadata(configMapName(this.name)),
        data: { ...pod.files.data },
      });
    }
    const wave = options.kind === 'StatefulSet' ? 'store' : 'workload';
    for (const { name, spec } of pod.claims) {
      addKube(k8s.KubePersistentVolumeClaim, this, `claim-${name}`, {
        metadata: this.metadata(name, { wave }),
        spec,
      });
    }
    if (pod.claimTemplates.length > 0 && options.kind !== 'StatefulSet') {
      const volume = pod.claimTemplates[0]!.name;
      throw appProblem(this.app, ['volumes', volume, 'claimTemplate'], {
        code: 'claim-template-without-stateful',
        cause: `the volume "${volume}" of the ${options.kind} "${this.name}" has a claimTemplate, and only a StatefulSet makes one claim a pod`,
        remedy: 'Use claim for one claim that all its pods share, or kind: stateful (StatefulApp).',
      });
    }
    return pod;
  }
}
