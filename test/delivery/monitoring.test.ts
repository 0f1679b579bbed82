import { deliveryFiles, deliveryProblems } from '../../src/delivery';
import type { Repository } from '../../src/model/environment';
import type { KubeObject } from '../../src/model/kube';
import { createValidator } from '../../src/manifests/schema/validator';
import { run } from '../stack/fixture';
import { emitted, NAMESPACE_ONLY, repositoryOf } from './fixture';

const CLUSTERS = { main: { kubernetes: '1.34', provides: ['prometheus-operator'] } };
const monitored = (stages: Record<string, object> = {}, delivery: object = {}): Repository =>
  repositoryOf(stages, {
    clusters: CLUSTERS,
    delivery: { argocd: { monitoring: { labels: { release: 'monitoring' } } }, ...delivery },
  });
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
}
function rules(repository: Repository): Record<string, Rule> {
  const { groups } = emitted(repository, 'PrometheusRule', 'shop-argocd')['spec'] as {
    groups: { rules: Rule[] }[];
  };
  return Object.fromEntries(groups.flatMap((group) => group.rules).map((rule) => [rule.alert, rule]));
}
const files = (repository: Repository): string[] =>
  deliveryFiles(repository, NAMESPACE_ONLY).map(({ path }) => path);

describe('what watches Argo CD', () => {
  test('is there for those who ask, and for nobody else', () => {
    expect(files(monitored())).toContain('argocd/monitoring.yaml');
    expect(files(repositoryOf())).not.toContain('argocd/monitoring.yaml');
  });

  test('is as in the snapshot, fits the definitions of the operator, and carries the labels that it is found by', () => {
    const objects = deliveryFiles(monitored(), NAMESPACE_ONLY).find(({ path }) =>
      path.endsWith('monitoring.yaml'),
    )!.objects;
    expect(objects).toMatchSnapshot();
    const validator = createValidator('1.34');
    expect(objects.flatMap((object: KubeObject) => validator.validate(object))).toEqual([]);
    for (const { metadata } of objects) expect(metadata.labels).toMatchObject({ release: 'monitoring' });
  });

  test('tells of every stage, and of the root Application where there is one', () => {
    const stages = 'project=~"shop-dev|shop-staging|shop-prod"';
    for (const alert of ['ArgoCDSyncFailed', 'ArgoCDDegraded', 'ArgoCDCannotCompare', 'ArgoCDMetricsMissing'])
      expect(rules(monitored())[alert]!.expr).toContain(stages);
    expect(rules(monitored({}, { owner: 'root' }))['ArgoCDDegraded']).toMatchObject({
      expr: expect.stringContaining('|shop-root"') as string,
    });
  });

  test('does not call for a stage that waits for its owner or its window, and does for a rolling fleet', () => {
    const outOfSync = (stages: Record<string, object>): string | undefined =>
      rules(monitored(stages))['ArgoCDOutOfSync']?.expr;
    expect(outOfSync({})).toContain('project=~"shop-dev"');
    const window = { kind: 'allow', schedule: '0 8 * * *', duration: '1h' };
    expect(outOfSync({ dev: { windows: [window] } })).toBeUndefined();
    expect(outOfSync({ dev: { sync: { mode: 'manual' } } })).toBeUndefined();
    // Argo CD takes "automated" off the Applications of a rolling fleet: their metric says that they do not sync.
    const fleet = { sync: { mode: 'auto' }, fleet: [{ clusters: ['main'], maxUpdate: 1 }] };
    expect(outOfSync({ prod: fleet })).toContain('project=~"shop-dev|shop-prod"');
  });

  test('is created by the stack, and unprotected: it comes and goes with it', async () => {
    const { resources } = await run(monitored());
    const own = resources.filter(({ type }) => type.includes('monitoring.coreos.com'));
    expect(own.map(({ name }) => name).sort()).toEqual([
      'prometheusrule-shop-argocd',
      'servicemonitor-argocd',
    ]);
    for (const { protect, retainOnDelete, dependsOn } of own) {
      expect([protect, retainOnDelete]).toEqual([false, false]);
      expect(dependsOn).toContain('argocd');
    }
    expect(own.flatMap(({ objects }) => objects)).toEqual(
      deliveryFiles(monitored(), NAMESPACE_ONLY).find(({ path }) => path.endsWith('monitoring.yaml'))!
        .objects,
    );
  });

  test('is told where the cluster of an Argo CD would not know its kinds', () => {
    const poor = repositoryOf({}, { delivery: { argocd: { monitoring: {} } } });
    expect(deliveryProblems(poor).map(({ code }) => code)).toEqual(['monitoring-without-operator']);
    expect(deliveryProblems(monitored())).toEqual([]);
  });
});
