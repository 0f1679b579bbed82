import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { projectLabels, rootName, stageName } from './names';
import { resolvePolicy } from './policy';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

/** What the metrics of an Application are about, in the text of an alert. */
const APP = '{{ $labels.name }}';

/**
 * What Prometheus scrapes of Argo CD and when it calls somebody: nothing, unless `delivery.argocd.monitoring` asks for
 * it. https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/
 */
export function monitoringObjects(repository: Repository, stages: readonly Environment[]): KubeObject[] {
  const { delivery, project } = repository.values;
  const { monitoring, namespace } = delivery.argocd;
  if (monitoring === undefined) return [];
  const labels = { ...projectLabels(project), ...monitoring.labels };
  const object = (kind: string, name: string, spec: object): KubeObject => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind,
    metadata: { name, namespace, labels },
    spec,
  });
  return [
    object('ServiceMonitor', 'argocd', {
      // The official manifest calls the port of each part "metrics", the Helm chart "http-metrics".
      endpoints: ['metrics', 'http-metrics'].map((port) => ({ port, honorLabels: true })),
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { 'app.kubernetes.io/part-of': 'argocd' } },
    }),
    object('PrometheusRule', `${project}-argocd`, {
      groups: [{ name: `${project}-argocd`, rules: alerts(repository, stages).map(rule) }],
    }),
  ];
}

const rule = ({ severity, summary, ...rest }: Alert): object => ({
  ...rest,
  labels: { severity },
  annotations: { summary },
});

/**
 * Names and labels as Argo CD 3.2 has them, in controller/metrics and reposerver/metrics. Only what is of this
 * repository counts: others may use the same Argo CD.
 */
function alerts(repository: Repository, stages: readonly Environment[]): Alert[] {
  const { delivery } = repository.values;
  const root = delivery.owner === 'root' ? [rootName(repository)] : [];
  const all = selector([...stages.map(stageName), ...root]);
  // A stage that waits for its owner, or for its window, is out of sync by intent.
  const unattended = stages.filter(
    (each) => resolvePolicy(each).mode === 'auto' && each.values.windows.length === 0,
  );
  const automatic = [...unattended.map(stageName), ...root];
  const app = (status: string): string => `max by (project, name) (argocd_app_info{${all}, ${status}}) == 1`;
  const failed = `argocd_app_sync_total{${all}, phase=~"Error|Failed", dry_run="false"}`;
  const perApp = 'sum by (project, name)';
  return [
    ...(automatic.length === 0
      ? []
      : [
          {
            alert: 'ArgoCDOutOfSync',
            expr: `max by (project, name) (argocd_app_info{${selector(automatic)}, sync_status="OutOfSync"}) == 1`,
            for: '30m',
            severity: 'warning' as const,
            summary: `${APP} syncs by itself and has differed from Git for 30 minutes.`,
          },
        ]),
    {
      alert: 'ArgoCDSyncFailed',
      // A counter is born with 1, and "increase" does not see that.
      expr: `${perApp} (increase(${failed}[10m])) > 0 or ${perApp} (${failed} unless ${failed} offset 10m) > 0`,
      severity: 'critical',
      summary: `A sync of ${APP} failed.`,
    },
    {
      alert: 'ArgoCDDegraded',
      expr: app('health_status="Degraded"'),
      for: '15m',
      severity: 'critical',
      summary: `${APP} has been degraded for 15 minutes.`,
    },
    {
      alert: 'ArgoCDCannotCompare',
      expr: app('sync_status="Unknown"'),
      for: '15m',
      severity: 'critical',
      summary: `Argo CD has not been able to compare ${APP} with Git for 15 minutes: its repository, manifests or cluster cannot be read.`,
    },
    {
      alert: 'ArgoCDRepositoryErrors',
      expr: ['fetch', 'lsremote']
        .map((what) => `sum(increase(argocd_git_${what}_fail_total[15m])) > 0`)
        .join(' or '),
      for: '15m',
      severity: 'warning',
      summary: 'Argo CD has failed to read from Git for 15 minutes, again and again.',
    },
    {
      alert: 'ArgoCDMetricsMissing',
      expr: `absent(argocd_app_info{${all}})`,
      for: '15m',
      severity: 'critical',
      summary: 'Nothing reports on the Applications: Argo CD is down, or it is not scraped.',
    },
  ];
}

/** Names of projects are DNS labels, so nothing in them needs escaping; the whole value has to match. */
const selector = (projects: readonly string[]): string => `project=~"${projects.join('|')}"`;
