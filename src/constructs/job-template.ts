import { k8s } from 'cdk8s-plus-28';
import type { BaseApp } from './base-app';
import type { Pod } from './pod';
import { appProblem, type JobValues } from './values';
import { atLeast } from './versions';

/** What a Job and the Jobs of a CronJob have in common. https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
export const jobSpecOf = (values: JobValues, pod: Pod): k8s.JobSpec => ({
  backoffLimit: values.backoffLimit,
  activeDeadlineSeconds: values.activeDeadlineSeconds,
  completions: 1,
  parallelism: 1,
  template: pod.template,
});

/** Before Kubernetes 1.29 a sidecar is a container like the others: the Job would wait for it for ever. */
export function checkSidecars(app: BaseApp, name: string, values: JobValues): void {
  const sidecar = Object.keys(values.sidecars)[0];
  const { kubernetes, name: cluster } = app.environment.cluster;
  if (sidecar === undefined || atLeast(kubernetes, '1.29')) return;
  throw appProblem(app, ['sidecars', sidecar], {
    code: 'kubernetes-too-old',
    cause: `the job "${name}" has the sidecar "${sidecar}", and the cluster "${cluster}" runs Kubernetes ${kubernetes}`,
    consequence: 'Before 1.29 a job does not end while a sidecar runs.',
    remedy: 'Do without the sidecar, or run the job on a newer cluster.',
  });
}
