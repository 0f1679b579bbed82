import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane';
import type { Supervisor } from './supervisor';
import type { ToolFolders } from './tools';
import { freePorts, until } from './wait';

const NODES = ['a', 'b', 'c'];

/**
 * kwok in the place of kubelets: nodes are Ready, pods run, the pods of Jobs succeed. No container is started; a
 * pod whose container is told to run `false` fails, as it would.
 */
export async function startNodes(
  folder: string,
  tools: ToolFolders,
  supervisor: Supervisor,
  { api, kubeconfig }: ControlPlane,
): Promise<void> {
  const { kwok } = await freePorts(['kwok']);
  const failing = join(folder, 'pod-fail.yaml');
  writeFileSync(failing, JSON.stringify(podFail));
  const stages = ['node-initialize', 'pod-ready', 'pod-complete', 'pod-delete'].map((stage) =>
    join(tools.kwok!, `${stage}.yaml`),
  );
  supervisor.start({
    name: 'kwok',
    command: join(tools.kwok!, 'kwok'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--manage-all-nodes=true',
      `--server-address=127.0.0.1:${kwok}`,
      '--node-lease-duration-seconds=40',
      ...[...stages, failing].map((stage) => `--config=${stage}`),
    ],
    env: { HOME: folder },
  });
  for (const name of NODES) await api.apply(node(name));
  await until(
    'the nodes to be Ready and without a taint',
    async () => {
      const nodes = await api.list('v1', 'Node');
      return nodes.every((each) => {
        const { taints } = each.spec as { taints?: unknown[] };
        const { conditions } = each.status as { conditions?: { type: string; status: string }[] };
        return (
          !taints?.length && conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
        );
      });
    },
    { guard: () => supervisor.assertAlive() },
  );
}

function node(name: string): object {
  const size = { cpu: '32', memory: '256Gi', pods: '500', 'ephemeral-storage': '500Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${name}`,
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': `node-${name}`,
        'topology.kubernetes.io/zone': `zone-${name}`,
        'node-role.kubernetes.io/agent': '',
      },
    },
    status: { allocatable: size, capacity: size },
  };
}

/** Comes before pod-ready, whose weight is 0, for pods whose first container is told to run `false`. */
const podFail = {
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name: 'pod-fail' },
  spec: {
    weight: 100,
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: {
      matchExpressions: [
        { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Pending', 'Running'] },
        { key: '.spec.containers.[0].command.[0]', operator: 'In', values: ['false', '/bin/false'] },
      ],
    },
    next: {
      statusTemplate: [
        '{{ $now := Now }}',
        'phase: Failed',
        'containerStatuses:',
        '{{ range .spec.containers }}',
        '- name: {{ .name | Quote }}',
        '  image: {{ .image | Quote }}',
        '  ready: false',
        '  restartCount: 0',
        '  state:',
        '    terminated:',
        '      exitCode: 1',
        '      reason: Error',
        '      startedAt: {{ $now | Quote }}',
        '      finishedAt: {{ $now | Quote }}',
        '{{ end }}',
      ].join('\n'),
    },
  },
};
