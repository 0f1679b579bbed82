import { causes, deployment, object, podSpec, service, statefulSet } from '../../objects';

const rule = 'service-target';

test('a Service that finds pods and their port is fine', () => {
  expect(causes(rule, [service('web'), deployment('web')])).toEqual([]);
});

test('a Service that finds no pods is refused, with the label that differs', () => {
  const wide = service('web', { selector: { app: 'web', tier: 'front' } });
  expect(causes(rule, [wide, deployment('web')])).toEqual([
    'Service shop/web: spec.selector (app=web, tier=front) matches the pods of no workload in the namespace; Deployment web has tier=(none)',
  ]);
});

test('pods of another namespace do not count', () => {
  const elsewhere = { ...deployment('web'), metadata: { name: 'web', namespace: 'other' } };
  expect(causes(rule, [service('web'), elsewhere])).toHaveLength(1);
});

test('pods that an operator makes are listed under existing', () => {
  const database = service('db', { selector: { 'cnpg.io/cluster': 'main' } });
  expect(causes(rule, [database])).toHaveLength(1);
  expect(causes(rule, [database], { existing: ['Pod/main'] })).toEqual([]);
});

test('a Service without a selector, and an ExternalName, need no pods', () => {
  expect(
    causes(rule, [service('a', { selector: undefined }), service('b', { type: 'ExternalName' })]),
  ).toEqual([]);
});

describe('target ports', () => {
  const port = (fields: object, container: object = {}) =>
    causes(rule, [
      service('web', { ports: [{ name: 'p', port: 80, ...fields }] }),
      deployment('web', podSpec(container)),
    ]);

  test.each([[{ targetPort: 'http' }], [{ targetPort: 8080 }], [{ port: 8080 }]])(
    '%j is a port of the pod',
    (fields) => {
      expect(port(fields)).toEqual([]);
    },
  );

  test.each([
    [{ targetPort: 'htpp' }, '"htpp" is no TCP port of Deployment web; did you mean "http"?'],
    [{ targetPort: 9090 }, '9090 is no TCP port of Deployment web (it has 8080)'],
    [{}, '80 is no TCP port of Deployment web (it has 8080)'],
    [{ targetPort: 'http', protocol: 'UDP' }, '"http" is no UDP port of Deployment web'],
  ])('%j is refused', (fields, says) => {
    expect(port(fields)).toEqual([`Service shop/web: spec.ports[p].targetPort ${says}`]);
  });

  test('a port of a sidecar counts, one of an init container that ends does not', () => {
    const init = { name: 'i', ports: [{ name: 'metrics', containerPort: 9090 }] };
    const check = (container: object) =>
      causes(rule, [
        service('web', { ports: [{ port: 9090, targetPort: 'metrics' }] }),
        deployment('web', podSpec({}, { initContainers: [container] })),
      ]);
    expect(check({ ...init, restartPolicy: 'Always' })).toEqual([]);
    expect(check(init)).toHaveLength(1);
  });
});

describe('the Service of a StatefulSet', () => {
  const db = statefulSet('db', podSpec(), { serviceName: 'db' });

  test('has to be there, and headless', () => {
    expect(causes(rule, [db, service('db', { clusterIP: 'None' })])).toEqual([]);
    expect(causes(rule, [db, service('db')])).toEqual([
      'StatefulSet shop/db: spec.serviceName "db" names a Service that is not headless',
    ]);
    expect(causes(rule, [db, service('dbs', { selector: { app: 'db' } })])).toEqual([
      'StatefulSet shop/db: spec.serviceName "db" names no Service of namespace shop; did you mean "dbs"?',
    ]);
  });

  test('may be left out', () => {
    expect(causes(rule, [statefulSet('db')])).toEqual([]);
  });
});

describe('routes', () => {
  const rules = (backend: object) => ({
    rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', backend: { service: backend } }] } }],
  });
  const ingress = (spec: object, annotations = {}) =>
    object('networking.k8s.io/v1', 'Ingress', 'web', { metadata: { annotations }, spec });
  const base = [service('web'), deployment('web')];

  test.each([[{ port: { name: 'http' } }], [{ port: { number: 80 } }]])(
    'an Ingress to %j of a Service is fine',
    (port) => {
      expect(causes('route-backend', [...base, ingress(rules({ name: 'web', ...port }))])).toEqual([]);
    },
  );

  test.each([
    [
      { name: 'wbe', port: { number: 80 } },
      '.name "wbe" names no Service of namespace shop; did you mean "web"?',
    ],
    [{ name: 'web', port: { number: 8080 } }, '.port 8080 is no port of Service web (it has 80)'],
    [
      { name: 'web', port: { name: 'https' } },
      '.port "https" is no port of Service web; did you mean "http"?',
    ],
  ])('an Ingress to %j is refused', (backend, says) => {
    expect(causes('route-backend', [...base, ingress(rules(backend))])).toEqual([
      `Ingress shop/web: spec.rules[a.example.com].http.paths[/].backend.service${says}`,
    ]);
  });

  test('the default backend is looked at, too', () => {
    const spec = { defaultBackend: { service: { name: 'gone', port: { number: 1 } } } };
    expect(causes('route-backend', [...base, ingress(spec)])).toHaveLength(1);
    expect(causes('route-backend', [...base, ingress(spec)], { existing: ['Service/gone'] })).toEqual([]);
  });

  test('the certificate of an Ingress is rendered, listed, or asked of cert-manager', () => {
    const spec = { tls: [{ hosts: ['a.example.com'], secretName: 'web-tls' }] };
    expect(causes('route-backend', [ingress(spec)])).toEqual([
      'Ingress shop/web: spec.tls.secretName "web-tls" names no Secret of namespace shop',
    ]);
    expect(causes('route-backend', [ingress(spec)], { existing: ['Secret/web-tls'] })).toEqual([]);
    expect(causes('route-backend', [ingress(spec, { 'cert-manager.io/issuer': 'ca' })])).toEqual([]);
  });

  const route = (backend: object, parent: object = { name: 'public', namespace: 'infra' }) =>
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
      spec: { parentRefs: [parent], rules: [{ backendRefs: [backend] }] },
    });

  test.each([
    [{ name: 'web', port: 80 }, []],
    [{ name: 'web', port: 8080 }, ['.port 8080 is no port of Service web (it has 80)']],
    [{ name: 'web' }, ['.port is missing: a Service is reached by one of its ports']],
    [{ name: 'gone', port: 80 }, ['.name "gone" names no Service of namespace shop']],
    [{ name: 'gone', port: 80, namespace: 'of-others' }, []],
    [{ group: 'example.com', kind: 'Bucket', name: 'b' }, []],
  ])('an HTTPRoute to %j', (backend, says) => {
    const field = `HTTPRoute shop/web: spec.rules[0].backendRefs[${String((backend as { name: string }).name)}]`;
    expect(causes('route-backend', [...base, route(backend)])).toEqual(says.map((s) => `${field}${s}`));
  });

  test("a Gateway in the stage's own namespace has to be there", () => {
    const own = route({ name: 'web', port: 80 }, { name: 'public' });
    expect(causes('route-backend', [...base, own])).toEqual([
      expect.stringContaining('"public" names no Gateway'),
    ]);
    const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'public');
    expect(causes('route-backend', [...base, own, gateway])).toEqual([]);
  });
});
