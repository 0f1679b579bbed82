import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Hook } from '../model/values/hooks';
import type { BaseApp } from './base-app';
import { Component } from './component';
import { checkSidecars, jobSpecOf } from './job-template';
import { addKube } from './kube-resource';
import { SYNC_WAVE } from './sync-waves';
import { appProblem, sortedEntries } from './values';

/** Between the stores and the workloads. */
const BEFORE_WORKLOADS = '-1';
const PURPOSE_LABEL = 'stageline.dev/hook';

/**
 * A Job that Argo CD runs with each sync. In YAML: an entry under `hooks` of any app.
 *
 * `phase: PreSync` becomes a hook of the sync itself, in a wave before the workloads: Argo CD's own PreSync phase comes
 * before the Namespace, the configuration and the stores, so that a migration would find none of them, and the first
 * sync of a stage could never succeed.
 */
export class HookJob extends Component {
  /** @throws UserError when there is no image, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, hook: Hook & { readonly image: string }) {
    super(scope, id, {});
    const { deletePolicy, phase, purpose, ...values } = hook;
    checkSidecars(this.app, this.name, values);
    const pod = this.pod(values, { kind: 'Job', restartPolicy: values.restartPolicy });
    const metadata = this.metadata(this.name, {
      annotations: {
        'argocd.argoproj.io/hook': phase === 'PreSync' ? 'Sync' : phase,
        'argocd.argoproj.io/hook-delete-policy': [...new Set(deletePolicy)].sort().join(','),
        ...(phase === 'PreSync' ? { [SYNC_WAVE]: BEFORE_WORKLOADS } : {}),
      },
    });
    addKube(k8s.KubeJob, this, 'job', {
      metadata: { ...metadata, labels: { ...metadata.labels, [PURPOSE_LABEL]: purpose } },
      spec: jobSpecOf(values, pod),
    });
  }
}

/** The hooks of an app, beside whatever its class has built. */
export function addHooks(app: BaseApp): void {
  const main = (app.values as { image?: unknown }).image;
  for (const [name, hook] of sortedEntries(app.values.hooks)) {
    const image = hook.image ?? main;
    if (typeof image !== 'string') {
      throw appProblem(app, ['hooks', name], {
        code: 'hook-without-image',
        cause: `the hook "${name}" names no image, and the app "${app.app.name}" has none of its own`,
        remedy: 'Set image in the hook.',
      });
    }
    new HookJob(app, name, { ...hook, image });
  }
}
