import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outlineOf } from '../../src/manifests/checks';
import { sha256 } from '../../src/manifests/publish';
import type { Cluster, KubernetesVersion } from '../../src/model/cluster';
import { groupsOf, type KubeObject } from '../../src/model/kube';
import type { RenderedFile, RenderedStage } from '../../src/model/rendered';
import { Cache } from '../../src/synth/cache';
import { check } from '../../src/synth/check';
import { configMap, deployment, object, podSpec, service, stage } from '../manifests/objects';

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

  test('or that the network of one cluster of a fleet is open, and not that of another', () => {
    const eu = clusterOf('1.34', 'eu', { provides: [], openNetwork: 'for trying out' });
    const us = clusterOf('1.34', 'us', { provides: [] });
    const denial = object('networking.k8s.io/v1', 'NetworkPolicy', 'a', { spec: { podSelector: {} } });
    const prod = { ...stage([denial], { name: 'prod' }), cluster: eu };
    expect(causes({ ...prod, clusters: [eu] })).toEqual([]);
    expect(causes({ ...prod, clusters: [eu, us] })).toEqual([
      expect.stringMatching(/needs network-policy, which cluster "us" does not/),
    ]);
  });

  test('two stages that meet on one cluster of a fleet are seen', () => {
    const [eu, us] = [clusterOf('1.34', 'eu'), clusterOf('1.34', 'us')];
    const prod = { ...stage([policy], { name: 'prod' }), cluster: eu, clusters: [eu, us] };
    const canary = { ...stage([policy], { name: 'canary' }), cluster: us };
    expect(causes(prod, canary)).toContainEqual(expect.stringMatching(/^duplicate-object .*"us"/));
    expect(causes({ ...prod, clusters: [eu] }, canary)).toEqual([]);
  });
});

describe('what is proven', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'check-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A run of its own: what the one before it found right is known. */
  const run = (...stages: Parameters<typeof check>[0]): string[] => {
    const cache = new Cache(root);
    const problems = check(stages, [], cache);
    cache.save();
    return problems.map(({ code, cause }) => `${code} ${cause}`);
  };
  const none = (): never => {
    throw new Error('nobody has to look at this');
  };
  /** Files of objects that were found right where they were rendered. */
  const proven = (files: (readonly KubeObject[])[], outlinesOf?: () => never): RenderedStage => {
    const empty = stage([]);
    const file = (objects: readonly KubeObject[], i: number): RenderedFile => {
      const outlines = objects.map(outlineOf);
      return {
        path: `dev/${i}.yaml`,
        source: 'environments/dev.yaml',
        at: empty.at,
        get objects() {
          return none();
        },
        proven: {
          hash: sha256(JSON.stringify(objects)),
          size: 1,
          text: '',
          kinds: { clusterScoped: [], objects: objects.length },
          groups: groupsOf(objects),
          outlineHash: sha256(JSON.stringify(outlines)),
          get outlines() {
            return outlinesOf?.() ?? outlines;
          },
        },
      };
    };
    return { ...empty, files: files.map(file) };
  };

  test('is judged by its outlines, together with the rest', () => {
    expect(run(proven([[deployment('web')], [service('web')]]))).toEqual([]);
    expect(run(proven([[deployment('web')], [service('wbe')]]))).toEqual([
      expect.stringMatching(/^service-target Service shop\/wbe: /),
    ]);
  });

  test('is not judged again where only what it does alone has changed', () => {
    const web = (image: string) => deployment('web', podSpec({ image }));
    expect(run(proven([[web('a:1')], [service('web')]]))).toEqual([]);
    expect(run(proven([[web('a:2')], [service('web')]], none))).toEqual([]);
    expect(() => run(proven([[web('a:2')], [service('api')]], none))).toThrow('nobody has to look');
  });

  test('is judged whole for a cluster of another version, until it is found right there', () => {
    const [eu, us] = (['1.34', '1.29'] as const).map((kubernetes): Cluster => ({
      ...stage([], { kubernetes, clusterName: kubernetes, server: `https://${kubernetes}.example.com` })
        .cluster,
    }));
    const fleet = (of: RenderedStage): RenderedStage => ({ ...of, cluster: eu!, clusters: [eu!, us!] });
    const whole = (one: KubeObject): RenderedStage => {
      const { files } = proven([[one]]);
      return fleet({
        ...stage([]),
        files: [{ ...stage([one]).files[0]!, path: 'dev/0.yaml', proven: files[0]!.proven }],
      });
    };
    // In Kubernetes since 1.30.
    const policy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'a', {
      metadata: { namespace: undefined },
      spec: { policyName: 'a', validationActions: ['Deny'] },
    });
    expect(run(whole(policy))).toEqual([
      expect.stringMatching(/^schema ValidatingAdmissionPolicyBinding a: /),
    ]);
    const web = configMap('web', { A: 'b' });
    expect(run(whole(web))).toEqual([]);
    expect(run(fleet(proven([[web]], none)))).toEqual([]);
    expect(() => run(fleet(proven([[configMap('web', { A: 'c' })]])))).toThrow('nobody has to look');
  });

  test('is judged whole where the input defines kinds of its group, and only there', () => {
    const both = (size: unknown): RenderedStage => {
      const { proven: found } = proven([[widget(size)]]).files[0]!;
      const [own] = stage([definition('integer')]).files;
      const [other] = stage([widget(size)]).files;
      return { ...stage([]), files: [own!, { ...other!, proven: found }] };
    };
    expect(run(both(3))).toEqual([]);
    expect(run(both('3'))).toEqual([expect.stringMatching(/^schema Widget shop\/a: .*at \/spec\/size/)]);
    const [own] = stage([definition('integer')]).files;
    const beside = (...objects: KubeObject[]) => ({
      ...stage([]),
      files: [own!, ...proven([objects]).files],
    });
    expect(run(beside(deployment('web'), configMap('web', {})))).toEqual([]);
    expect(() => run(beside(deployment('web'), widget(3)))).toThrow('nobody has to look');
  });
});
