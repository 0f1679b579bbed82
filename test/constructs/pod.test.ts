import { renderApp, renderAppWithNotes } from '../../src/constructs/render';
import { appOf, at, only, stageOf, web } from '../support/environment';

const stageWith = (values: object) => stageOf({ apps: { web: { ...web, ...values } } });
const podOf = (values: object) => {
  const stage = stageWith(values);
  return at(only(renderApp(stage, appOf(stage, 'web')), 'Deployment'), 'spec.template') as object;
};
const proxy = { image: 'ghcr.io/example/proxy:2.0.0', resources: web.resources };
const why = 'the image writes its pid file beside its binary';

describe('a pod', () => {
  test('is hardened in each of these fields', () => {
    const pod = podOf({});
    expect(at(pod, 'spec.securityContext')).toEqual({
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(pod, 'spec.automountServiceAccountToken')).toBe(false);
    expect(at(pod, 'spec.enableServiceLinks')).toBe(false);
    expect(at(pod, 'spec.serviceAccountName')).toBe('web');
  });

  test.each(['containers', 'initContainers'])('hardens each of its %s', (list) => {
    const pod = podOf({ sidecars: { proxy }, initContainers: { first: proxy } });
    const containers = at(pod, `spec.${list}`) as object[];
    expect(containers.length).toBe(list === 'containers' ? 1 : 2);
    for (const container of containers) {
      expect(container).toMatchObject({ imagePullPolicy: 'Always' });
      expect(at(container, 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(at(container, 'resources')).toEqual({
        requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '64Mi' },
        limits: { memory: '32Mi', 'ephemeral-storage': '512Mi' },
      });
    }
  });

  test.each([
    ['readOnlyRootFilesystem', { readOnlyRootFilesystem: false }],
    ['runAsNonRoot', { runAsNonRoot: false }],
    ['allowPrivilegeEscalation', { allowPrivilegeEscalation: true }],
    ['seccompProfile', { seccompProfile: { type: 'Unconfined' } }],
  ])('goes without %s only where a line says why', (field, expected) => {
    const pod = podOf({ unhardened: { [field]: why } });
    expect(at(pod, 'spec.containers.0.securityContext')).toMatchObject(expected);
  });

  test('keeps the capabilities of its image only where a line says why', () => {
    const pod = podOf({ unhardened: { dropAllCapabilities: why } });
    expect(at(pod, 'spec.containers.0.securityContext')).not.toHaveProperty('capabilities');
  });

  test('reports which hardening it goes without, container by container', () => {
    const stage = stageWith({
      unhardened: { readOnlyRootFilesystem: why },
      sidecars: { proxy: { ...proxy, unhardened: { runAsNonRoot: 'it binds port 53' } } },
    });
    expect(renderAppWithNotes(stage, appOf(stage, 'web')).hardening).toEqual([
      { object: 'Deployment web', container: 'web', field: 'readOnlyRootFilesystem', reason: why },
      { object: 'Deployment web', container: 'proxy', field: 'runAsNonRoot', reason: 'it binds port 53' },
    ]);
  });

  test('can write to /tmp, in each container to its own, unless a volume is there already', () => {
    const pod = podOf({ sidecars: { proxy } });
    expect(at(pod, 'spec.volumes')).toEqual([
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
      { name: 'tmp-proxy', emptyDir: { sizeLimit: '256Mi' } },
    ]);
    expect(at(pod, 'spec.initContainers.0.volumeMounts')).toEqual([{ name: 'tmp-proxy', mountPath: '/tmp' }]);
    const own = podOf({
      volumes: { tmp: { mountPath: '/tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } } },
    });
    expect(at(own, 'spec.volumes')).toEqual([
      { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ]);
  });

  test('has its variables sorted by name', () => {
    expect(at(podOf({ env: { ZONE: 'a', ALPHA: '' } }), 'spec.containers.0.env')).toEqual([
      { name: 'ALPHA', value: '' },
      { name: 'ZONE', value: 'a' },
    ]);
  });

  test('is spread over zones and nodes by its own selector', () => {
    const matchLabels = { 'app.kubernetes.io/instance': 'web', 'app.kubernetes.io/name': 'web' };
    const pod = podOf({ topologySpread: { zone: 'DoNotSchedule' } });
    expect(at(pod, 'spec.topologySpreadConstraints')).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels },
      },
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels },
      },
    ]);
    expect(at(pod, 'spec.affinity.podAntiAffinity')).not.toHaveProperty(
      'requiredDuringSchedulingIgnoredDuringExecution',
    );
  });

  test('runs a sidecar as plain container where Kubernetes has no other kind', () => {
    const stage = stageOf({
      cluster: { kubernetes: '1.28' },
      apps: { web: { ...web, sidecars: { proxy } } },
    });
    const spec = at(only(renderApp(stage, appOf(stage, 'web')), 'Deployment'), 'spec.template.spec');
    expect(at(spec, 'containers.1.name')).toBe('proxy');
    expect(spec).not.toHaveProperty('initContainers');
    expect(at(spec, 'containers.1')).not.toHaveProperty('restartPolicy');
  });

  test('mounts volumes by kind, read-only where nobody may write', () => {
    const pod = podOf({
      imagePullSecrets: ['registry'],
      sidecars: { proxy: { ...proxy, mounts: ['cache'] } },
      volumes: {
        cache: { mountPath: '/cache', emptyDir: {} },
        keys: { mountPath: '/keys', secret: 'web-keys' },
        shared: { mountPath: '/shared', existingClaim: 'shared' },
        rules: { mountPath: '/rules', configMap: 'rules' },
      },
    });
    expect(at(pod, 'spec.imagePullSecrets')).toEqual([{ name: 'registry' }]);
    expect(at(pod, 'spec.volumes')).toEqual([
      { name: 'cache', emptyDir: {} },
      { name: 'keys', secret: { secretName: 'web-keys', defaultMode: 0o440 } },
      { name: 'rules', configMap: { name: 'rules', defaultMode: 0o444 } },
      { name: 'shared', persistentVolumeClaim: { claimName: 'shared' } },
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
      { name: 'tmp-proxy', emptyDir: { sizeLimit: '256Mi' } },
    ]);
    expect(at(pod, 'spec.containers.0.volumeMounts')).toEqual([
      { name: 'cache', mountPath: '/cache' },
      { name: 'keys', mountPath: '/keys', readOnly: true },
      { name: 'rules', mountPath: '/rules', readOnly: true },
      { name: 'shared', mountPath: '/shared' },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
    expect(at(pod, 'spec.initContainers.0.volumeMounts')).toEqual([
      { name: 'cache', mountPath: '/cache' },
      { name: 'tmp-proxy', mountPath: '/tmp' },
    ]);
  });

  test('says which volumes there are when a sidecar mounts another', () => {
    const volumes = { cache: { mountPath: '/cache', emptyDir: {} } };
    expect(() => podOf({ volumes, sidecars: { proxy: { ...proxy, mounts: ['cach'] } } })).toThrow(
      'Did you mean "cache"?',
    );
  });
});

describe('config files', () => {
  const files = {
    '/etc/web/app.conf': 'a',
    '/etc/other/app.conf': 'b',
    '/etc/web/run.sh': { content: 'true', mode: '0555' },
  };

  test('are mounted one by one, under keys of their own, with their modes', () => {
    const stage = stageWith({ files });
    const objects = renderApp(stage, appOf(stage, 'web'));
    expect(at(only(objects, 'ConfigMap', 'web-config'), 'data')).toEqual({
      'etc-other-app.conf': 'b',
      'etc-web-app.conf': 'a',
      'run.sh': 'true',
    });
    const pod = at(only(objects, 'Deployment'), 'spec.template');
    expect(at(pod, 'spec.volumes.0.configMap')).toEqual({
      name: 'web-config',
      defaultMode: 0o444,
      items: [
        { key: 'etc-other-app.conf', path: 'etc-other-app.conf', mode: 0o444 },
        { key: 'etc-web-app.conf', path: 'etc-web-app.conf', mode: 0o444 },
        { key: 'run.sh', path: 'run.sh', mode: 0o555 },
      ],
    });
    expect((at(pod, 'spec.containers.0.volumeMounts') as object[]).slice(0, 3)).toEqual([
      { name: 'config', mountPath: '/etc/other/app.conf', subPath: 'etc-other-app.conf', readOnly: true },
      { name: 'config', mountPath: '/etc/web/app.conf', subPath: 'etc-web-app.conf', readOnly: true },
      { name: 'config', mountPath: '/etc/web/run.sh', subPath: 'run.sh', readOnly: true },
    ]);
  });

  test('roll the pods when their content changes, and only then', () => {
    const checksum = (values: object) => at(podOf({ files: values }), 'metadata.annotations');
    const annotation = checksum(files);
    expect(annotation).toEqual({ 'checksum/config': expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(checksum(Object.fromEntries(Object.entries(files).reverse()))).toEqual(annotation);
    expect(checksum({ ...files, '/etc/web/app.conf': 'A' })).not.toEqual(annotation);
    expect(checksum({ ...files, '/etc/web/run.sh': 'true' })).not.toEqual(annotation);
  });

  test('leave a volume alone that happens to have the same name', () => {
    const pod = podOf({ files, volumes: { config: { mountPath: '/cfg', emptyDir: {} } } });
    expect((at(pod, 'spec.volumes') as { name: string }[]).map(({ name }) => name)).toEqual([
      'config',
      'config-2',
      'tmp',
    ]);
  });
});
