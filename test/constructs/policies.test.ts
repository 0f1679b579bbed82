import { renderApp, renderStageBase } from '../../src/constructs';
import { checkStages } from '../../src/manifests/checks';
import { createValidator } from '../../src/manifests/schema/validator';
import { clusterSchema } from '../../src/model/cluster';
import type { Environment } from '../../src/model/environment';
import { policies } from '../../src/model/supply-chain';
import { appOf, at, only, stageOf, web } from '../support/environment';

const key = ['-----BEGIN PUBLIC', 'KEY-----\nAAAA\n-----END PUBLIC', 'KEY-----\n'].join(' ');
const policiesIn = (values: object): ReturnType<typeof renderStageBase> =>
  renderStageBase(stageOf({ values: values as Record<string, unknown> })).filter(
    ({ apiVersion }) => apiVersion === 'policies.kyverno.io/v1',
  );

test('a stage gets the policies that it asks for, in its own namespaces, valid by Kyverno’s definitions', () => {
  const found = policiesIn({
    images: { requireDigest: true, registries: ['ghcr.io/example'] },
    policies: {
      mode: 'enforce',
      probes: true,
      exempt: { legacy: 'rewritten this quarter' },
      verifyImages: [
        { images: ['ghcr.io/example/*'], key },
        {
          images: ['ghcr.io/other/*'],
          keyless: {
            issuer: 'https://token.actions.githubusercontent.com',
            subject: 'https://github.com/other/*',
          },
          attestations: [{ type: 'https://slsa.dev/provenance/v1' }],
        },
      ],
    },
  });
  expect(found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual([
    'shop-dev/image-digests',
    'shop-dev/image-registries',
    'shop-dev/image-signatures',
    'shop-dev/image-signatures-2',
    'shop-dev/readiness-probes',
    'shop-dev/resource-limits',
  ]);
  const validator = createValidator('1.33');
  for (const object of found) expect(validator.validate(object)).toEqual([]);
  const of = (name: string): (typeof found)[number] => found.find(({ metadata }) => metadata.name === name)!;
  expect(at(of('image-signatures'), 'spec')).toMatchObject({
    validationActions: ['Deny'],
    validationConfigurations: { mutateDigest: false, required: true },
    attestors: [{ cosign: { key: { data: key }, ctlog: { url: 'https://rekor.sigstore.dev' } } }],
  });
  expect(at(of('image-signatures-2'), 'spec')).toMatchObject({
    attestors: [
      { cosign: { keyless: { identities: [{ subjectRegExp: '^https://github\\.com/other/.*$' }] } } },
    ],
    attestations: [{ intoto: { type: 'https://slsa.dev/provenance/v1' } }],
  });
  for (const { spec } of found) expect(JSON.stringify(spec)).toContain('startsWith(\\"legacy-\\")');
});

test('what Kyverno cannot verify without the public log is refused', () => {
  const verify = (one: object): void => {
    policies.parse({ verifyImages: [{ images: ['ghcr.io/example/*'], transparencyLog: false, ...one }] });
  };
  const keyless = { issuer: 'https://example.com', subject: 'x' };
  expect(() => verify({ key })).not.toThrow();
  expect(() => verify({ keyless })).toThrow('transparency log');
  expect(() => verify({ key, attestations: [{ type: 'x' }] })).toThrow('transparency log');
});

test('a stage that asks for none gets none, and audit is the default', () => {
  expect(policiesIn({})).toEqual([]);
  const [first] = policiesIn({ policies: {} });
  expect(at(first, 'spec.validationActions')).toEqual(['Audit']);
});

test('an image from another registry, or without a digest, is refused where the stage says so', () => {
  const said = (images: { requireDigest: boolean; registries: string[] }, image = web.image): string[] => {
    const environment = stageOf({ apps: { web: { ...web, image } } });
    const objects = renderApp(environment, appOf(environment, 'web'));
    return checkStages(
      [
        {
          name: 'dev',
          cluster: { ...environment.cluster, provides: ['network-policy'] },
          namespaces: ['shop-dev'],
          podSecurity: 'restricted',
          existing: [],
          images,
          acknowledged: [],
          at: { file: 'environments/dev.yaml' },
          files: [{ path: 'dev/web.yaml', source: '', at: { file: 'environments/dev.yaml' }, objects }],
        },
      ],
      () => undefined,
    )
      .filter(({ code }) => code === 'image-not-allowed')
      .map(({ cause }) => cause);
  };
  // The policy for the cluster asks for the same.
  const digest = (kind: string, length: number): string[] =>
    said({ requireDigest: true, registries: [] }, `ghcr.io/example/web@${kind}:${'a'.repeat(length)}`);
  expect([digest('sha256', 64), digest('sha512', 128)].map(({ length }) => length)).toEqual([0, 1]);
  expect(said({ requireDigest: false, registries: ['ghcr.io/example'] })).toEqual([]);
  expect(said({ requireDigest: false, registries: ['ghcr.io/exam'] })).toHaveLength(1);
  expect(said({ requireDigest: true, registries: [] })[0]).toContain('has no digest');
});

const cluster = clusterSchema.parse({
  kubernetes: '1.33',
  provides: ['network-policy'],
  apiServer: { cidrs: ['10.0.0.1/32'] },
});
const withApi = (api: unknown, on: typeof cluster = cluster): Environment =>
  stageOf({ cluster: on, apps: { web: { ...web, api } } });

test('an app that asks for the API server gets a Role of its own, a token and a way there; others get none of it', () => {
  const environment = withApi([
    { resources: ['deployments', 'pods', 'certificates.cert-manager.io'], verbs: ['get', 'list'] },
    { resources: ['secrets'], verbs: ['get'], names: ['web-database'] },
  ]);
  const objects = renderApp(environment, appOf(environment, 'web'));
  expect(at(only(objects, 'Role'), 'rules')).toEqual([
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
    { apiGroups: ['cert-manager.io'], resources: ['certificates'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['web-database'], verbs: ['get'] },
  ]);
  expect(only(objects, 'RoleBinding')).toMatchObject({
    roleRef: { kind: 'Role', name: 'web' },
    subjects: [{ kind: 'ServiceAccount', name: 'web' }],
  });
  expect(at(only(objects, 'Deployment'), 'spec.template.spec.automountServiceAccountToken')).toBe(true);
  expect(JSON.stringify(at(only(objects, 'NetworkPolicy'), 'spec.egress'))).toContain('10.0.0.1/32');
  const without = renderApp(withApi([]), appOf(withApi([]), 'web'));
  expect(at(only(without, 'Deployment'), 'spec.template.spec.automountServiceAccountToken')).toBe(false);
  expect(without.filter(({ kind }) => kind.startsWith('Role'))).toEqual([]);
  expect(JSON.stringify(without)).not.toContain('10.0.0.1/32');
});

test.each([
  [[{ resources: ['*'], verbs: ['get'] }]],
  [[{ resources: ['pods'], verbs: ['*'] }]],
  [[{ resources: ['pods'], verbs: ['escalate'] }]],
  [[{ resources: ['secrets'], verbs: ['list'] }]],
  [[{ resources: ['*.apps'], verbs: ['get'] }]],
  [[{ resources: ['configmaps'], verbs: ['create', 'get'], names: ['one'] }]],
])('access to everything is refused: %j', (api) => {
  expect(() => withApi(api)).toThrow();
});

test('access that no policy lets through is refused', () => {
  const environment = withApi([{ resources: ['pods'], verbs: ['get'] }], {
    ...cluster,
    apiServer: undefined,
  } as typeof cluster);
  expect(() => renderApp(environment, appOf(environment, 'web'))).toThrow(/Each of its calls would time out/);
});
