import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { helm } from '../../bench/measure';
import type { Live } from '../harness/api';
import { run } from '../harness/run-command';
import { NotRun, type Scenario } from '../harness/scenario';
import { parseObjects } from '../harness/workspace';
import { inProfile, plan } from './pulumi';
import { NAMES } from './sample';

/** ConfigMaps that come from src/delivery, and Secrets that hold what the stack is given. */
const OURS = [
  'argocd-cm',
  'argocd-cmd-params-cm',
  'argocd-notifications-cm',
  'argocd-notifications-secret',
  'argocd-rbac-cm',
];

/** Beside Argo CD's own, where each Deployment has a selector that cannot change. */
const NAMESPACE = 'argocd-chart';

/** The official chart, with the values that the stack gives it, by the Helm that reads it. */
export const chartScenario: Scenario = {
  name: 'the official chart with the values of each profile creates what the manifest does, and no settings',
  needs: [NAMES.bootstrap],
  async run(context) {
    const { STAGELINE_ARGO_CHART: given } = process.env;
    if (!given) throw new NotRun('STAGELINE_ARGO_CHART names no folder with the chart argo-cd');
    const chart = resolve(given);
    const { version } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as { version: string };
    const { api, plane } = context.cluster;
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    for (const profile of ['minimal', 'standard', 'ha'] as const) {
      const values = await inProfile(context, profile, async () => {
        const json = await plan(context, { installer: 'helm', chart: { version, path: chart } }, 'json');
        const { resources } = JSON.parse(json) as {
          resources: { type: string; inputs: { values: object } }[];
        };
        return resources.find(({ type }) => type.endsWith(':Release'))!.inputs.values;
      });
      const args = ['template', 'argocd', chart, '--namespace', NAMESPACE, '--include-crds'];
      const text = await run(helm(), [...args, '--kube-version', '1.36.3', '--values', '-'], {
        input: JSON.stringify(values),
        env: { HOME: dirname(plane.kubeconfig) },
      });
      const objects = parseObjects(text);
      check(profile, objects);
      await Promise.all(objects.map((object) => api.dryRun(object)));
    }
  },
};

function check(profile: 'minimal' | 'standard' | 'ha', objects: readonly Live[]): void {
  const of = (...kinds: string[]): Live[] => objects.filter(({ kind }) => kinds.includes(kind));
  const twice = objects
    .filter(({ metadata }) => OURS.includes(metadata.name))
    .map(({ metadata }) => metadata.name);
  assert.deepEqual(twice, [], 'the chart creates settings of this program');
  const definitions = of('CustomResourceDefinition');
  assert.equal(definitions.length, 3);
  for (const { metadata } of definitions)
    assert.equal(
      metadata.annotations?.['helm.sh/resource-policy'],
      'keep',
      `${metadata.name} goes with the release`,
    );
  for (const { metadata, data, stringData } of of('Secret'))
    assert.deepEqual([data, stringData], [undefined, undefined], `${metadata.name} has values`);

  const replicas = Object.fromEntries(
    of('Deployment', 'StatefulSet').map(({ metadata, spec }) => [
      metadata.name.replace('argocd-', ''),
      (spec as { replicas?: number }).replicas ?? 1,
    ]),
  );
  const several = profile === 'ha' ? 2 : 1;
  const expected = {
    'application-controller': 1,
    'applicationset-controller': profile === 'minimal' ? 0 : several,
    ...(profile === 'minimal' ? {} : { 'dex-server': 1, 'notifications-controller': 1 }),
    ...(profile === 'ha' ? { 'redis-ha-haproxy': 3, 'redis-ha-server': 3 } : { redis: 1 }),
    'repo-server': several,
    server: several,
  };
  assert.deepEqual(replicas, expected, profile);
}
