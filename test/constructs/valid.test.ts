import { renderApp, renderStageBase } from '../../src/constructs/render';
import { createValidator } from '../../src/manifests/schema/validator';
import { KUBERNETES_VERSIONS } from '../../src/model/cluster';
import { stageOf, web } from '../support/environment';

// Every value that a construct knows, so that every field it may emit is held against the schema.
const probe = {
  periodSeconds: 5,
  initialDelaySeconds: 1,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 4,
};
const everything = {
  ...web,
  command: ['/bin/web'],
  args: ['--all'],
  env: { A: 'a' },
  files: { '/etc/web.conf': 'a', '/bin/run': { content: 'b', mode: '0555' } },
  ports: {
    http: { containerPort: 8080, servicePort: 80, appProtocol: 'http' },
    dns: { containerPort: 5353, servicePort: 53, protocol: 'UDP' },
  },
  probes: {
    startup: { ...probe, exec: { command: ['true'] } },
    readiness: { ...probe, httpGet: { path: '/', port: 8080, scheme: 'HTTPS' } },
    liveness: { ...probe, grpc: { port: 8080, service: 'web' } },
  },
  volumes: {
    a: { mountPath: '/a', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    b: { mountPath: '/b', claim: { storage: '1Gi', storageClassName: 'fast' }, subPath: 'b', readOnly: true },
    c: { mountPath: '/c', secret: 'c' },
    d: { mountPath: '/d', configMap: 'd' },
    e: { mountPath: '/e', existingClaim: 'e' },
  },
  initContainers: { first: { resources: web.resources, mounts: ['a'] } },
  imagePullSecrets: ['registry'],
  podAnnotations: { a: 'b' },
  podLabels: { c: 'd' },
  preStop: { httpGet: { path: '/stop', port: 'http' } },
  scheduling: { nodeSelector: { disk: 'fast' }, priorityClassName: 'high' },
  unhardened: { dropAllCapabilities: 'it binds port 53', seccompProfile: 'it traces' },
};
const scaled = {
  sidecars: { beside: { resources: web.resources, probes: { liveness: { tcpSocket: { port: 1 } } } } },
  autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80, memoryUtilization: 80 },
  disruptionBudget: { minAvailable: 1 },
};
const job = everything;

const stageAt = (kubernetes: (typeof KUBERNETES_VERSIONS)[number]) => {
  const sleeps = kubernetes >= '1.30' ? { preStop: { sleepSeconds: 1 } } : {};
  return stageOf({
    cluster: {
      kubernetes,
      gateway: { name: 'public', namespace: 'gateways' },
      ingress: { className: 'nginx', namespace: 'ingress-nginx' },
    },
    values: { resourceQuota: { pods: 1 }, limitRange: { default: { cpu: '1' }, max: { memory: '1Gi' } } },
    apps: {
      service: {
        ...everything,
        ...scaled,
        ...sleeps,
        kind: 'service',
        ingress: { host: 'a.example', tls: { secretName: 'tls' } },
        route: { hostnames: ['a.example'] },
        network: { to: ['worker'], toCidrs: [{ cidr: '192.0.2.0/24', ports: [443] }] },
      },
      worker: { ...everything, ...scaled, kind: 'worker', rollout: { maxSurge: 1, minReadySeconds: 1 } },
      stateful: {
        ...everything,
        ...scaled,
        ...sleeps,
        kind: 'stateful',
        volumes: { ...everything.volumes, data: { mountPath: '/data', claimTemplate: { storage: '1Gi' } } },
      },
      job: { ...job, ...sleeps, kind: 'job', activeDeadlineSeconds: 60 },
      cronjob: { ...job, ...sleeps, kind: 'cronjob', schedule: '* * * * *', ttlSecondsAfterFinished: 1 },
    },
  });
};

test.each(KUBERNETES_VERSIONS)('every kind of app is valid on Kubernetes %s', (version) => {
  const stage = stageAt(version);
  const validator = createValidator(version);
  const objects = [...renderStageBase(stage), ...stage.apps.flatMap((app) => renderApp(stage, app))];
  expect(new Set(objects.map((object) => object.kind)).size).toBe(16);
  for (const object of objects) {
    expect({ object: object.metadata.name, problems: validator.validate(object) }).toEqual({
      object: object.metadata.name,
      problems: [],
    });
  }
});
