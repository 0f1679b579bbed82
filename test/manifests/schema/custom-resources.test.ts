import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createValidator } from '../../../src/manifests/schema/validator';
import { crdDefinitions, crdIndex, kubernetesSchemas } from '../../../src/manifests/schema/store';
import { type Capability, CAPABILITIES, KUBERNETES_VERSIONS } from '../../../src/model/cluster';
import type { KubeObject } from '../../../src/model/kube';

const object = (apiVersion: string, kind: string, spec: unknown): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'y' },
  spec,
});

const route = (rule: object): KubeObject =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
    hostnames: ['podinfo.example.com'],
    rules: [{ backendRefs: [{ name: 'frontend', port: 9898 }], ...rule }],
  });

describe('kinds of the projects under third_party/crds', () => {
  test.each<[Capability, KubeObject]>([
    [
      'argo-cd',
      object('argoproj.io/v1alpha1', 'Application', {
        project: 'podinfo-dev',
        source: { repoURL: 'https://git.example.com/r.git', path: 'dist/dev', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'podinfo-dev' },
      }),
    ],
    [
      'argo-rollouts',
      object('argoproj.io/v1alpha1', 'Rollout', {
        strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }, { pause: { duration: '1h' } }] } },
        selector: { matchLabels: { app: 'x' } },
        template: {
          metadata: { labels: { app: 'x' } },
          spec: { containers: [{ name: 'x', image: 'x:1', resources: { limits: { cpu: '1' } } }] },
        },
      }),
    ],
    [
      'cert-manager',
      object('cert-manager.io/v1', 'Certificate', {
        secretName: 'x-tls',
        dnsNames: ['x.example.com'],
        issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' },
      }),
    ],
    [
      'external-secrets',
      object('external-secrets.io/v1', 'ExternalSecret', {
        secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
        data: [{ secretKey: 'password', remoteRef: { key: 'podinfo/db', property: 'password' } }],
      }),
    ],
    [
      'flux',
      object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
        interval: '10m',
        prune: true,
        sourceRef: { kind: 'GitRepository', name: 'repo' },
        path: './dist/dev',
      }),
    ],
    ['gateway-api', route({})],
    [
      'keda',
      object('keda.sh/v1alpha1', 'ScaledObject', {
        scaleTargetRef: { name: 'x' },
        triggers: [{ type: 'cron', metadata: { timezone: 'UTC', start: '0 6 * * *', end: '0 20 * * *' } }],
      }),
    ],
    [
      'kyverno',
      object('kyverno.io/v1', 'Policy', {
        rules: [
          {
            name: 'team',
            match: { any: [{ resources: { kinds: ['Pod'] } }] },
            validate: { failureAction: 'Audit', pattern: { metadata: { labels: { team: '?*' } } } },
          },
        ],
      }),
    ],
    [
      'prometheus-operator',
      object('monitoring.coreos.com/v1', 'ServiceMonitor', {
        selector: { matchLabels: { app: 'x' } },
        endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
      }),
    ],
    [
      'sealed-secrets',
      object('bitnami.com/v1alpha1', 'SealedSecret', { encryptedData: { password: 'AgBy8' } }),
    ],
  ])('%s: an ordinary object passes on every version, a misspelt field does not', (project, valid) => {
    for (const version of KUBERNETES_VERSIONS) {
      const validator = createValidator(version);
      expect(validator.validate(valid)).toEqual([]);
      expect(validator.provider(valid.apiVersion, valid.kind)).toBe(project);
      expect(validator.scope(valid.apiVersion, valid.kind)).toBe('Namespaced');
    }
    const misspelt = { ...valid, spek: {} };
    expect(createValidator('1.36').validate(misspelt)).toMatchObject([
      { code: 'unknown-field', path: '/spek', nearest: 'spec' },
    ]);
  });

  test('values, bounds and patterns are checked', () => {
    const validator = createValidator('1.36');
    const paths = (rule: object): string[] => validator.validate(route(rule)).map((p) => p.path);
    expect(paths({ backendRefs: [{ name: 'x', port: 0 }] })).toEqual(['/spec/rules/0/backendRefs/0/port']);
    expect(paths({ backendRef: [] })).toEqual(['/spec/rules/0/backendRef']);
    expect(paths({ matches: [{ path: { type: 'Prefix', value: '/' } }] })).toContain(
      '/spec/rules/0/matches/0/path/type',
    );
    expect(paths({ filters: [{ type: 'URLRewrite' }] })).toEqual([]);
    expect(paths({ timeouts: { request: '5 minutes' } })).toEqual(['/spec/rules/0/timeouts/request']);
  });

  test('a field that takes one of several forms takes only one', () => {
    const issuer = (solver: object): KubeObject =>
      object('external-secrets.io/v1', 'SecretStore', { provider: solver });
    const fake = { fake: { data: [{ key: 'a', value: 'b' }] } };
    const validator = createValidator('1.36');
    expect(validator.validate(issuer(fake))).toEqual([]);
    expect(validator.validate(issuer({ ...fake, kubernetes: {} }))).not.toEqual([]);
  });

  test('metadata is checked as strictly as for other kinds', () => {
    const valid = route({});
    const wrong = { ...valid, metadata: { ...valid.metadata, anotations: { a: 'b' }, labels: { a: 1 } } };
    expect(createValidator('1.28').validate(wrong as unknown as KubeObject)).toMatchObject([
      { path: '/metadata/anotations', nearest: 'annotations' },
      { path: '/metadata/labels/a', expected: 'string' },
    ]);
  });
});

describe('kinds that a CustomResourceDefinition of the input brings', () => {
  const crd = (spec: object): KubeObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'backups.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { kind: 'Backup', plural: 'backups' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...spec } } },
        { name: 'v1beta1', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  const places = { bucket: { type: 'string' }, disk: { type: 'string' } };
  const schema = {
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        required: ['schedule', 'kept'],
        properties: {
          schedule: { type: 'string', pattern: '^\\S+( \\S+){4}$' },
          kept: { type: 'integer', default: 3, minimum: 1, maximum: 30 },
          target: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          note: { type: 'string', nullable: true },
          on: {
            oneOf: [{ required: ['bucket'] }, { required: ['disk'] }],
            type: 'object',
            properties: places,
          },
        },
      },
    },
  };
  const validator = createValidator('1.34', [crd(schema)]);
  const backup = (spec: object): KubeObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Backup',
    metadata: { name: 'x' },
    spec: { schedule: '0 3 * * *', ...spec },
  });

  test('is known by scope and provider, in the versions that are served', () => {
    expect(validator.scope('example.com/v1', 'Backup')).toBe('Cluster');
    expect(validator.provider('example.com/v1', 'Backup')).toBe('crd-in-input');
    expect(validator.scope('example.com/v1beta1', 'Backup')).toBeUndefined();
    expect(createValidator('1.34').scope('example.com/v1', 'Backup')).toBeUndefined();
  });

  test('is checked by its schema', () => {
    expect(validator.validate(backup({ target: { anything: [1] }, note: null, on: { disk: 'a' } }))).toEqual(
      [],
    );
    const paths = (spec: object): string[] => validator.validate(backup(spec)).map((p) => p.path);
    expect(paths({ schedule: 'daily' })).toEqual(['/spec/schedule']);
    expect(paths({ kept: 31 })).toEqual(['/spec/kept']);
    expect(paths({ kept: null })).toEqual(['/spec/kept']);
    expect(paths({ keep: 3 })).toEqual(['/spec/keep']);
    expect(paths({ on: { disk: 'a', bucket: 'b' } })).toEqual(['/spec/on']);
  });

  test('wins over a kind of the same name that ships with the program', () => {
    const own = crd({ 'x-kubernetes-preserve-unknown-fields': true });
    const spec = own.spec as Record<string, unknown>;
    const mine = { ...own, spec: { ...spec, group: 'argoproj.io', names: { kind: 'AppProject' } } };
    expect(createValidator('1.34', [mine]).provider('argoproj.io/v1', 'AppProject')).toBe('crd-in-input');
  });

  test('may be malformed: its own check says so, and nothing throws', () => {
    const bad = { ...crd({}), spec: { group: 3, versions: [null, { served: true }], names: [] } };
    const found = createValidator('1.34', [bad as unknown as KubeObject]).validate(
      bad as unknown as KubeObject,
    );
    expect(found.map((p) => p.path)).toContain('/spec/group');
  });
});

describe('the files under third_party', () => {
  const refs = (node: unknown): string[] => {
    const text = JSON.stringify(node);
    return [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string);
  };

  test.each(KUBERNETES_VERSIONS)('every reference within Kubernetes %s resolves', (version) => {
    const { version: patch, kinds, definitions } = kubernetesSchemas(version);
    expect(patch.startsWith(`v${version}.`)).toBe(true);
    const missing = [...refs(definitions), ...Object.values(kinds).map((k) => k.schema)].filter(
      (name) => !Object.hasOwn(definitions, name),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(kinds).length).toBeGreaterThan(60);
  });

  test('every custom resource in the index has its schema, and belongs to a capability', () => {
    for (const [key, { project }] of Object.entries(crdIndex())) {
      expect(CAPABILITIES).toContain(project);
      const definitions = crdDefinitions(project);
      expect(Object.keys(definitions)).toContain(key);
      expect(refs(definitions).filter((name) => !Object.hasOwn(definitions, name))).toEqual([]);
    }
  });

  test('there is no file that no version and no project needs', () => {
    const folder = join(__dirname, '../../../third_party');
    const gz = (name: string): string[] =>
      readdirSync(join(folder, name)).flatMap((file) => (file.endsWith('.json.gz') ? file.slice(0, -8) : []));
    expect(gz('kubernetes').sort()).toEqual([...KUBERNETES_VERSIONS]);
    expect(gz('crds').sort()).toEqual([...new Set(Object.values(crdIndex()).map((k) => k.project))].sort());
  });
});
