import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { cronJobProps, type CronJobProps } from '../model/values/workloads';
import { Component, type ComponentProps } from './component';
import { checkSidecars, jobSpecOf } from './job-template';
import { addKube } from './kube-resource';
import { parseProps } from './values';

/**
 * A job that runs by the clock: a CronJob. Two runs do not overlap, and the hour is that of UTC, unless it says
 * otherwise. In YAML: `kind: cronjob`.
 *
 * @example
 * import { ScheduledJob, type BaseApp } from 'stageline';
 *
 * export function addBackup(app: BaseApp): ScheduledJob {
 *   return new ScheduledJob(app, 'backup', {
 *     schedule: '30 2 * * *',
 *     timeZone: 'Europe/Berlin',
 *     image: 'ghcr.io/example/backup:1.3.0',
 *     command: ['/bin/sh', '/scripts/backup.sh'],
 *     files: { '/scripts/backup.sh': { content: 'set -eu\nbackup --all\n', mode: '0555' } },
 *     resources: {
 *       requests: { cpu: '100m', memory: '64Mi' },
 *       limits: { cpu: '500m', memory: '128Mi' },
 *     },
 *   });
 * }
 */
export class ScheduledJob extends Component {
  /** @throws UserError when a value is wrong, or when it asks for what its cluster does not have. */
  constructor(scope: Construct, id: string, props: CronJobProps & ComponentProps) {
    super(scope, id, props);
    const values = parseProps(this.app, this.name, cronJobProps, props);
    checkSidecars(this.app, this.name, values);
    const pod = this.pod(values, { kind: 'CronJob', restartPolicy: values.restartPolicy });
    addKube(k8s.KubeCronJob, this, 'cron-job', {
      metadata: this.metadata(this.name),
      spec: {
        schedule: values.schedule,
        timeZone: values.timeZone,
        concurrencyPolicy: values.concurrencyPolicy,
        startingDeadlineSeconds: values.startingDeadlineSeconds,
        successfulJobsHistoryLimit: values.successfulJobsHistoryLimit,
        failedJobsHistoryLimit: values.failedJobsHistoryLimit,
        suspend: values.suspend,
        jobTemplate: {
          metadata: { labels: this.selector },
          spec: {
            ...jobSpecOf(values, pod),
            ttlSecondsAfterFinished: values.ttlSecondsAfterFinished,
          },
        },
      },
    });
  }
}
