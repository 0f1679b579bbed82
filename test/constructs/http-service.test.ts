import { renderApp } from '../../src/constructs/render';
import { appOf, at, only, stageOf, web, type StageSketch } from '../support/environment';

const render = (values: object, sketch: StageSketch = {}) => {
  const stage = stageOf({ ...sketch, apps: { web: { ...web, ...values }, ...sketch.apps } });
  return renderApp(stage, appOf(stage, 'web'));
};
const container = 'spec.template.spec.containers.0';

describe('an HttpService', () => {
  test('becomes a Deployment with its Service, ServiceAccount and NetworkPolicy, in apply order', () => {
    expect(render({}).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'NetworkPolicy shop-dev/web',
      'ServiceAccount shop-dev/web',
      'Service shop-dev/web',
      'Deployment shop-dev/web',
    ]);
  });

  test('has selectors of two stable labels that are the same in every stage', () => {
    for (const name of ['dev', 'prod']) {
      const objects = render({ podLabels: { tier: 'front' } }, { name });
      const selector = { 'app.kubernetes.io/instance': 'web', 'app.kubernetes.io/name': 'web' };
      expect(at(only(objects, 'Deployment'), 'spec.selector')).toEqual({ matchLabels: selector });
      expect(at(only(objects, 'Deployment'), 'spec.template.metadata.labels')).toEqual({
        ...selector,
        tier: 'front',
      });
      expect(at(only(objects, 'Service'), 'spec.selector')).toEqual(selector);
    }
  });

  test('keeps names and selectors when the app is renamed', () => {
    const stage = stageOf({ apps: { shopfront: { ...web, renamedFrom: 'web' } } });
    expect(renderApp(stage, appOf(stage, 'shopfront'))).toEqual(render({ renamedFrom: 'web' }));
    expect(renderApp(stage, appOf(stage, 'shopfront'))).toEqual(render({}));
  });

  test('says on every object what it belongs to', () => {
    for (const object of render({}, { name: 'prod' })) {
      expect(object.metadata.labels).toEqual({
        'app.kubernetes.io/environment': 'prod',
        'app.kubernetes.io/instance': 'web',
        'app.kubernetes.io/managed-by': 'stageline',
        'app.kubernetes.io/name': 'web',
        'app.kubernetes.io/part-of': 'shop',
      });
    }
  });

  test('puts the labels and annotations of the app on every object, beside its own', () => {
    for (const object of render({ labels: { team: 'shop' }, annotations: { contact: 'shop@example.org' } })) {
      expect(object.metadata.labels).toMatchObject({ team: 'shop', 'app.kubernetes.io/name': 'web' });
      expect(object.metadata.annotations).toMatchObject({ contact: 'shop@example.org' });
    }
  });

  test('carries in its Service only the ports that have a servicePort, by name', () => {
    const ports = {
      http: { containerPort: 8080, servicePort: 80, appProtocol: 'http' },
      'http-metrics': { containerPort: 9797 },
    };
    const service = only(render({ ports }), 'Service');
    expect(at(service, 'spec.ports')).toEqual([
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
    ]);
    expect(at(service, 'spec')).not.toHaveProperty('externalIPs');
  });

  test('has no Service when no port has a servicePort', () => {
    const objects = render({ ports: { http: { containerPort: 8080 } } });
    expect(objects.map((object) => object.kind)).not.toContain('Service');
  });

  test('leaves the number of replicas to its autoscaler', () => {
    expect(at(only(render({}), 'Deployment'), 'spec.replicas')).toBe(1);
    const objects = render({ autoscaling: { minReplicas: 2, maxReplicas: 4, cpuUtilization: 99 } });
    expect(at(only(objects, 'Deployment'), 'spec')).not.toHaveProperty('replicas');
    expect(at(only(objects, 'HorizontalPodAutoscaler'), 'spec')).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 4,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 99 } },
        },
      ],
    });
  });

  test('lets unhealthy pods be evicted past its disruption budget', () => {
    const budget = only(render({ disruptionBudget: { maxUnavailable: '25%' } }), 'PodDisruptionBudget');
    expect(at(budget, 'spec')).toEqual({
      maxUnavailable: '25%',
      selector: { matchLabels: { 'app.kubernetes.io/instance': 'web', 'app.kubernetes.io/name': 'web' } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  test('sleeps before it stops, in a field that the typed classes do not know', () => {
    const deployment = only(render({ preStop: { sleepSeconds: 5 } }), 'Deployment');
    expect(at(deployment, `${container}.lifecycle`)).toEqual({ preStop: { sleep: { seconds: 5 } } });
  });

  test('refuses to sleep on a cluster that is too old for it, or longer than it is given', () => {
    const preStop = { sleepSeconds: 30 };
    expect(() => render({ preStop }, { cluster: { kubernetes: '1.29' } })).toThrow(/1\.30 or later/);
    expect(() => render({ preStop })).toThrow(/killed after 30 s/);
  });

  test('spells out probes and their defaults', () => {
    const probes = {
      readiness: { httpGet: { path: '/readyz', port: 'http' } },
      liveness: { grpc: { port: 9999 }, initialDelaySeconds: 5, timeoutSeconds: 5 },
    };
    const deployment = only(render({ probes }), 'Deployment');
    const timing = { periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };
    expect(at(deployment, `${container}.readinessProbe`)).toEqual({
      httpGet: { path: '/readyz', port: 'http', scheme: 'HTTP' },
      ...timing,
    });
    expect(at(deployment, `${container}.livenessProbe`)).toEqual({
      grpc: { port: 9999, service: '' },
      ...timing,
      initialDelaySeconds: 5,
      timeoutSeconds: 5,
    });
  });

  test('is reached from outside through the ingress and the gateway of its cluster', () => {
    const objects = render({
      ingress: { host: 'shop.example.org', tls: { secretName: 'shop-tls' }, annotations: { a: 'b' } },
      route: { hostnames: ['shop.example.org'] },
    });
    expect(only(objects, 'Ingress')).toMatchObject({
      metadata: { annotations: { a: 'b', 'argocd.argoproj.io/sync-wave': '2' } },
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['shop.example.org'], secretName: 'shop-tls' }],
        rules: [
          {
            host: 'shop.example.org',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { name: 'http' } } },
                },
              ],
            },
          },
        ],
      },
    });
    expect(only(objects, 'HTTPRoute')).toMatchObject({
      spec: {
        parentRefs: [{ kind: 'Gateway', name: 'public', namespace: 'gateways' }],
        hostnames: ['shop.example.org'],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ kind: 'Service', name: 'web', port: 80 }],
          },
        ],
      },
    });
  });

  test('says which port there is when a route names another, and what the cluster lacks', () => {
    const route = { hostnames: ['shop.example.org'], port: 'htpp' };
    expect(() => render({ route })).toThrow('Did you mean "http"?');
    expect(() => render({ route }, { cluster: { kubernetes: '1.33' } })).toThrow(
      'the cluster "local" has no gateway',
    );
  });

  test('names every wrong value at once when it is built in code', () => {
    const stage = stageOf({ apps: { web } });
    const app = { ...appOf(stage, 'web') };
    const values = { ...app.values, image: 'web:latest', replicas: -1 };
    expect(() => renderApp(stage, { ...app, values })).toThrow(/image:[^]*replicas:/);
  });
});
