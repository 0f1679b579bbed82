import fc from 'fast-check';
import { checkStages } from '../../../src/manifests/checks';
import { StageView, type PodEntry } from '../../../src/manifests/checks/stage-view';
import type { KubeObject } from '../../../src/model/kube';
import { cpuSeconds } from '../../support/cpu';
import { deployment, object, scope, stage, withField } from '../objects';

const key = fc.constantFrom('app', 'tier', 'part-of', 'constructor');
const labels = fc.dictionary(key, fc.constantFrom('a', 'b', 'c'), { maxKeys: 3 });

const isSubset = (part: object, all: object): boolean => {
  const pairs = Object.entries(all).map(String);
  return Object.entries(part).every((pair) => pairs.includes(String(pair)));
};

test('the pods that an index finds for a selector are those that a scan finds, in the same order', () => {
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 12 }), labels, (pods, selector) => {
      const workloads = pods.map((own, i) =>
        withField(deployment(`web-${i}`), ['spec', 'template', 'metadata', 'labels'], own),
      );
      const view = new StageView(stage(workloads));
      const names = (entries: readonly PodEntry[]) =>
        entries.map(({ object: { metadata } }) => metadata.name);
      const found = view.podsMatching('shop', { matchLabels: selector });
      expect(names(found)).toEqual(names(view.pods.filter(({ pod }) => isSubset(selector, pod.labels))));
    }),
  );
});

test('four times as many apps in a namespace take far less than sixteen times the work', () => {
  const workloads = (count: number): KubeObject[] =>
    Array.from({ length: count }, (_, i) => `web-${i}`).flatMap((name) => [
      deployment(name),
      object('v1', 'Service', name, { spec: { selector: { app: name }, ports: [{ port: 8080 }] } }),
      object('policy/v1', 'PodDisruptionBudget', name, {
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
      }),
      object('networking.k8s.io/v1', 'NetworkPolicy', name, {
        spec: { podSelector: { matchLabels: { app: name } }, ingress: [{}] },
      }),
    ]);
  const work = (count: number): number => {
    const objects = [stage(workloads(count))];
    return cpuSeconds(() => expect(checkStages(objects, scope)).toEqual([]));
  };
  work(200);
  expect(work(2400) / work(600)).toBeLessThan(9);
});
