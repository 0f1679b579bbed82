import { findDestructive, guard } from '../../src/manifests/guard';
import type { KubernetesVersion } from '../../src/model/cluster';
import { formatProblem } from '../../src/model/errors';
import type { KubeObject } from '../../src/model/kube';
import { configMap, deployment, object, podSpec, service, statefulSet, withField } from './objects';

const many = (n: number): KubeObject[] => Array.from({ length: n }, (_, i) => configMap(`c${i}`));
const texts = (before: KubeObject[], after: KubeObject[] | undefined): string[] =>
  findDestructive('prod', before, after).map((change) => change.text);
const change = (before: KubeObject, path: (string | number)[], value: unknown): string[] =>
  texts([before], [withField(before, path, value)]);

describe('removals', () => {
  const claim = object('v1', 'PersistentVolumeClaim', 'data');
  test.each([
    [claim, 'remove PersistentVolumeClaim shop/data'],
    [object('v1', 'Namespace', 'shop'), 'remove Namespace shop'],
    [statefulSet('db'), 'remove StatefulSet shop/db'],
    [
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.example.com'),
      'remove CustomResourceDefinition a.example.com',
    ],
  ])('%j is not removed unasked', (removed, text) => {
    expect(texts([...many(5), removed], many(5))).toEqual([text]);
  });

  test('what holds no data may go', () => {
    expect(texts([...many(5), deployment('web')], many(5))).toEqual([]);
  });

  test('a kind of another group with such a name may go', () => {
    expect(texts([...many(5), object('example.com/v1', 'StatefulSet', 'x')], many(5))).toEqual([]);
  });

  test('more than 30 % of the objects do not go unasked, from 4 objects up', () => {
    expect(texts(many(25), many(13))).toEqual(['remove 12 of 25 objects']);
    expect(texts(many(10), many(7))).toEqual([]);
    expect(texts(many(10), many(6))).toEqual(['remove 4 of 10 objects']);
    expect(texts(many(3), many(1))).toEqual([]);
    expect(texts(many(4), many(2))).toEqual(['remove 2 of 4 objects']);
  });

  test('objects that are added do not hide how many go', () => {
    const others = many(20).map((o) => ({ ...o, metadata: { ...o.metadata, name: `x-${o.metadata.name}` } }));
    expect(texts(many(10), others)).toEqual(['remove 10 of 10 objects']);
  });

  test('a stage is neither emptied nor removed unasked, and one line covers all of it', () => {
    expect(texts([...many(2), claim], [])).toEqual(['empty stage prod']);
    expect(findDestructive('prod', [...many(2), claim], undefined)).toEqual([
      {
        text: 'remove stage prod',
        consequence: 'All its 3 objects would be deleted, 1 PersistentVolumeClaim among them.',
      },
    ]);
  });

  test('a stage that is new has nothing to lose', () => {
    expect(texts([], many(3))).toEqual([]);
    expect(texts([], undefined)).toEqual([]);
  });
});

describe('immutable fields', () => {
  test.each([
    [deployment('a'), ['spec', 'selector', 'matchLabels', 'app'], 'b', 'spec.selector'],
    [statefulSet('a'), ['spec', 'serviceName'], 'b', 'spec.serviceName'],
    [statefulSet('a'), ['spec', 'podManagementPolicy'], 'Parallel', 'spec.podManagementPolicy'],
    [
      statefulSet('a'),
      ['spec', 'volumeClaimTemplates'],
      [{ metadata: { name: 'd' } }],
      'spec.volumeClaimTemplates',
    ],
    [
      { ...deployment('a'), kind: 'DaemonSet' },
      ['spec', 'selector', 'matchLabels', 'app'],
      'b',
      'spec.selector',
    ],
    [object('batch/v1', 'Job', 'a'), ['spec', 'template', 'spec', 'restartPolicy'], 'Never', 'spec.template'],
    [object('batch/v1', 'Job', 'a'), ['spec', 'completions'], 2, 'spec.completions'],
    [
      object('v1', 'PersistentVolumeClaim', 'a'),
      ['spec', 'accessModes'],
      ['ReadWriteMany'],
      'spec.accessModes',
    ],
    [
      object('v1', 'PersistentVolumeClaim', 'a'),
      ['spec', 'storageClassName'],
      'fast',
      'spec.storageClassName',
    ],
    [service('a'), ['spec', 'clusterIP'], 'None', 'spec.clusterIP'],
    [service('a', { clusterIP: 'None' }), ['spec', 'clusterIP'], undefined, 'spec.clusterIP'],
    [object('v1', 'Secret', 'a'), ['type'], 'kubernetes.io/tls', 'type'],
    [object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'a'), ['roleRef', 'name'], 'b', 'roleRef'],
    [object('storage.k8s.io/v1', 'StorageClass', 'a'), ['provisioner'], 'b', 'provisioner'],
    [{ ...configMap('a', { x: '1' }), immutable: true }, ['data', 'x'], '2', 'data'],
    [{ ...configMap('a', { x: '1' }), immutable: true }, ['immutable'], undefined, 'immutable'],
    [object('v1', 'Pod', 'a', { spec: podSpec() }), ['spec', 'hostname'], 'b', 'spec'],
  ] as [KubeObject, (string | number)[], unknown, string][])(
    '%# a change of a fixed field is found',
    (before, path, value, field) => {
      const { kind, metadata } = before;
      const id = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
      expect(change(before, path, value)).toEqual([`change ${kind} ${id} ${field}`]);
    },
  );

  test.each([
    [deployment('a'), ['spec', 'template', 'spec', 'hostname'], 'b'],
    [statefulSet('a'), ['spec', 'replicas'], 3],
    [statefulSet('a'), ['spec', 'podManagementPolicy'], 'OrderedReady'],
    [object('batch/v1', 'CronJob', 'a'), ['spec', 'jobTemplate', 'spec', 'template'], {}],
    [object('batch/v1', 'Job', 'a'), ['spec', 'ttlSecondsAfterFinished'], 5],
    [object('v1', 'PersistentVolumeClaim', 'a'), ['spec', 'volumeMode'], 'Filesystem'],
    [service('a', { clusterIP: '10.0.0.1' }), ['spec', 'clusterIP'], undefined],
    [service('a'), ['spec', 'type'], 'NodePort'],
    [configMap('a', { x: '1' }), ['data', 'x'], '2'],
    [configMap('a', { x: '1' }), ['immutable'], true],
    [object('v1', 'Pod', 'a', { spec: podSpec() }), ['spec', 'containers', 0, 'image'], 'a:2'],
  ] as [KubeObject, (string | number)[], unknown][])(
    '%# a change of another field passes',
    (before, path, value) => {
      expect(change(before, path, value)).toEqual([]);
    },
  );

  test('a Service may take or lose its address when it moves from or to ExternalName', () => {
    const external = service('a', { type: 'ExternalName', externalName: 'x.example.com' });
    expect(texts([external], [service('a', { clusterIP: 'None' })])).toEqual([]);
  });

  test('the class of a load balancer is fixed, until the Service is of another type', () => {
    const balancer = (fields: object) => service('a', { type: 'LoadBalancer', ...fields });
    expect(texts([balancer({})], [balancer({ loadBalancerClass: 'x' })])).toEqual([
      'change Service shop/a spec.loadBalancerClass',
    ]);
    expect(texts([balancer({ loadBalancerClass: 'x' })], [service('a')])).toEqual([]);
  });

  test('the revision history of a StatefulSet may change from Kubernetes 1.33', () => {
    const [before, after] = [
      statefulSet('a'),
      withField(statefulSet('a'), ['spec', 'revisionHistoryLimit'], 3),
    ];
    const found = (version: KubernetesVersion) =>
      findDestructive('s', [before], [after], { version }).map((c) => c.text);
    expect(found('1.32')).toEqual(['change StatefulSet shop/a spec.revisionHistoryLimit']);
    expect(found('1.33')).toEqual([]);
  });

  test('an indexed Job may change its completions together with its parallelism', () => {
    const job = (completions: number, parallelism: number) =>
      object('batch/v1', 'Job', 'a', { spec: { completionMode: 'Indexed', completions, parallelism } });
    expect(texts([job(2, 2)], [job(3, 3)])).toEqual([]);
    expect(texts([job(2, 2)], [job(3, 2)])).toEqual(['change Job shop/a spec.completions']);
  });

  test('a claim may grow and not shrink, whatever the units', () => {
    const claim = (storage: string) =>
      object('v1', 'PersistentVolumeClaim', 'a', { spec: { resources: { requests: { storage } } } });
    expect(texts([claim('1Gi')], [claim('1025Mi')])).toEqual([]);
    expect(texts([claim('1Gi')], [claim('1024Mi')])).toEqual([]);
    expect(texts([claim('1Gi')], [claim('1G')])).toEqual([
      'change PersistentVolumeClaim shop/a spec.resources.requests.storage',
    ]);
  });

  test.each([
    ['argocd.argoproj.io/hook', 'PreSync'],
    ['argocd.argoproj.io/sync-options', 'Force=true,Replace=true'],
    ['argocd.argoproj.io/sync-options', 'Prune=false, Replace=true'],
  ])('a Job that Argo CD replaces (%s: %s) may change', (key, value) => {
    const job = object('batch/v1', 'Job', 'a', { metadata: { annotations: { [key]: value } } });
    expect(change(job, ['spec', 'template'], { spec: {} })).toEqual([]);
  });

  test('a Job with other sync options may not', () => {
    const annotations = { 'argocd.argoproj.io/sync-options': 'Prune=false' };
    const job = object('batch/v1', 'Job', 'a', { metadata: { annotations } });
    expect(change(job, ['spec', 'template'], { spec: {} })).toEqual(['change Job shop/a spec.template']);
  });
});

describe('acknowledgement', () => {
  const where = { stage: 'prod', file: 'environments/prod.yaml' };
  const destructive = findDestructive('prod', [...many(5), statefulSet('db')], many(5));
  const at = { file: 'environments/prod.yaml', line: 7, column: 5 };

  test('what nobody acknowledged is refused, with the lines to add', () => {
    const { refused, warnings } = guard(destructive, [], where);
    expect(warnings).toEqual([]);
    expect(refused.map(formatProblem)).toEqual([
      [
        'environments/prod.yaml: Stage prod: remove StatefulSet shop/db [destructive-change]',
        '    Its pods would stop, and nothing would look after their volumes.',
        '    → If that is meant, acknowledge it in environments/prod.yaml:',
        '      allowDestructive:',
        '        - remove StatefulSet shop/db',
      ].join('\n'),
    ]);
  });

  test('what is acknowledged word for word passes', () => {
    expect(guard(destructive, [{ change: 'remove StatefulSet shop/db', at }], where)).toEqual({
      refused: [],
      warnings: [],
    });
  });

  test('an acknowledgement of what does not happen is a warning at its line', () => {
    const { refused, warnings } = guard(destructive, [{ change: 'remove StatefulSet shop/bd', at }], where);
    expect(refused).toHaveLength(1);
    expect(warnings).toEqual([
      expect.objectContaining({
        code: 'stale-acknowledgement',
        cause: expect.stringContaining('did you mean "remove StatefulSet shop/db"?') as string,
        at,
      }),
    ]);
  });
});
