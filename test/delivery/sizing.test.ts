import { deliveries } from '../../src/delivery';
import type { Repository } from '../../src/model/environment';
import { helmValues } from '../../src/stack/helm-values';
import { FLAGS, flagsOf, installation } from '../../src/stack/installation';
import { APP, repositoryOf } from './fixture';

interface Shape {
  readonly clusters: number;
  readonly apps: number;
  readonly objects: number;
  readonly profile?: string;
  readonly applications?: string;
}

/** A line whose last stage has a fleet of so many clusters. */
function repository({ clusters, apps, profile = 'ha', applications = 'perApp' }: Shape): Repository {
  const names = Array.from({ length: clusters }, (_, i) => `c${i}`);
  const all = Object.fromEntries(
    names.map((name) => [name, { kubernetes: '1.34', server: `https://${name}.example.com` }]),
  );
  const many = Object.fromEntries(Array.from({ length: apps }, (_, i) => [`app-${i}`, APP]));
  return repositoryOf(
    { prod: { cluster: 'c0', fleet: [{ clusters: names }], apps: many } },
    {
      clusters: { main: { kubernetes: '1.34' }, ...all },
      delivery: { applications, argocd: { profile } },
    },
  );
}
const deliveryOf = (shape: Shape) =>
  deliveries(repository(shape), new Map([['prod', { clusterScoped: [], objects: shape.objects }]]))[0]!;

describe('how many processes an Argo CD has', () => {
  test.each([
    ['a few apps', { clusters: 3, apps: 5, objects: 40 }, 1, 2],
    ['a thousand Applications and more', { clusters: 10, apps: 120, objects: 960 }, 2, 3],
    [
      'few Applications of many objects',
      { clusters: 10, apps: 3, objects: 12_000, applications: 'perEnvironment' },
      3,
      4,
    ],
    ['more than its clusters could share', { clusters: 1, apps: 2500, objects: 20_000 }, 2, 4],
    ['another profile', { clusters: 10, apps: 120, objects: 960, profile: 'standard' }, 1, 1],
  ] as const)('follows from what it carries: %s', (_, shape, controllers, repoServers) => {
    expect(deliveryOf(shape).size).toMatchObject({ controllers, repoServers });
  });

  test('counts each Application and object on each cluster', () => {
    // Two stages with one app on "main", and one with two apps on two more.
    expect(deliveryOf({ clusters: 2, apps: 2, objects: 30 }).size).toMatchObject({
      applications: 2 + 2 + 2 * 3,
      objects: 60,
      clusters: 3,
    });
  });

  test('spreads the clusters evenly where several controllers share them, and only there', () => {
    const algorithm = (shape: Shape): unknown => {
      const settings = deliveryOf(shape).settings.find(
        ({ metadata }) => metadata.name === 'argocd-cmd-params-cm',
      )!;
      return (settings['data'] as Record<string, string>)['controller.sharding.algorithm'];
    };
    expect(algorithm({ clusters: 10, apps: 120, objects: 960 })).toBe('round-robin');
    expect(algorithm({ clusters: 3, apps: 5, objects: 40 })).toBeUndefined();
  });
});

describe('the installer', () => {
  const size = { controllers: 3, repoServers: 4 };
  const container = {
    name: 'main',
    env: [
      { name: 'ARGOCD_CONTROLLER_REPLICAS', value: '1' },
      { name: 'X', value: 'y' },
    ],
  };
  const workload = (kind: string, name: string) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { replicas: 2, template: { spec: { serviceAccountName: 'a', containers: [container] } } },
  });
  const objects = [
    workload('StatefulSet', 'argocd-application-controller'),
    workload('Deployment', 'argocd-repo-server'),
    workload('Deployment', 'argocd-server'),
  ];
  const specs = (profile: 'standard' | 'ha'): unknown[] =>
    installation(objects, { namespace: 'argocd', profile, beside: new Set(), unused: [], size }).rest.map(
      ({ spec }) => spec,
    );

  test('of the manifest tells each controller how many there are, since it takes its share by its number', () => {
    const [controller, repoServer, server] = specs('ha');
    expect(controller).toMatchObject({
      replicas: 3,
      template: {
        spec: {
          serviceAccountName: 'a',
          containers: [
            {
              name: 'main',
              env: [
                { name: 'X', value: 'y' },
                { name: 'ARGOCD_CONTROLLER_REPLICAS', value: '3' },
              ],
            },
          ],
        },
      },
    });
    expect(repoServer).toMatchObject({ replicas: 4, template: objects[1]!.spec.template });
    expect(server).toEqual(objects[2]!.spec);
    expect(specs('standard')).toEqual(objects.map(({ spec }) => spec));
  });

  test('of the chart has the same numbers, and metrics in any profile where they are asked for', () => {
    const base = { version: '3.2.6', unused: [], size } as const;
    expect(helmValues({ ...base, profile: 'ha' })).toMatchObject({
      controller: { replicas: 3 },
      repoServer: { replicas: 4 },
      server: { replicas: 2 },
    });
    expect(helmValues({ ...base, profile: 'standard' })['controller']).not.toHaveProperty('replicas');
    expect(helmValues({ ...base, profile: 'minimal' })['controller']).toEqual({});
    expect(helmValues({ ...base, profile: 'minimal', monitored: true })).toMatchObject({
      controller: { metrics: { enabled: true } },
      applicationSet: { metrics: { enabled: true } },
      notifications: { metrics: { enabled: true } },
    });
  });

  test('rolls its processes out anew when their flags change: they read them once', () => {
    const all = [...objects, workload('StatefulSet', 'argocd-redis-ha-server')];
    const flags = (shape: Shape): unknown[] => {
      const given = flagsOf(deliveryOf(shape).settings);
      return installation(all, {
        ...{ namespace: 'argocd', profile: 'ha', beside: new Set(), unused: [] },
        flags: given,
      }).rest.map(
        ({ spec }) =>
          (spec as { template: { metadata?: { annotations: Record<string, string> } } }).template.metadata
            ?.annotations[FLAGS],
      );
    };
    const [few, many] = [
      flags({ clusters: 3, apps: 5, objects: 40 }),
      flags({ clusters: 10, apps: 120, objects: 960 }),
    ];
    expect(few).toEqual([few[0], few[0], few[0], undefined]);
    expect(few[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(many[0]).not.toBe(few[0]);
    expect(flags({ clusters: 3, apps: 6, objects: 50 })).toEqual(few);
    const chart = helmValues({ version: '3.2.6', profile: 'ha', unused: [], flags: 'abc' });
    expect(chart).toMatchObject({ global: { podAnnotations: { [FLAGS]: 'abc' } } });
  });
});
