import assert from 'node:assert/strict';
import { ApiError, type Api, type Live } from '../harness/api';
import { type Scenario } from '../harness/scenario';
import { NAMES, STAGES, stage } from './sample';

interface Quota {
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}

/** Namespaces enforce `restricted`, every pod of the sample lives with it, and a pod that does not is refused. */
export const podSecurityScenario: Scenario = {
  name: 'Pod Security restricted is enforced, and nothing of the sample violates it',
  needs: [NAMES.sample],
  async run({ cluster: { api } }) {
    for (const name of STAGES) {
      const namespace = stage(name);
      const { metadata } = await api.get('v1', 'Namespace', namespace);
      assert.equal(metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
      const pods = await api.list('v1', 'Pod', namespace);
      assert.ok(pods.length >= 4, `${namespace} has ${pods.length} pods`);
      const refused = (await api.list('v1', 'Event', namespace)).filter(
        ({ reason }) => reason === 'FailedCreate',
      );
      assert.deepEqual(
        refused.map(({ message }) => message),
        [],
      );
      await refuses(api, pod(namespace, {}), /violates PodSecurity "restricted/);
    }
  },
};

/** The quota counts what runs and refuses what is too much; limits are filled in and enforced. */
export const quotaScenario: Scenario = {
  name: 'quota and limit range are in force',
  needs: [NAMES.sample],
  async run({ cluster: { api } }) {
    for (const name of STAGES) {
      const namespace = stage(name);
      const quota = (await api.get('v1', 'ResourceQuota', 'stage-quota', namespace))
        .status as unknown as Quota;
      const pods = (await api.list('v1', 'Pod', namespace)).filter((each) => !isDone(each));
      assert.equal(Number(quota.used.pods), pods.length, `pods counted by the quota of ${namespace}`);
      assert.ok(Number(quota.hard.pods) > pods.length);
      const cpu = quota.hard['requests.cpu']!;
      assert.match(cpu, /^\d+$/);

      const limits = await api.get('v1', 'LimitRange', 'stage-limits', namespace);
      const { max, defaultRequest } = (
        limits.spec as { limits: Record<'max' | 'defaultRequest', { cpu: string }>[] }
      ).limits[0]!;
      const filled = await api.create(pod(namespace, RESTRICTED), { dryRun: true });
      assert.equal(resourcesOf(filled).requests.cpu, defaultRequest.cpu);
      const tooBig = { limits: { cpu: String(Number(max.cpu) + 1) } };
      await refuses(api, pod(namespace, RESTRICTED, [tooBig]), /maximum cpu usage per Container/);
      const many = Array.from({ length: Number(cpu) + 1 }, () => ({
        requests: { cpu: '1' },
        limits: { cpu: '1' },
      }));
      await refuses(api, pod(namespace, RESTRICTED, many), /exceeded quota: stage-quota/);
    }
  },
};

const RESTRICTED = {
  runAsNonRoot: true,
  runAsUser: 1000,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function pod(namespace: string, securityContext: object, resources: readonly object[] = [{}]): Live {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'e2e-probe', namespace },
    spec: {
      containers: resources.map((each, index) => ({
        name: `c${index}`,
        image: 'busybox:1',
        securityContext,
        resources: each,
      })),
    },
  };
}

function resourcesOf(object: Live): { requests: Record<string, string> } {
  return (object.spec as { containers: { resources: { requests: Record<string, string> } }[] }).containers[0]!
    .resources;
}

function isDone({ status }: Live): boolean {
  return ['Succeeded', 'Failed'].includes((status as { phase: string }).phase);
}

async function refuses(api: Api, object: Live, why: RegExp): Promise<void> {
  await assert.rejects(
    api.create(object, { dryRun: true }),
    (error) => error instanceof ApiError && error.status === 403 && why.test(error.message),
    `the API server was to refuse it: ${why.source}`,
  );
}
