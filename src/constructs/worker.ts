import type { Construct } from 'constructs';
import { workerProps, type WorkerProps } from '../model/values/workloads';
import type { ComponentProps } from './component';
import { DeployedComponent } from './deployment';
import { parseProps } from './values';

/**
 * A program that runs all the time and that nobody calls: a Deployment without a Service. In YAML: `kind: worker`.
 *
 * @example
 * import { Worker, type BaseApp } from 'stageline';
 *
 * export function addMailer(app: BaseApp): Worker {
 *   return new Worker(app, 'mailer', {
 *     image: 'ghcr.io/example/mailer:2.0.1',
 *     replicas: 2,
 *     env: { QUEUE: 'mails' },
 *     resources: {
 *       requests: { cpu: '50m', memory: '64Mi' },
 *       limits: { cpu: '500m', memory: '128Mi' },
 *     },
 *   });
 * }
 */
export class Worker extends DeployedComponent {
  /** @throws UserError when a value is wrong, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, props: WorkerProps & ComponentProps) {
    super(scope, id, props);
    this.deploy(parseProps(this.app, this.name, workerProps, props));
  }
}
