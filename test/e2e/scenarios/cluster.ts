import assert from 'node:assert/strict';
import { ApiError } from '../harness/api';
import type { Scenario } from '../harness/scenario';
import { until } from '../harness/wait';

const NAMESPACE = 'e2e-self-test';

/** What the other scenarios rely on: without it their green would say nothing. */
export const clusterScenario: Scenario = {
  name: 'the cluster schedules, completes, fails, binds and refuses',
  note: 'pods by kwok, volumes by the harness',
  async run({ cluster: { api } }) {
    const metadata = (name: string): object => ({ name, namespace: NAMESPACE });
    await api.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
    });
    await until('its ServiceAccount', () => api.find('v1', 'ServiceAccount', 'default', NAMESPACE));
    const job = (name: string, command: string): object => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadata(name),
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'busybox:1', command: [command] }],
          },
        },
      },
    });
    await api.apply(job('good', 'true'));
    await api.apply(job('bad', 'false'));
    await api.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata('data'),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const status = async (apiVersion: string, kind: string, name: string): Promise<Record<string, unknown>> =>
      (await api.get(apiVersion, kind, name, NAMESPACE)).status as Record<string, unknown>;
    await until('a Job to succeed', async () => (await status('batch/v1', 'Job', 'good')).succeeded === 1);
    await until('a Job to fail', async () => (await status('batch/v1', 'Job', 'bad')).failed === 1);
    await until(
      'a claim to be bound',
      async () => (await status('v1', 'PersistentVolumeClaim', 'data')).phase === 'Bound',
    );
    await assert.rejects(
      api.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: metadata('privileged'),
        spec: { hostNetwork: true, containers: [{ name: 'main', image: 'busybox:1' }] },
      }),
      (error) =>
        error instanceof ApiError && error.status === 403 && /violates PodSecurity/.test(error.message),
    );
    await api.delete('v1', 'Namespace', NAMESPACE);
  },
};
