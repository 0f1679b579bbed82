import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { jobProps, type JobProps } from '../model/values/workloads';
import { Component, type ComponentProps } from './component';
import { checkSidecars, jobSpecOf } from './job-template';
import { addKube } from './kube-resource';
import { parseProps } from './values';

/** A Job's template cannot be changed: Argo CD deletes the Job and creates it anew. */
const REPLACE = { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' };

/**
 * A job that runs once, and again whenever it changes: a Job. It stays when it is done, or else it would be created
 * again and again. In YAML: `kind: job`.
 *
 * @example
 * import { OneOffJob, type BaseApp } from 'stageline';
 *
 * export function addImport(app: BaseApp): OneOffJob {
 *   return new OneOffJob(app, 'import', {
 *     image: 'ghcr.io/example/import:1.0.0',
 *     args: ['--all'],
 *     resources: {
 *       requests: { cpu: '100m', memory: '64Mi' },
 *       limits: { cpu: '1', memory: '256Mi' },
 *     },
 *   });
 * }
 */
export class OneOffJob extends Component {
  /** @throws UserError when a value is wrong, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, props: JobProps & ComponentProps) {
    super(scope, id, props);
    const values = parseProps(this.app, this.name, jobProps, props);
    checkSidecars(this.app, this.name, values);
    const pod = this.pod(values, { kind: 'Job', restartPolicy: values.restartPolicy });
    addKube(k8s.KubeJob, this, 'job', {
      metadata: this.metadata(this.name, { annotations: REPLACE }),
      spec: jobSpecOf(values, pod),
    });
  }
}
