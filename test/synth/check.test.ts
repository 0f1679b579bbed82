import type { Cluster, KubernetesVersion } from '../../src/model/cluster';
import { check } from '../../src/synth/check';
import { object, stage } from '../manifests/objects';

const definition = (size: string) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.shop.example.com', {
    metadata: { namespace: undefined },
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: size } } } },
            },
          },
        },
      ],
    },
  });
const widget = (size: unknown) => object('shop.example.com/v1', 'Widget', 'a', { spec: { size } });
const causes = (...stages: Parameters<typeof check>[0]): string[] =>
  check(stages, []).map(({ code, cause }) => `${code} ${cause}`);

test('a definition that one stage renders holds for the other stages of its cluster', () => {
  const dev = stage([definition('integer')], { name: 'dev' });
  const prod = (size: unknown) => stage([widget(size)], { name: 'prod', namespaces: ['shop'] });
  expect(causes(dev, prod(3))).toEqual([]);
  expect(causes(dev, prod('3'))).toEqual([
    expect.stringMatching(/^schema Widget shop\/a: .*at \/spec\/size/),
  ]);
});

test('it does not hold on another cluster', () => {
  const dev = stage([definition('integer')], { name: 'dev' });
  const prod = stage([widget(3)], { name: 'prod', server: 'https://prod.example.com' });
  expect(causes(dev, prod)).toContainEqual(expect.stringMatching(/^schema .*there is no kind "Widget"/));
});

test('two clusters of one version may each have a definition of their own', () => {
  const dev = stage([definition('integer'), widget(3)], { name: 'dev' });
  const prod = stage([definition('string'), widget('3')], {
    name: 'prod',
    server: 'https://prod.example.com',
  });
  expect(causes(dev, prod)).toEqual([]);
});

describe('an object newer than a cluster', () => {
  // In Kubernetes since 1.30.
  const policy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'a', {
    metadata: { namespace: undefined },
    spec: { policyName: 'a', validationActions: ['Deny'] },
  });
  const clusterOf = (kubernetes: KubernetesVersion, name: string, more: object = {}): Cluster => ({
    ...stage([], { kubernetes, clusterName: name, server: `https://${name}.example.com` }).cluster,
    ...more,
  });
  const told = expect.stringMatching(/^schema ValidatingAdmissionPolicyBinding a: .*no kind/);

  test('is told of the cluster of the Argo CD that it is for, whatever the first stage runs on', () => {
    const first = (kubernetes: KubernetesVersion) => [stage([], { kubernetes })];
    const files = stage([policy]).files;
    const hub = (kubernetes: KubernetesVersion) => [{ cluster: clusterOf(kubernetes, 'hub'), files }];
    const codes = (...args: Parameters<typeof check>): string[] =>
      check(...args).map(({ code, cause }) => `${code} ${cause}`);
    expect(codes(first('1.34'), hub('1.29'))).toEqual([told]);
    expect(codes(first('1.29'), hub('1.34'))).toEqual([]);
  });

  test('is told of any cluster of a fleet, and once', () => {
    const [eu, us, asia] = [clusterOf('1.34', 'eu'), clusterOf('1.29', 'us'), clusterOf('1.29', 'asia')];
    const prod = stage([policy], { name: 'prod' });
    const messages = (clusters: readonly Cluster[]): string[] => causes({ ...prod, cluster: eu, clusters });
    expect(messages([eu])).toEqual([]);
    expect(messages([eu, us, asia]).filter((message) => message.startsWith('schema'))).toEqual([told]);
  });

  test('or that a cluster of a fleet does not provide, is told', () => {
    const eu = clusterOf('1.34', 'eu');
    const poor = clusterOf('1.34', 'us', { provides: [] });
    const ingress = object('networking.k8s.io/v1', 'Ingress', 'a', {
      spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
    });
    const prod = { ...stage([ingress], { name: 'prod' }), cluster: eu, clusters: [eu, poor] };
    expect(causes(prod)).toContainEqual(expect.stringMatching(/needs ingress, which cluster "us" does not/));
  });

  test('two stages that meet on one cluster of a fleet are seen', () => {
    const [eu, us] = [clusterOf('1.34', 'eu'), clusterOf('1.34', 'us')];
    const prod = { ...stage([policy], { name: 'prod' }), cluster: eu, clusters: [eu, us] };
    const canary = { ...stage([policy], { name: 'canary' }), cluster: us };
    expect(causes(prod, canary)).toContainEqual(expect.stringMatching(/^duplicate-object .*"us"/));
    expect(causes({ ...prod, clusters: [eu] }, canary)).toEqual([]);
  });
});
