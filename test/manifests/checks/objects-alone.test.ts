import { checkStages } from '../../../src/manifests/checks';
import { UserError } from '../../../src/model/errors';
import { causes, configMap, deployment, findings, object, podSpec, scope, service, stage } from '../objects';

describe('unique objects', () => {
  const twice = (a: object, b: object): string[] =>
    checkStages(
      [stage([deployment('web')], { name: 'dev', ...a }), stage([deployment('web')], { name: 'prod', ...b })],
      scope,
    )
      .filter((p) => p.code === 'duplicate-object')
      .map((p) => p.cause);

  test('two stages that share a cluster may not render the same object', () => {
    expect(twice({}, {})).toEqual([
      'Deployment shop/web: is rendered twice on cluster "local": by stage dev (environments/dev.yaml, apps.web) and by stage prod (environments/prod.yaml, apps.web)',
    ]);
  });

  test('two names of one API server are one cluster', () => {
    const server = 'https://one.example.com';
    expect(twice({ clusterName: 'a', server }, { clusterName: 'b', server: `${server}/` })).toEqual([
      expect.stringContaining('on cluster "a" and "b"'),
    ]);
  });

  test('two clusters that are each addressed from within are two', () => {
    expect(twice({ clusterName: 'a' }, { clusterName: 'b' })).toEqual([]);
  });

  test('what belongs to a whole cluster is left to one stage, and the message says how', () => {
    const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'a', {
      metadata: { namespace: undefined },
    });
    const stages = ['dev', 'prod'].map((name) => stage([role], { name }));
    const problem = checkStages(stages, scope).find((p) => p.code === 'duplicate-object');
    expect(problem?.remedy).toMatch(/"<app>: null" under apps .* such as environments\/prod\.yaml/);
  });

  test('the namespace of a stage stands in no folder of manifests, and the message says so', () => {
    const namespace = object('v1', 'Namespace', 'shop', { metadata: { namespace: undefined } });
    const { files, ...rest } = stage([namespace]);
    const ofApp = { ...files[0]!, path: 'dev/web.yaml', source: 'app web in environments/dev.yaml' };
    const own = { ...files[0]!, path: 'dev/_stage.yaml', source: 'environments/dev.yaml' };
    const found = checkStages([{ ...rest, files: [own, ofApp] }], scope);
    expect(found.find((p) => p.code === 'duplicate-object')?.remedy).toBe(
      'Take it out of what comes from app web in environments/dev.yaml: a stage renders its namespaces itself, with the labels of "namespaceLabels".',
    );
  });

  test('the same object on two clusters is fine', () => {
    expect(twice({}, { server: 'https://prod.example.com' })).toEqual([]);
  });

  test('two files of a stage may not render the same object, whatever its version', () => {
    const objects = [object('autoscaling/v1', 'Scale', 'a'), object('autoscaling/v2', 'Scale', 'a')];
    expect(causes('duplicate-object', objects)).toHaveLength(1);
  });

  test('the same name in another group, kind or namespace is another object', () => {
    const objects = [
      object('v1', 'Service', 'a'),
      object('v1', 'ConfigMap', 'a'),
      object('serving.knative.dev/v1', 'Service', 'a'),
      object('v1', 'Service', 'a', { metadata: { namespace: 'other' } }),
    ];
    expect(causes('duplicate-object', objects)).toEqual([]);
  });
});

describe('hooks', () => {
  const job = (annotations: Record<string, string>, namespace?: string) =>
    object('batch/v1', 'Job', 'migrate', { metadata: { annotations, ...(namespace ? { namespace } : {}) } });
  const hook = 'argocd.argoproj.io/hook';

  test('that run before the namespace that their stage renders are told, with the patches that mend it', () => {
    expect(causes('hook-before-namespace', [job({ [hook]: 'PreSync' })])).toEqual([
      'Job shop/migrate: is a hook that runs before its namespace is there (argocd.argoproj.io/hook: PreSync)',
    ]);
    expect(
      causes('hook-before-namespace', [job({ 'helm.sh/hook': 'pre-install,pre-upgrade' })]),
    ).toHaveLength(1);
    expect(findings('hook-before-namespace', [job({ [hook]: 'PreSync' })])[0]!.remedy).toContain(
      '{ kind: Job, name: migrate, op: add, path: /metadata/annotations/argocd.argoproj.io~1hook, value: Sync }',
    );
  });

  test('of other phases are fine, and so are those in a namespace of somebody else', () => {
    const fine = [
      job({ [hook]: 'PostSync' }),
      job({ [hook]: 'Sync', 'helm.sh/hook': 'pre-install' }),
      job({ [hook]: 'PreSync' }, 'other'),
      job({}),
    ];
    for (const one of fine) expect(causes('hook-before-namespace', [one])).toEqual([]);
  });
});

describe('names', () => {
  test.each([
    ['Deployment', 'apps/v1', 'a.b-c', true],
    ['Deployment', 'apps/v1', 'a'.repeat(253), true],
    ['Deployment', 'apps/v1', 'a'.repeat(254), false],
    ['Deployment', 'apps/v1', 'Web', false],
    ['Deployment', 'apps/v1', '-a', false],
    ['Deployment', 'apps/v1', 'a..b', false],
    ['Deployment', 'apps/v1', '', false],
    ['Service', 'v1', 'a-1', true],
    ['Service', 'v1', '1-a', false],
    ['Service', 'v1', 'a.b', false],
    ['Service', 'v1', 'a'.repeat(64), false],
    ['CronJob', 'batch/v1', 'a'.repeat(52), true],
    ['CronJob', 'batch/v1', 'a'.repeat(53), false],
    ['Job', 'batch/v1', 'a'.repeat(64), false],
    ['StatefulSet', 'apps/v1', 'a'.repeat(53), false],
    ['Namespace', 'v1', 'a.b', false],
    ['Role', 'rbac.authorization.k8s.io/v1', 'system:reader', true],
    ['Role', 'rbac.authorization.k8s.io/v1', 'a/b', false],
  ])('%s (%s) named %s: valid is %p', (kind, apiVersion, name, valid) => {
    expect(causes('invalid-name', [object(apiVersion, kind, name)]).length === 0).toBe(valid);
  });

  test('a namespace is a DNS label', () => {
    expect(
      causes('invalid-name', [
        configMap('a'),
        object('v1', 'ConfigMap', 'b', { metadata: { namespace: 'a.b' } }),
      ]),
    ).toEqual([expect.stringContaining('ConfigMap a.b/b: metadata.namespace "a.b" is not a DNS label')]);
  });

  test('a CustomResourceDefinition is named after its plural and group', () => {
    const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
      spec: { group: 'example.com', names: { plural: 'widgets' } },
    });
    expect(causes('invalid-name', [crd])).toEqual([]);
    expect(causes('invalid-name', [{ ...crd, metadata: { name: 'widget.example.com' } }])).toHaveLength(1);
  });
});

describe('labels and annotations', () => {
  const labelled = (labels: Record<string, string>): string[] =>
    causes('invalid-label', [object('v1', 'ConfigMap', 'a', { metadata: { labels } })]);

  test('valid ones pass', () => {
    expect(labelled({ 'app.kubernetes.io/name': 'web', empty: '', 'A_b.c': 'x'.repeat(63) })).toEqual([]);
  });

  test.each([
    [{ 'App.example/name': 'a' }, 'prefix'],
    [{ 'a/b/c': 'a' }, 'qualified name'],
    [{ '': 'a' }, 'qualified name'],
    [{ ['x'.repeat(64)]: 'a' }, '64 characters'],
    [{ a: 'x'.repeat(64) }, 'no label value'],
    [{ a: 'with blank' }, 'no label value'],
    [{ a: '-a' }, 'no label value'],
  ])('%j is refused: %s', (labels, reason) => {
    expect(labelled(labels as unknown as Record<string, string>)).toEqual([expect.stringContaining(reason)]);
  });

  test('labels of pod templates, selectors, jobs and claims are looked at, too', () => {
    const bad = { labels: { a: '!' } };
    const web = deployment('web');
    const cron = object('batch/v1', 'CronJob', 'c', {
      spec: { jobTemplate: { metadata: bad, spec: { template: { metadata: bad, spec: podSpec() } } } },
    });
    const db = object('apps/v1', 'StatefulSet', 'db', {
      spec: {
        selector: { matchLabels: { b: '!' } },
        volumeClaimTemplates: [{ metadata: { name: 'data', ...bad } }],
      },
    });
    const found = causes('invalid-label', [web, cron, db, service('web', { selector: { c: '!' } })]);
    expect(found.map((cause) => cause.split(' "')[0])).toEqual([
      'CronJob shop/c: spec.jobTemplate.metadata.labels.a',
      'StatefulSet shop/db: spec.selector.matchLabels.b',
      'StatefulSet shop/db: spec.volumeClaimTemplates[data].metadata.labels.a',
      'Service shop/web: spec.selector.c',
      'CronJob shop/c: spec.jobTemplate.spec.template.metadata.labels.a',
    ]);
  });

  test('annotations may have capitals in the prefix, and take 256 KiB at most', () => {
    const annotated = (annotations: Record<string, string>): string[] =>
      causes('invalid-label', [object('v1', 'ConfigMap', 'a', { metadata: { annotations } })]);
    expect(annotated({ 'Example.COM/x': 'any text at all ✓' })).toEqual([]);
    expect(annotated({ k: 'x'.repeat(262_143) })).toEqual([]);
    expect(annotated({ k: 'x'.repeat(262_144) })).toEqual([expect.stringContaining('262145 bytes')]);
    expect(annotated({ 'a b': '' })).toEqual([expect.stringContaining('key "a b"')]);
  });
});

describe('data of ConfigMaps and Secrets', () => {
  test('keys are file names', () => {
    const data = Object.fromEntries(
      ['ok.txt', '.hidden', 'a/b', '..', '..a', 'x'.repeat(254)].map((k) => [k, '']),
    );
    expect(causes('invalid-config-data', [configMap('a', data)])).toHaveLength(4);
  });

  test('a key in data and binaryData is refused', () => {
    const both = { ...configMap('a', { x: '' }), binaryData: { x: 'AA==' } };
    expect(causes('invalid-config-data', [both])).toEqual([
      expect.stringContaining('key "x" is in data, too'),
    ]);
  });

  test('the data takes 1 MiB at most, counted as bytes and after decoding', () => {
    const half = 'é'.repeat(256 * 1024);
    const binaryData = { b: Buffer.alloc(512 * 1024).toString('base64') };
    expect(causes('invalid-config-data', [{ ...configMap('a', { a: half }), binaryData }])).toEqual([]);
    expect(causes('invalid-config-data', [{ ...configMap('a', { a: `${half}!` }), binaryData }])).toEqual([
      'ConfigMap shop/a: holds 1048577 bytes of data, more than the 1048576 that the API server stores',
    ]);
  });
});

describe('namespaces', () => {
  const rule = 'foreign-namespace';

  test('an object in a namespace of another stage is refused, with the nearest of its own', () => {
    expect(causes(rule, [object('v1', 'ConfigMap', 'a', { metadata: { namespace: 'shops' } })])).toEqual([
      'ConfigMap shops/a: metadata.namespace "shops" is none of the namespaces of stage dev ("shop"); did you mean "shop"?',
    ]);
  });

  test('a namespaced object without a namespace is refused', () => {
    expect(causes(rule, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])).toEqual([
      'ConfigMap a: metadata.namespace is missing; stage dev owns "shop"',
    ]);
  });

  test('a cluster-scoped object has no namespace', () => {
    const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'a');
    expect(causes(rule, [role])).toEqual([]);
    expect(causes(rule, [{ ...role, metadata: { name: 'a', namespace: 'shop' } }])).toHaveLength(1);
  });

  test('a Namespace is one that the stage owns', () => {
    expect(causes(rule, [object('v1', 'Namespace', 'shop')])).toEqual([]);
    expect(causes(rule, [object('v1', 'Namespace', 'other')])).toHaveLength(1);
  });

  test('the scope of a custom kind comes from its rendered definition', () => {
    const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
      spec: { group: 'example.com', scope: 'Cluster', names: { plural: 'widgets', kind: 'Widget' } },
    });
    expect(causes(rule, [crd, object('example.com/v1', 'Widget', 'a')])).toHaveLength(1);
    expect(causes(rule, [object('example.com/v1', 'Widget', 'a')])).toEqual([]);
  });
});

describe('images', () => {
  const judged = (image: string): string[] =>
    causes('image-not-pinned', [deployment('web', podSpec({ image }))]);

  // Whether "stable" moves is not in its name: a stage may insist on digests.
  test.each([
    'a:stable',
    'a:latest-1a2b3c4',
    'a:thelatest',
    'a:prod-latest@sha256:' + 'a'.repeat(64),
    'a:1',
    'a:1.2@sha256:' + 'a'.repeat(64),
    'a:latest@sha256:' + 'a'.repeat(64),
    'r:5000/a:v1',
  ])('%s passes', (image) => {
    expect(judged(image)).toEqual([]);
  });

  test.each([
    ['nginx', 'neither tag nor digest'],
    ['r:5000/nginx', 'neither tag nor digest'],
    ['nginx:latest', 'the tag "latest"'],
    ['r:5000/nginx:prod-latest', 'the tag "prod-latest"'],
    ['Nginx:1', 'is no image reference'],
    ['', 'is missing'],
  ])('%s is refused: %s', (image, reason) => {
    expect(judged(image)).toEqual([expect.stringContaining(reason)]);
  });

  test('init containers, ephemeral containers and image volumes are looked at, too', () => {
    const spec = podSpec(
      {},
      {
        initContainers: [{ name: 'i', image: 'a' }],
        ephemeralContainers: [{ name: 'e', image: 'b:latest' }],
        volumes: [{ name: 'v', image: { reference: 'c' } }],
      },
    );
    expect(causes('image-not-pinned', [deployment('web', spec)]).map((c) => c.split(' "')[0])).toEqual([
      'Deployment shop/web: spec.template.spec.initContainers[i].image',
      'Deployment shop/web: spec.template.spec.ephemeralContainers[e].image',
      'Deployment shop/web: spec.template.spec.volumes[v].image.reference',
    ]);
  });
});

test('a problem is reported where the file says, and all problems at once', () => {
  const problems = [
    ...findings('image-not-pinned', [deployment('web', podSpec({ image: 'a' }))]),
    ...findings('invalid-name', [deployment('Web')]),
  ];
  expect(problems.map((p) => p.at)).toEqual(
    Array(2).fill({ file: 'environments/dev.yaml', line: 5, column: 3 }),
  );
  expect(
    new UserError(problems).message.split('\n').filter((line) => line.startsWith('environments/')),
  ).toHaveLength(2);
});
