import { causes, configMap, deployment, object, podSpec, statefulSet } from '../../objects';

const rule = 'missing-reference';
const withVolume = (volume: object) =>
  deployment('web', podSpec({}, { volumes: [{ name: 'v', ...volume }] }));
const withEnv = (valueFrom: object) => deployment('web', podSpec({ env: [{ name: 'E', valueFrom }] }));
const secret = (name: string, data: Record<string, string> = {}) => object('v1', 'Secret', name, { data });

test('a missing ConfigMap is named with its field, namespace and the nearest name', () => {
  expect(causes(rule, [withVolume({ configMap: { name: 'web-confg' } }), configMap('web-config')])).toEqual([
    'Deployment shop/web: spec.template.spec.volumes[v].configMap.name "web-confg" names no ConfigMap of namespace shop; did you mean "web-config"?',
  ]);
});

describe('each place that names another object', () => {
  const places: [string, string, (name: string, optional?: boolean) => object][] = [
    ['ConfigMap', 'a volume', (name, optional) => withVolume({ configMap: { name, optional } })],
    ['Secret', 'a volume', (secretName, optional) => withVolume({ secret: { secretName, optional } })],
    [
      'ConfigMap',
      'a projected volume',
      (name, optional) => withVolume({ projected: { sources: [{ configMap: { name, optional } }] } }),
    ],
    [
      'Secret',
      'a projected volume',
      (name, optional) => withVolume({ projected: { sources: [{ secret: { name, optional } }] } }),
    ],
    ['ConfigMap', 'env', (name, optional) => withEnv({ configMapKeyRef: { name, key: 'k', optional } })],
    ['Secret', 'env', (name, optional) => withEnv({ secretKeyRef: { name, key: 'k', optional } })],
    [
      'ConfigMap',
      'envFrom',
      (name, optional) => deployment('web', podSpec({ envFrom: [{ configMapRef: { name, optional } }] })),
    ],
    [
      'Secret',
      'envFrom',
      (name, optional) => deployment('web', podSpec({ envFrom: [{ secretRef: { name, optional } }] })),
    ],
  ];
  const owned = (kind: string) => object('v1', kind, 'there', { data: { k: '' } });

  test.each(places)('a %s in %s has to exist', (kind, _, build) => {
    type Objects = Parameters<typeof causes>[1];
    const check = (...objects: object[]) => causes(rule, objects as unknown as Objects);
    expect(check(build('gone'), owned(kind))).toEqual([expect.stringContaining(`"gone" names no ${kind}`)]);
    expect(check(build('there'), owned(kind))).toEqual([]);
    expect(check(build('gone', true))).toEqual([]);
  });

  test.each([
    ['Secret', deployment('web', podSpec({}, { imagePullSecrets: [{ name: 'gone' }] }))],
    ['ServiceAccount', deployment('web', podSpec({}, { serviceAccountName: 'gone' }))],
    ['PersistentVolumeClaim', withVolume({ persistentVolumeClaim: { claimName: 'gone' } })],
    ['Secret', withVolume({ csi: { driver: 'd', nodePublishSecretRef: { name: 'gone' } } })],
  ])('a %s in %j has to exist', (kind, web) => {
    expect(causes(rule, [web])).toEqual([expect.stringContaining(`"gone" names no ${kind}`)]);
    expect(causes(rule, [web, object('v1', kind, 'gone')])).toEqual([]);
    expect(causes(rule, [web], { existing: [`${kind}/gone`] })).toEqual([]);
    expect(
      causes(rule, [web, object('v1', kind, 'gone', { metadata: { namespace: 'other' } })]),
    ).toHaveLength(1);
  });

  test('init containers and CronJobs are looked at, too', () => {
    const init = { name: 'i', envFrom: [{ secretRef: { name: 'gone' } }] };
    const template = { spec: podSpec({}, { initContainers: [init] }) };
    const cron = object('batch/v1', 'CronJob', 'c', { spec: { jobTemplate: { spec: { template } } } });
    expect(causes(rule, [cron])).toEqual([
      expect.stringContaining('spec.jobTemplate.spec.template.spec.initContainers[i].envFrom.secretRef.name'),
    ]);
  });
});

test('what every namespace has is there', () => {
  const web = deployment(
    'web',
    podSpec(
      {},
      { serviceAccountName: 'default', volumes: [{ name: 'v', configMap: { name: 'kube-root-ca.crt' } }] },
    ),
  );
  expect(causes(rule, [web])).toEqual([]);
});

test('keys that are named have to be in the data', () => {
  const web = withVolume({ configMap: { name: 'c', items: [{ key: 'app.yml', path: 'a' }] } });
  expect(causes(rule, [web, configMap('c', { 'app.yaml': '' })])).toEqual([
    'Deployment shop/web: spec.template.spec.volumes[v].configMap.name "c" has no key "app.yml"; did you mean "app.yaml"?',
  ]);
  expect(causes(rule, [web, { ...configMap('c'), binaryData: { 'app.yml': '' } }])).toEqual([]);
  expect(
    causes(rule, [withEnv({ secretKeyRef: { name: 's', key: 'b' } }), secret('s', { a: '' })]),
  ).toHaveLength(1);
});

describe('a Secret that something rendered makes', () => {
  const web = withEnv({ secretKeyRef: { name: 'db', key: 'password' } });
  const made = (apiVersion: string, kind: string, name: string, spec: object) =>
    causes(rule, [web, object(apiVersion, kind, name, { spec })]);

  test.each([
    [
      'SealedSecret, by its own name',
      'bitnami.com/v1alpha1',
      'SealedSecret',
      'db',
      { encryptedData: { password: 'Ag' } },
    ],
    [
      'SealedSecret, by its template',
      'bitnami.com/v1alpha1',
      'SealedSecret',
      'x',
      { encryptedData: { password: 'Ag' }, template: { metadata: { name: 'db' } } },
    ],
    [
      'ExternalSecret, by its target',
      'external-secrets.io/v1',
      'ExternalSecret',
      'x',
      { target: { name: 'db' }, data: [{ secretKey: 'password' }] },
    ],
    [
      'ExternalSecret, by its own name',
      'external-secrets.io/v1',
      'ExternalSecret',
      'db',
      { data: [{ secretKey: 'password' }] },
    ],
    [
      'ExternalSecret whose keys are not known',
      'external-secrets.io/v1',
      'ExternalSecret',
      'db',
      { dataFrom: [{}] },
    ],
    ['Certificate', 'cert-manager.io/v1', 'Certificate', 'x', { secretName: 'db' }],
  ])('%s, is there', (_, apiVersion, kind, name, spec) => {
    expect(made(apiVersion, kind, name, spec)).toEqual([]);
  });

  test('lacks the keys that it does not say', () => {
    expect(made('bitnami.com/v1alpha1', 'SealedSecret', 'db', { encryptedData: { user: 'Ag' } })).toEqual([
      expect.stringContaining('"db" has no key "password"'),
    ]);
    expect(
      made('external-secrets.io/v1', 'ExternalSecret', 'db', { data: [{ secretKey: 'user' }] }),
    ).toHaveLength(1);
  });

  test('is another one where its name differs', () => {
    expect(
      made('bitnami.com/v1alpha1', 'SealedSecret', 'db2', { encryptedData: { password: 'Ag' } }),
    ).toHaveLength(1);
  });
});

test('a claim of a StatefulSet is there by the name the controller gives it', () => {
  const db = statefulSet('db', podSpec(), { volumeClaimTemplates: [{ metadata: { name: 'data' } }] });
  const backup = (claimName: string) => withVolume({ persistentVolumeClaim: { claimName } });
  expect(causes(rule, [db, backup('data-db-0')])).toEqual([]);
  expect(causes(rule, [db, backup('data-db')])).toHaveLength(1);
  expect(causes(rule, [db, backup('logs-db-0')])).toHaveLength(1);
});

describe('inside a pod', () => {
  const inside = (container: object, rest: object = {}) =>
    causes('inconsistent-pod', [deployment('web', podSpec(container, rest))]).map(
      (cause) => cause.split(': spec.template.spec.')[1],
    );

  test('mounts name volumes of the pod', () => {
    const volumes = [{ name: 'config', emptyDir: {} }];
    expect(inside({ volumeMounts: [{ name: 'confg', mountPath: '/etc/web' }] }, { volumes })).toEqual([
      'containers[web].volumeMounts[/etc/web].name "confg" names no volume of the pod; did you mean "config"?',
    ]);
  });

  test('mounts may name claim templates', () => {
    const spec = podSpec({ volumeMounts: [{ name: 'data', mountPath: '/data' }] });
    const volumeClaimTemplates = [{ metadata: { name: 'data' } }];
    expect(causes('inconsistent-pod', [statefulSet('db', spec, { volumeClaimTemplates })])).toEqual([]);
    expect(causes('inconsistent-pod', [statefulSet('db', spec)])).toHaveLength(1);
  });

  test('two volumes are not mounted at one place', () => {
    const volumeMounts = [
      { name: 'v', mountPath: '/a' },
      { name: 'v', mountPath: '/a', subPath: 'x' },
    ];
    expect(inside({ volumeMounts }, { volumes: [{ name: 'v' }] })).toEqual([
      'containers[web].volumeMounts mounts two volumes at "/a"',
    ]);
  });

  test('probes and hooks name ports of their container', () => {
    expect(
      inside({
        livenessProbe: { httpGet: { port: 'htp' } },
        readinessProbe: { tcpSocket: { port: 'http' } },
        startupProbe: { httpGet: { port: 9999 } },
        lifecycle: { preStop: { httpGet: { port: 'admin' } } },
      }),
    ).toEqual([
      'containers[web].livenessProbe.httpGet.port "htp" names no port of the container; did you mean "http"?',
      'containers[web].lifecycle.preStop.httpGet.port "admin" names no port of the container',
    ]);
  });

  test('names of containers, volumes and ports are valid and unique', () => {
    expect(
      inside(
        {},
        { initContainers: [{ name: 'web' }], volumes: [{ name: 'v' }, { name: 'v' }, { name: 'V' }] },
      ),
    ).toEqual([
      'volumes has "v" twice',
      'volumes has "V", which is no DNS label',
      'containers has "web" twice',
    ]);
    const ports = ['http', 'http', 'a-very-long-port-name', '80'].map((name) => ({ name, containerPort: 1 }));
    expect(inside({ ports })).toHaveLength(3);
  });
});
