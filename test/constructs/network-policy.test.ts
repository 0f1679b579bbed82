import { renderApp } from '../../src/constructs/render';
import { appOf, at, only, stageOf, web } from '../support/environment';

const policyOf = (apps: Record<string, unknown>, name: string) => {
  const stage = stageOf({ apps });
  return at(only(renderApp(stage, appOf(stage, name)), 'NetworkPolicy', name), 'spec');
};
const podsOf = (instance: string) => ({
  podSelector: { matchLabels: { 'app.kubernetes.io/instance': instance } },
});
const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const http = [{ port: 8080, protocol: 'TCP' }];

describe('the network policy of an app', () => {
  test('lets nothing in and only DNS out when nobody is named', () => {
    expect(policyOf({ web }, 'web')).toEqual({
      podSelector: podsOf('web').podSelector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        {
          to: [namespace('kube-system')],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
    });
  });

  test('opens the way out of the one that calls, and the way in on the served ports of the one called', () => {
    const ports = { ...web.ports, admin: { containerPort: 9000 } };
    const apps = {
      web: { ...web, network: { to: ['api'] } },
      api: { ...web, ports, renamedFrom: 'backend' },
    };
    expect(at(policyOf(apps, 'web'), 'egress.1')).toEqual({ to: [podsOf('backend')] });
    const stage = stageOf({ apps });
    const api = only(renderApp(stage, appOf(stage, 'api')), 'NetworkPolicy', 'backend');
    expect(at(api, 'spec.ingress')).toEqual([{ from: [podsOf('web')], ports: http }]);
  });

  test('opens every port of an app that is called and has no Service', () => {
    const ports = { queue: { containerPort: 5672 } };
    const apps = { web: { ...web, network: { to: ['mq'] } }, mq: { ...web, kind: 'worker', ports } };
    expect(at(policyOf(apps, 'mq'), 'ingress')).toEqual([
      { from: [podsOf('web')], ports: [{ port: 5672, protocol: 'TCP' }] },
    ]);
  });

  test('finds pods in another namespace by its name', () => {
    const apps = { web: { ...web, network: { to: ['api'] } }, api: { ...web, namespace: 'shop-api' } };
    expect(at(policyOf(apps, 'web'), 'egress.1')).toEqual({
      to: [{ ...podsOf('api'), ...namespace('shop-api') }],
    });
    expect(at(policyOf(apps, 'api'), 'ingress.0.from')).toEqual([
      { ...podsOf('web'), ...namespace('shop-dev') },
    ]);
  });

  test('lets in whoever stands before it: monitoring, ingress controller, gateway, on their ports alone', () => {
    const ports = { ...web.ports, 'http-metrics': { containerPort: 9797 } };
    const exposed = { ingress: { host: 'a.example' }, route: { hostnames: ['a.example'] } };
    expect(at(policyOf({ web: { ...web, ports, ...exposed } }, 'web'), 'ingress')).toEqual([
      { from: [namespace('monitoring')], ports: [{ port: 9797, protocol: 'TCP' }] },
      { from: [namespace('ingress-nginx')], ports: http },
      { from: [namespace('gateways')], ports: http },
    ]);
  });

  test('lets anybody in where the Service has an address outside of the cluster', () => {
    expect(at(policyOf({ web: { ...web, service: { type: 'LoadBalancer' } } }, 'web'), 'ingress')).toEqual([
      { ports: http },
    ]);
  });

  test('names the namespaces and addresses that it may call, and the namespaces that may call it', () => {
    const network = {
      fromNamespaces: ['batch'],
      toNamespaces: ['mail'],
      toCidrs: [{ cidr: '192.0.2.0/24', ports: [443, 8443] }],
    };
    const policy = policyOf({ web: { ...web, network } }, 'web');
    expect(at(policy, 'ingress')).toEqual([{ from: [namespace('batch')], ports: http }]);
    expect((at(policy, 'egress') as object[]).slice(1)).toEqual([
      { to: [namespace('mail')] },
      {
        to: [{ ipBlock: { cidr: '192.0.2.0/24' } }],
        ports: [
          { port: 443, protocol: 'TCP' },
          { port: 8443, protocol: 'TCP' },
        ],
      },
    ]);
  });
});
