import assert from 'node:assert/strict';
import type { Live } from '../harness/api';
import { allows, isIsolated, type Pod, type Policy } from '../harness/network-policies';
import type { Scenario } from '../harness/scenario';
import { NAMES, STAGES, stage } from './sample';

const CALLS: readonly (readonly [from: string, to: string, port: number])[] = [
  ['frontend', 'backend', 9898],
  ['frontend', 'cache', 6379],
  ['backend', 'cache', 6379],
];
const NO_CALLS: readonly (readonly [from: string, to: string, port: number])[] = [
  ['cache', 'frontend', 9898],
  ['cache', 'database', 3306],
  ['backend', 'frontend', 9898],
];

/** What the policies in the cluster say about the pods in the cluster, by the rules of the API's documentation. */
export const networkScenario: Scenario = {
  name: 'network policies isolate every pod and let in who is named',
  note: 'read from the cluster and reasoned about; nothing enforces them here',
  needs: [NAMES.sample],
  async run({ cluster: { api } }) {
    for (const name of STAGES) {
      const namespace = stage(name);
      const pods = (await api.list('v1', 'Pod', namespace)).map(podOf);
      const policies = (await api.list('networking.k8s.io/v1', 'NetworkPolicy', namespace)).map(policyOf);
      for (const pod of pods) {
        for (const direction of ['Ingress', 'Egress'] as const) {
          assert.ok(
            isIsolated(policies, pod, direction),
            `${pod.name} of ${namespace} is open to all (${direction})`,
          );
        }
      }
      // A pod that somebody starts by hand is no app, and reaches nothing.
      const stranger: Pod = { name: 'stranger', namespace, labels: {} };
      assert.ok(isIsolated(policies, stranger, 'Egress'), `a stranger in ${namespace} may go anywhere`);
      const app = (instance: string): Pod => {
        const found = pods.find(({ labels }) => labels['app.kubernetes.io/instance'] === instance);
        assert.ok(found, `no pod of ${instance} in ${namespace}`);
        return found;
      };
      const can = (from: Pod, to: Pod, port: number): boolean =>
        allows(policies, from, to, port, 'Egress') && allows(policies, from, to, port, 'Ingress');
      for (const [from, to, port] of CALLS)
        assert.ok(can(app(from), app(to), port), `${from} cannot call ${to}:${port}`);
      // Either end would be enough to stop a connection: both have to.
      for (const [from, to, port] of NO_CALLS) {
        for (const end of ['Egress', 'Ingress'] as const) {
          const open = allows(policies, app(from), app(to), port, end);
          assert.ok(!open, `${from} can call ${to}:${port}, as far as ${end} goes`);
        }
      }
      assert.ok(
        !can(app('frontend'), app('cache'), 22),
        'frontend can call a port of cache that is not served',
      );
      for (const pod of pods) {
        for (const port of [9797, 9898, 9999, 6379, 3306]) {
          assert.ok(
            !allows(policies, stranger, pod, port, 'Ingress'),
            `a stranger can call ${pod.name}:${port}`,
          );
        }
      }
    }
  },
};

function podOf({ metadata }: Live): Pod {
  return { name: metadata.name, namespace: metadata.namespace!, labels: metadata.labels ?? {} };
}

function policyOf({ metadata, spec }: Live): Policy {
  return { ...(spec as Omit<Policy, 'namespace'>), namespace: metadata.namespace! };
}
