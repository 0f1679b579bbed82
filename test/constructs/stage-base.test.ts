import { renderStageBase } from '../../src/constructs/render';
import { at, only, stageOf, web } from '../support/environment';

describe('the base of a stage', () => {
  test('enforces Pod Security of the version its cluster runs, and says what belongs to whom', () => {
    const namespace = only(
      renderStageBase(stageOf({ values: { namespaceLabels: { team: 'shop' } } })),
      'Namespace',
    );
    expect(namespace).toMatchInlineSnapshot(`
      {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
          "annotations": {
            "argocd.argoproj.io/sync-options": "Prune=false",
            "argocd.argoproj.io/sync-wave": "-5",
          },
          "labels": {
            "app.kubernetes.io/environment": "dev",
            "app.kubernetes.io/instance": "dev",
            "app.kubernetes.io/managed-by": "stageline",
            "app.kubernetes.io/name": "stage",
            "app.kubernetes.io/part-of": "shop",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": "v1.33",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "v1.33",
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/warn-version": "v1.33",
            "team": "shop",
          },
          "name": "shop-dev",
        },
      }
    `);
  });

  test('denies all traffic that no app allows, in each namespace it owns', () => {
    const objects = renderStageBase(stageOf({ apps: { web: { ...web, namespace: 'shop-web' } } }));
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['Namespace', undefined, 'shop-dev'],
      ['Namespace', undefined, 'shop-web'],
      ['NetworkPolicy', 'shop-dev', 'default-deny'],
      ['NetworkPolicy', 'shop-web', 'default-deny'],
    ]);
    for (const policy of objects.filter((object) => object.kind === 'NetworkPolicy')) {
      expect(policy.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    }
  });

  test('limits each namespace as the stage says', () => {
    const objects = renderStageBase(
      stageOf({
        values: {
          podSecurity: 'baseline',
          resourceQuota: { pods: 20, 'requests.cpu': '4' },
          limitRange: { default: { memory: '128Mi' }, max: { cpu: '2' } },
        },
      }),
    );
    expect(at(only(objects, 'ResourceQuota'), 'spec.hard')).toEqual({ pods: '20', 'requests.cpu': '4' });
    expect(at(only(objects, 'LimitRange'), 'spec.limits')).toEqual([
      { type: 'Container', default: { memory: '128Mi' }, max: { cpu: '2' } },
    ]);
    expect(only(objects, 'Namespace').metadata?.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
  });
});
