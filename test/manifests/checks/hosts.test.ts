import { checkStages } from '../../../src/manifests/checks';
import type { KubeObject } from '../../../src/model/kube';
import { scope, stage } from '../objects';

const metadata = { name: 'web', namespace: 'shop' };
const ingress = (host: string, path = '/'): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata,
  spec: { rules: [{ host, http: { paths: [{ path, pathType: 'Prefix' }] } }] },
});
const route = (host: string): KubeObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata,
  spec: { hostnames: [host], rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }] },
});

const taken = (dev: KubeObject, prod: KubeObject, clusters = ['local', 'local']): string[] =>
  checkStages(
    [
      stage([dev], { name: 'dev', clusterName: clusters[0] }),
      stage([prod], { name: 'prod', clusterName: clusters[1] }),
    ],
    scope,
  )
    .filter(({ code }) => code === 'host-twice')
    .map(({ cause }) => cause);

test('two stages of one cluster may not answer to the same host and path, by Ingress or by HTTPRoute', () => {
  for (const made of [ingress, route]) {
    expect(taken(made('shop.example.com'), made('shop.example.com'))).toEqual([
      expect.stringContaining('shop/web: answers to shop.example.com/, and so does stage dev'),
    ]);
  }
});

test('another host, another path or another cluster is another address', () => {
  expect(taken(ingress('a.example.com'), ingress('b.example.com'))).toEqual([]);
  expect(taken(ingress('a.example.com', '/x'), ingress('a.example.com', '/y'))).toEqual([]);
  expect(taken(ingress('a.example.com'), ingress('a.example.com'), ['one', 'two'])).toEqual([]);
});
