import { renderApp, renderStageBase } from '../../../src/constructs/render';
import { checkStages } from '../../../src/manifests/checks';
import { podSecurityViolations } from '../../../src/manifests/checks/pod-security';
import { podTemplate } from '../../../src/manifests/checks/pods';
import { createValidator } from '../../../src/manifests/schema/validator';
import { CAPABILITIES } from '../../../src/model/cluster';
import type { KubeObject } from '../../../src/model/kube';
import type { RenderedStage } from '../../../src/model/rendered';
import { stageOf, web } from '../../support/environment';
import { withField } from '../objects';

// What the constructs render has to pass every check, whatever values are used.
const full = {
  ...web,
  env: { A: 'a' },
  files: { '/etc/web.conf': 'a' },
  probes: { readiness: { httpGet: { path: '/', port: 'http' } }, liveness: { tcpSocket: { port: 'http' } } },
  volumes: {
    scratch: { mountPath: '/scratch', emptyDir: {} },
    claim: { mountPath: '/claim', claim: { storage: '1Gi' } },
    key: { mountPath: '/key', secret: 'key' },
    shared: { mountPath: '/shared', existingClaim: 'shared' },
  },
  initContainers: { first: { resources: web.resources, mounts: ['scratch'] } },
  imagePullSecrets: ['registry'],
};
const scaled = {
  sidecars: { beside: { resources: web.resources } },
  autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 },
  disruptionBudget: { minAvailable: 1 },
};
const environment = stageOf({
  cluster: {
    kubernetes: '1.34',
    provides: [...CAPABILITIES],
    gateway: { name: 'public', namespace: 'gateways' },
    ingress: { className: 'nginx', namespace: 'ingress-nginx' },
    monitoring: { namespace: 'monitoring' },
  },
  apps: {
    front: {
      ...full,
      ...scaled,
      kind: 'service',
      ingress: { host: 'a.example', tls: { secretName: 'front-tls' } },
      route: { hostnames: ['a.example'] },
      network: { to: ['back', 'db'] },
    },
    back: { ...full, ...scaled, kind: 'service', network: { to: ['db'] } },
    elsewhere: { ...web, kind: 'service', namespace: 'shop-other', network: { to: ['front'] } },
    worker: { ...full, kind: 'worker', network: { to: ['back'] } },
    db: {
      ...full,
      kind: 'stateful',
      volumes: { ...full.volumes, data: { mountPath: '/data', claimTemplate: { storage: '1Gi' } } },
    },
    migrate: { ...full, kind: 'job', network: { to: ['db'] } },
    backup: { ...full, kind: 'cronjob', schedule: '0 3 * * *', network: { to: ['db'] } },
  },
});

const at = { file: 'environments/dev.yaml' };
const rendered: RenderedStage = {
  name: environment.name,
  cluster: environment.cluster,
  namespaces: environment.namespaces,
  podSecurity: environment.values.podSecurity,
  existing: ['Secret/key', 'Secret/registry', 'Secret/front-tls', 'PersistentVolumeClaim/shared'],
  acknowledged: [],
  at,
  files: [
    { path: 'dev/stage.yaml', source: 'environments/dev.yaml', at, objects: renderStageBase(environment) },
    ...environment.apps.map((app) => ({
      path: `dev/${app.name}.yaml`,
      source: `environments/dev.yaml, apps.${app.name}`,
      at,
      objects: renderApp(environment, app),
    })),
  ],
};
const { scope } = createValidator('1.34');
const workloads = rendered.files
  .flatMap((file) => file.objects)
  .filter((object) => podTemplate(object) !== undefined);

test('every kind of app passes every check', () => {
  expect(checkStages([rendered], scope)).toEqual([]);
});

test('each of them is needed: what is not listed as existing is missed', () => {
  const problems = checkStages([{ ...rendered, existing: [] }], scope);
  expect(new Set(problems.map((p) => /"([^"]+)" names no/.exec(p.cause)?.[1]))).toEqual(
    new Set(['key', 'registry', 'front-tls', 'shared']),
  );
});

test('without anything that the cluster provides, each feature is missed', () => {
  const bare = { ...rendered, cluster: { ...rendered.cluster, provides: [] } };
  const needs = checkStages([bare], scope).map((p) => /needs ([a-z-]+),/.exec(p.cause)?.[1]);
  expect([...new Set(needs)].sort()).toEqual([
    'gateway-api',
    'ingress',
    'metrics-server',
    'network-policy',
    'persistent-volumes',
  ]);
});

describe('with any one hardening field removed, Pod Security restricted refuses', () => {
  test.each(workloads.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    '%s',
    (_, object) => {
      const template = podTemplate(object)!;
      const base = template.path.split('.');
      const violations = (changed: KubeObject): number =>
        podSecurityViolations(podTemplate(changed)!, 'restricted', '1.34').length;
      const remove = (...paths: (string | number)[][]): KubeObject =>
        paths.reduce((changed, path) => withField(changed, [...base, ...path], undefined), object);
      const containers = (['initContainers', 'containers'] as const).flatMap((list) =>
        template.containers
          .filter((c) => c.list === list)
          .map((_container, index) => [list, index, 'securityContext']),
      );
      expect(violations(object)).toBe(0);
      for (const container of containers) {
        expect(violations(remove([...container, 'allowPrivilegeEscalation']))).toBe(1);
        expect(violations(remove([...container, 'capabilities', 'drop']))).toBe(1);
      }
      // The pod, or each container, may say these two.
      for (const field of ['runAsNonRoot', 'seccompProfile']) {
        const everywhere = [['securityContext'], ...containers].map((context) => [...context, field]);
        expect(violations(remove(...everywhere))).toBe(containers.length);
      }
    },
  );
});
