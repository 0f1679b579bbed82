import { deliveryFiles, deliveryProblems } from '../../src/delivery';
import type { Repository } from '../../src/model/environment';
import type { KubeObject } from '../../src/model/kube';
import { stageSchema } from '../../src/model/environment';
import { emitted, NAMESPACE_ONLY, repositoryOf } from './fixture';

const remote = (name: string, more: object = {}): object => ({
  kubernetes: '1.34',
  server: `https://${name}.example.com:6443`,
  ...more,
});
const CLUSTERS = { main: { kubernetes: '1.34' }, eu: remote('eu'), us: remote('us'), asia: remote('asia') };
const ROLLING = {
  cluster: 'eu',
  sync: { mode: 'auto', prune: true },
  fleet: [{ clusters: ['eu'] }, { clusters: ['asia', 'us'], maxUpdate: '50%' }],
};
const fleetOf = (prod: object, base: { delivery?: object; clusters?: object } = {}): Repository =>
  repositoryOf({ prod }, { clusters: CLUSTERS, ...base });
const kinds = (repository: Repository): Record<string, string[]> =>
  Object.fromEntries(
    deliveryFiles(repository, NAMESPACE_ONLY).map(({ path, objects }) => [
      path,
      objects.map(({ kind }) => kind),
    ]),
  );

interface SetSpec {
  readonly generators: { readonly list: { readonly elements: Record<string, string>[] } }[];
  readonly strategy?: {
    readonly rollingSync: { readonly steps: { matchExpressions: { values: string[] }[] }[] };
  };
  readonly syncPolicy?: object;
  readonly template: {
    readonly metadata: Record<string, unknown>;
    readonly spec: { readonly syncPolicy: object; readonly ignoreDifferences: object[] };
  };
}
const specOf = (object: KubeObject): SetSpec => object['spec'] as unknown as SetSpec;
const setOf = (repository: Repository, name = 'shop-prod'): KubeObject =>
  emitted(repository, 'ApplicationSet', name);

describe('a stage with a fleet', () => {
  test('is an ApplicationSet in place of its Application, as in the snapshot; other stages are as they were', () => {
    const repository = fleetOf(ROLLING);
    expect(deliveryProblems(repository)).toEqual([]);
    expect(kinds(repository)['argocd/stage-prod.yaml']).toEqual(['AppProject', 'ApplicationSet']);
    expect(kinds(repository)['argocd/stage-dev.yaml']).toEqual(['AppProject', 'Application']);
    expect(setOf(repository)).toMatchSnapshot();
  });

  test('may write into its namespaces on each of its clusters, and on no other', () => {
    const { destinations } = emitted(fleetOf(ROLLING), 'AppProject', 'shop-prod')['spec'] as {
      destinations: object[];
    };
    expect(destinations).toEqual(
      ['eu', 'asia', 'us'].map((name) => ({
        server: `https://${name}.example.com:6443`,
        namespace: 'shop-prod',
      })),
    );
  });

  test('has every cluster in exactly one step, since what no step selects would never be synced', () => {
    const { generators, strategy } = specOf(setOf(fleetOf(ROLLING)));
    const selected = strategy!.rollingSync.steps.flatMap(
      ({ matchExpressions }) => matchExpressions[0]!.values,
    );
    expect(selected).toEqual(generators[0]!.list.elements.map(({ cluster }) => cluster));
  });

  test('loses neither Applications nor workloads with its set where it outlives it, and both where it does not', () => {
    const kept = setOf(fleetOf(ROLLING));
    expect(specOf(kept).syncPolicy).toEqual({
      applicationsSync: 'create-update',
      preserveResourcesOnDeletion: true,
    });
    // With it, the controller lets the Applications go before the set is gone; without it, they would go too.
    expect(kept.metadata['finalizers']).toEqual(['resources-finalizer.argocd.argoproj.io']);
    expect(specOf(kept).template.metadata).not.toHaveProperty('finalizers');
    const mortal = setOf(fleetOf({ ...ROLLING, outlives: false }));
    expect(specOf(mortal)).not.toHaveProperty('syncPolicy');
    expect(mortal.metadata).not.toHaveProperty('finalizers');
    expect(specOf(mortal).template.metadata['finalizers']).toEqual([
      'resources-finalizer.argocd.argoproj.io',
    ]);
  });

  test('turns progressive syncs on where there is an order, and only there', () => {
    const parameter = (repository: Repository): unknown =>
      (emitted(repository, 'ConfigMap', 'argocd-cmd-params-cm')['data'] as Record<string, string>)[
        'applicationsetcontroller.enable.progressive.syncs'
      ];
    expect(parameter(fleetOf(ROLLING))).toBe('true');
    const together = { ...ROLLING, fleet: [{ clusters: ['eu', 'us'] }] };
    expect(parameter(fleetOf(together))).toBeUndefined();
    expect(specOf(setOf(fleetOf(together)))).not.toHaveProperty('strategy');
    expect(specOf(setOf(fleetOf(together))).template.spec.syncPolicy).toHaveProperty('automated');
    expect(parameter(repositoryOf())).toBeUndefined();
  });

  test('waits for its owner on each cluster where it is synced by hand', () => {
    const spec = specOf(setOf(fleetOf({ cluster: 'eu', fleet: [{ clusters: ['eu', 'us'] }] })));
    expect(spec).not.toHaveProperty('strategy');
    expect(spec.template.spec.syncPolicy).not.toHaveProperty('automated');
  });

  test('has a set for each app where each app has its own Application', () => {
    const repository = fleetOf(ROLLING, { delivery: { applications: 'perApp' } });
    expect(deliveryProblems(repository)).toEqual([]);
    expect(specOf(setOf(repository, 'shop-prod-web')).template.metadata['name']).toBe(
      'shop-prod-web-{{.cluster}}',
    );
  });

  test('is no template where it only looks like one', () => {
    const ignoreDifferences = [{ kind: 'ConfigMap', jqPathExpressions: ['.data | select(. == "{{.x}}")'] }];
    const { template } = specOf(setOf(fleetOf({ ...ROLLING, ignoreDifferences })));
    expect(template.spec.ignoreDifferences).toEqual([
      { kind: 'ConfigMap', jqPathExpressions: ['.data | select(. == "{{"{{"}}.x}}")'] },
    ]);
  });

  test('may be created by the root Application, which may not delete it unasked', () => {
    const root = (prod: object): Repository => fleetOf(prod, { delivery: { owner: 'root' } });
    const whitelist = (repository: Repository): unknown =>
      (emitted(repository, 'AppProject', 'shop-root')['spec'] as Record<string, unknown>)[
        'namespaceResourceWhitelist'
      ];
    expect(whitelist(root(ROLLING))).toContainEqual({ group: 'argoproj.io', kind: 'ApplicationSet' });
    expect(whitelist(root({}))).not.toContainEqual({ group: 'argoproj.io', kind: 'ApplicationSet' });
    const option = 'argocd.argoproj.io/sync-options';
    expect(setOf(root(ROLLING)).metadata.annotations).toEqual({ [option]: 'Delete=confirm,Prune=confirm' });
    expect(specOf(setOf(root(ROLLING))).template.metadata['annotations']).not.toHaveProperty([option]);
  });
});

describe('what is wrong with a fleet', () => {
  const codes = (prod: object, clusters: object = {}): string[] =>
    deliveryProblems(fleetOf(prod, { clusters: { ...CLUSTERS, ...clusters } })).map(({ code }) => code);
  const together = (...clusters: string[]): object => ({ cluster: 'eu', fleet: [{ clusters }] });

  test.each([
    ['a cluster that nobody knows', together('eu', 'mars'), {}, ['unknown-cluster']],
    ['a name of every object', together('eu', 'constructor'), {}, ['unknown-cluster']],
    ['a cluster twice', together('eu', 'us', 'us'), {}, ['fleet-cluster-twice']],
    [
      'a cluster in two steps',
      { ...ROLLING, fleet: [{ clusters: ['eu'] }, { clusters: ['eu'] }] },
      {},
      ['fleet-cluster-twice'],
    ],
    ['two clusters of one address', together('eu', 'us'), { us: remote('eu') }, ['fleet-cluster-twice']],
    ['not the cluster that it is rendered for', together('us', 'asia'), {}, ['fleet-without-cluster']],
    [
      'a cluster with another gateway',
      together('eu', 'us'),
      { us: remote('us', { gateway: { name: 'edge', namespace: 'edge' } }) },
      ['fleet-differs'],
    ],
    [
      'an older cluster',
      together('eu', 'us'),
      { us: remote('us', { kubernetes: '1.33' }) },
      ['fleet-differs'],
    ],
    ['a newer cluster', together('eu', 'us'), { us: remote('us', { kubernetes: '1.35' }) }, []],
    [
      'a cluster with an Argo CD of its own',
      together('eu', 'us'),
      { us: remote('us', { hub: 'us' }) },
      ['fleet-hubs'],
    ],
    ['an order that nobody follows', { ...ROLLING, sync: { mode: 'manual' } }, {}, ['fleet-not-automatic']],
    [
      'no self-healing',
      { ...ROLLING, sync: { mode: 'auto', prune: true, selfHeal: false } },
      {},
      ['fleet-not-automatic'],
    ],
  ])('is told: %s', (_, prod, clusters, expected) => {
    expect(codes(prod, clusters)).toEqual(expected);
  });

  test('also where its Application would be called like that of another stage', () => {
    const repository = repositoryOf(
      { prod: { cluster: 'eu', fleet: [{ clusters: ['eu', 'us'] }] }, 'prod-us': { promotesFrom: 'prod' } },
      { clusters: CLUSTERS },
    );
    expect(deliveryProblems(repository).map(({ code }) => code)).toEqual(['application-name-twice']);
  });

  test.each([
    [[]],
    [[{ clusters: [] }]],
    [[{ clusters: ['eu'], maxUpdate: 0 }]],
    [[{ clusters: ['eu'], maxUpdate: '0%' }]],
    [[{ clusters: ['eu'], maxUpdate: '101%' }]],
    [[{ clusters: ['EU'] }]],
    [
      Array.from({ length: 11 }, (_, i) => ({
        clusters: Array.from({ length: 100 }, (__, j) => `c${i}-${j}`),
      })),
    ],
  ])('is refused by the schema: %#', (fleet) => {
    expect(stageSchema([]).safeParse({ cluster: 'eu', fleet }).success).toBe(false);
  });
});
