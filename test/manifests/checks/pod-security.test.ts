import { podSecurityViolations, type PodSecurityLevel } from '../../../src/manifests/checks/pod-security';
import { podTemplate } from '../../../src/manifests/checks/pods';
import { KUBERNETES_VERSIONS, type KubernetesVersion } from '../../../src/model/cluster';
import type { KubeObject } from '../../../src/model/kube';
import { causes, deployment, findings, object, podSpec, withField } from '../objects';

type Path = (string | number)[];
const good = (): KubeObject => object('v1', 'Pod', 'p', { spec: podSpec() });
const fieldsOf = (pod: KubeObject, level: PodSecurityLevel, version: KubernetesVersion = '1.34'): string[] =>
  podSecurityViolations(podTemplate(pod)!, level, version).map((violation) => violation.field);
const both = (pod: KubeObject, version?: KubernetesVersion): string[][] => [
  fieldsOf(pod, 'baseline', version),
  fieldsOf(pod, 'restricted', version),
];
const container: Path = ['spec', 'containers', 0, 'securityContext'];

test.each(KUBERNETES_VERSIONS)('a hardened pod passes both levels on Kubernetes %s', (version) => {
  expect(both(good(), version)).toEqual([[], []]);
});

describe('each hardening field is needed for restricted', () => {
  test.each([
    [['spec', 'securityContext', 'runAsNonRoot'], 'spec.containers[web].securityContext.runAsNonRoot'],
    [
      ['spec', 'securityContext', 'seccompProfile'],
      'spec.containers[web].securityContext.seccompProfile.type',
    ],
    [['spec', 'securityContext', 'seccompProfile', 'type'], 'spec.securityContext.seccompProfile.type'],
    [
      [...container, 'allowPrivilegeEscalation'],
      'spec.containers[web].securityContext.allowPrivilegeEscalation',
    ],
    [[...container, 'capabilities'], 'spec.containers[web].securityContext.capabilities.drop'],
    [[...container, 'capabilities', 'drop'], 'spec.containers[web].securityContext.capabilities.drop'],
  ] as [Path, string][])('%j', (path, field) => {
    const [baseline, restricted] = both(withField(good(), path, undefined));
    expect(restricted).toContain(field);
    expect(baseline).toEqual(field.startsWith('spec.securityContext') ? [field] : []);
  });

  test('removing the whole security context of the pod or of the container is found field by field', () => {
    expect(fieldsOf(withField(good(), ['spec', 'securityContext'], undefined), 'restricted')).toHaveLength(2);
    expect(fieldsOf(withField(good(), container, undefined), 'restricted')).toHaveLength(2);
  });

  test('a container may say for itself what the pod does not', () => {
    const own = { runAsNonRoot: true, seccompProfile: { type: 'Localhost', localhostProfile: 'x' } };
    const pod = withField(good(), ['spec', 'securityContext'], undefined);
    const context = (pod.spec as { containers: { securityContext: object }[] }).containers[0]!
      .securityContext;
    expect(fieldsOf(withField(pod, container, { ...context, ...own }), 'restricted')).toEqual([]);
  });

  test('a false of the pod is refused, whatever its containers say', () => {
    const pod = withField(good(), ['spec', 'securityContext', 'runAsNonRoot'], false);
    expect(fieldsOf(withField(pod, [...container, 'runAsNonRoot'], true), 'restricted')).toEqual([
      'spec.securityContext.runAsNonRoot',
    ]);
  });
});

describe('what restricted alone refuses', () => {
  test.each([
    [['spec', 'securityContext', 'runAsUser'], 0],
    [[...container, 'runAsUser'], 0],
    [[...container, 'runAsNonRoot'], false],
    [[...container, 'allowPrivilegeEscalation'], true],
    [[...container, 'capabilities', 'add'], ['CHOWN']],
    [['spec', 'volumes'], [{ name: 'v', nfs: { server: 's', path: '/' } }]],
  ] as [Path, unknown][])('%j = %j', (path, value) => {
    const [baseline, restricted] = both(withField(good(), path, value));
    expect(baseline).toEqual([]);
    expect(restricted).toHaveLength(1);
  });
});

describe('what both refuse', () => {
  test.each([
    [['spec', 'hostNetwork'], true],
    [['spec', 'hostPID'], true],
    [['spec', 'hostIPC'], true],
    [['spec', 'securityContext', 'windowsOptions'], { hostProcess: true }],
    [[...container, 'windowsOptions'], { hostProcess: true }],
    [[...container, 'privileged'], true],
    [[...container, 'capabilities', 'add'], ['SYS_ADMIN']],
    [[...container, 'capabilities', 'add'], ['net_bind_service']],
    [[...container, 'procMount'], 'Unmasked'],
    [[...container, 'seccompProfile'], { type: 'Unconfined' }],
    [[...container, 'appArmorProfile'], { type: 'Unconfined' }],
    [['spec', 'securityContext', 'appArmorProfile'], {}],
    [[...container, 'seLinuxOptions'], { type: 'spc_t' }],
    [[...container, 'seLinuxOptions'], { user: 'u' }],
    [['spec', 'securityContext', 'seLinuxOptions'], { role: 'r' }],
    [['spec', 'securityContext', 'sysctls'], [{ name: 'kernel.msgmax', value: '1' }]],
    [['spec', 'containers', 0, 'ports', 0, 'hostPort'], 80],
    [['spec', 'volumes'], [{ name: 'v', hostPath: { path: '/' } }]],
    [['spec', 'containers', 0, 'livenessProbe'], { httpGet: { port: 80, host: '10.0.0.1' } }],
    [['spec', 'containers', 0, 'lifecycle'], { preStop: { tcpSocket: { port: 80, host: 'x' } } }],
    [['metadata', 'annotations'], { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' }],
  ] as [Path, unknown][])('%j = %j', (path, value) => {
    expect(both(withField(good(), path, value)).map((fields) => fields.length)).toEqual([1, 1]);
  });
});

describe('what both let in', () => {
  test.each([
    [[...container, 'capabilities', 'add'], ['NET_BIND_SERVICE']],
    [['spec', 'hostNetwork'], false],
    [[...container, 'procMount'], 'Default'],
    [[...container, 'appArmorProfile'], { type: 'RuntimeDefault' }],
    [['spec', 'securityContext', 'seLinuxOptions'], { type: 'container_init_t' }],
    [['spec', 'securityContext', 'sysctls'], [{ name: 'net.ipv4.tcp_syncookies', value: '1' }]],
    [['spec', 'containers', 0, 'ports', 0, 'hostPort'], 0],
    [
      ['spec', 'volumes'],
      [{ name: 'a', emptyDir: {} }, { name: 'b', csi: { driver: 'd' } }, { name: 'c' }],
    ],
    [['metadata', 'annotations'], { 'container.apparmor.security.beta.kubernetes.io/web': 'localhost/p' }],
  ] as [Path, unknown][])('%j = %j', (path, value) => {
    expect(both(withField(good(), path, value))).toEqual([[], []]);
  });

  test('a Windows pod needs no Linux fields', () => {
    const pod = withField(withField(good(), ['spec', 'os'], { name: 'windows' }), container, undefined);
    expect(both(withField(pod, ['spec', 'securityContext', 'seccompProfile'], undefined))).toEqual([[], []]);
  });
});

describe('what depends on the version of the cluster', () => {
  const changed = (path: Path, value: unknown, level: PodSecurityLevel) => (version: KubernetesVersion) =>
    fieldsOf(withField(withField(good(), path, value), ['spec', 'hostUsers'], false), level, version).length;

  test.each([
    [
      'a sysctl safe from 1.29',
      ['spec', 'securityContext', 'sysctls'],
      [{ name: 'net.ipv4.tcp_fin_timeout' }],
      'baseline',
      '1.28',
      '1.29',
    ],
    [
      'a sysctl safe from 1.32',
      ['spec', 'securityContext', 'sysctls'],
      [{ name: 'net.ipv4.tcp_rmem' }],
      'baseline',
      '1.31',
      '1.32',
    ],
    [
      'an SELinux type allowed from 1.31',
      [...container, 'seLinuxOptions'],
      { type: 'container_engine_t' },
      'baseline',
      '1.30',
      '1.31',
    ],
    [
      'a probe of another host, refused from 1.34',
      ['spec', 'containers', 0, 'livenessProbe'],
      { httpGet: { host: 'x' } },
      'baseline',
      '1.34',
      '1.33',
    ],
    [
      'root in a user namespace, allowed from 1.35',
      [...container, 'runAsUser'],
      0,
      'restricted',
      '1.34',
      '1.35',
    ],
    [
      'runAsNonRoot in a user namespace, allowed from 1.35',
      [...container, 'runAsNonRoot'],
      false,
      'restricted',
      '1.34',
      '1.35',
    ],
    [
      'procMount in a user namespace, allowed by baseline from 1.35',
      [...container, 'procMount'],
      'Unmasked',
      'baseline',
      '1.34',
      '1.35',
    ],
  ] as [string, Path, unknown, PodSecurityLevel, KubernetesVersion, KubernetesVersion][])(
    '%s',
    (_, path, value, level, refusing, admitting) => {
      expect(changed(path, value, level)(refusing)).toBe(1);
      expect(changed(path, value, level)(admitting)).toBe(0);
    },
  );

  test('procMount in a user namespace stays refused by restricted', () => {
    expect(changed([...container, 'procMount'], 'Unmasked', 'restricted')('1.35')).toBe(1);
  });
});

describe('as a rule', () => {
  const bare = { name: 'side', image: 'a:1' };
  const spec = podSpec({}, { initContainers: [bare], ephemeralContainers: [bare] });

  test('it names the field, the container and the level, for every sort of container', () => {
    const found = causes('pod-security', [deployment('web', spec)]);
    expect(found).toEqual(
      ['allowPrivilegeEscalation must be false', 'capabilities.drop must contain "ALL"'].flatMap((says) =>
        ['initContainers', 'ephemeralContainers'].map(
          (list) => `Deployment shop/web: spec.template.spec.${list}[side].securityContext.${says}`,
        ),
      ),
    );
    expect(findings('pod-security', [deployment('web', spec)])[0]!.consequence).toContain('"restricted"');
  });

  test('it looks at the level of the stage', () => {
    expect(causes('pod-security', [deployment('web', spec)], { podSecurity: 'baseline' })).toEqual([]);
    const privileged = podSpec({ securityContext: { privileged: true } });
    expect(causes('pod-security', [deployment('web', privileged)], { podSecurity: 'baseline' })).toHaveLength(
      1,
    );
    expect(causes('pod-security', [deployment('web', privileged)], { podSecurity: 'privileged' })).toEqual(
      [],
    );
  });

  test.each([
    ['apps/v1', 'DaemonSet', (template: object) => ({ template })],
    ['apps/v1', 'StatefulSet', (template: object) => ({ template })],
    ['batch/v1', 'Job', (template: object) => ({ template })],
    ['batch/v1', 'CronJob', (template: object) => ({ jobTemplate: { spec: { template } } })],
    ['argoproj.io/v1alpha1', 'Rollout', (template: object) => ({ template })],
  ])('it finds the pods of a %s %s', (apiVersion, kind, wrap) => {
    const template = {
      spec: podSpec({
        securityContext: {
          privileged: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      }),
    };
    expect(causes('pod-security', [object(apiVersion, kind, 'x', { spec: wrap(template) })])).toEqual([
      expect.stringMatching(
        /template\.spec\.containers\[web\]\.securityContext\.privileged must not be true$/,
      ),
    ]);
  });
});
