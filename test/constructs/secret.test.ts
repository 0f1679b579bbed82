import { z } from 'zod';
import { BaseApp, HttpService, renderApp, renderAppWithNotes, renderStageBase } from '../../src/constructs';
import type { AppProps } from '../../src/constructs';
import { createValidator } from '../../src/manifests/schema/validator';
import { UserError } from '../../src/model/errors';
import type { Environment } from '../../src/model/environment';
import type { KubeObject } from '../../src/model/kube';
import { appValues } from '../../src/model/values/app-shape';
import type { Construct } from 'constructs';
import { appOf, at, only, stageOf, web } from '../support/environment';
import { planted } from '../support/planted';

const database = {
  env: { DB_PASSWORD: 'password' },
  files: { '/etc/web/tls.key': 'tls.key' },
};
const vault = { server: 'https://vault.example.com', role: 'shop-dev' };
const externally = (store: object, more: object = {}): object => ({
  provider: 'externalSecrets',
  externalSecrets: { store, ...more },
});
const sealed = { provider: 'sealedSecrets', sealedSecrets: { certificate: 'certificates/dev.pem' } };
const stage = (secrets: object | undefined, more: object = {}): Environment =>
  stageOf({
    apps: { web: { ...web, secrets: { database: { ...database, ...more } } } },
    values: secrets === undefined ? {} : { secrets },
  });
const render = (environment: Environment): KubeObject[] => renderApp(environment, appOf(environment, 'web'));
const container = 'spec.template.spec.containers.0';

const valid = (objects: readonly KubeObject[]): void => {
  const validator = createValidator('1.33');
  for (const object of objects) expect(validator.validate(object)).toEqual([]);
};

test('a secret reaches the container as a variable and as a file, whoever provides it', () => {
  const deployment = only(render(stage(externally({ vault }))), 'Deployment');
  expect(at(deployment, `${container}.env.0`)).toEqual({
    name: 'DB_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'web-database', key: 'password' } },
  });
  expect(at(deployment, `${container}.volumeMounts`)).toContainEqual({
    name: 'secret-database',
    mountPath: '/etc/web/tls.key',
    subPath: 'tls.key',
    readOnly: true,
  });
  expect(at(deployment, 'spec.template.spec.volumes')).toContainEqual({
    name: 'secret-database',
    secret: {
      secretName: 'web-database',
      defaultMode: 0o440,
      items: [
        { key: 'password', path: 'password' },
        { key: 'tls.key', path: 'tls.key' },
      ],
    },
  });
});

test.each([
  ['vault', { vault }, { key: 'shop/dev/web/database', property: 'password' }],
  [
    'awsSecretsManager',
    { awsSecretsManager: { region: 'eu-west-1', role: 'arn:aws:iam::000000000000:role/shop' } },
    { key: 'shop/dev/web/database', property: 'password' },
  ],
  [
    'awsParameterStore',
    { awsParameterStore: { region: 'eu-west-1' } },
    { key: '/shop/dev/web/database/password' },
  ],
  [
    'gcp',
    { gcp: { project: 'shop', clusterName: 'main', clusterLocation: 'europe-west1' } },
    { key: 'shop--dev--web--database', property: 'password' },
  ],
  [
    'azure',
    {
      azure: {
        vaultUrl: 'https://shop.vault.azure.net',
        clientId: '00000000-0000-4000-8000-000000000001',
        tenantId: '00000000-0000-4000-8000-000000000002',
      },
    },
    { key: 'shop--dev--web--database', property: 'password' },
  ],
  ['clusterStore', { clusterStore: 'company' }, { key: 'shop/dev/web/database', property: 'password' }],
])('the operator gets what %s needs, valid by its own definition', (name, store, remoteRef) => {
  const environment = stage(externally(store));
  const [objects, base] = [render(environment), renderStageBase(environment)];
  const external = only(objects, 'ExternalSecret');
  expect(at(external, 'spec.data.0')).toMatchObject({ secretKey: 'password', remoteRef });
  expect(at(external, 'spec.target')).toEqual({
    name: 'web-database',
    creationPolicy: 'Owner',
    deletionPolicy: 'Retain',
  });
  expect(base.filter(({ kind }) => kind === 'SecretStore')).toHaveLength(name === 'clusterStore' ? 0 : 1);
  valid([...objects, ...base]);
});

test('each stage reads from a path of its own', () => {
  const keys = ['dev', 'prod'].map((name) => {
    const environment = stageOf({
      name,
      apps: { web: { ...web, secrets: { database } } },
      values: { secrets: externally({ vault }) },
    });
    return at(only(render(environment), 'ExternalSecret'), 'spec.data.0.remoteRef.key');
  });
  expect(keys).toEqual(['shop/dev/web/database', 'shop/prod/web/database']);
});

test('what the operator does not own it may not delete', () => {
  expect(() => stage(externally({ vault }, { creationPolicy: 'Orphan', deletionPolicy: 'Delete' }))).toThrow(
    /Delete needs creationPolicy: Owner/,
  );
  expect(() => stage(externally({ vault, clusterStore: 'x' }))).toThrow(/needs exactly one of vault/);
});

test('a sealed secret holds the ciphertext of the keys that are used, bound to its name and namespace', () => {
  const [password, key, unused] = [planted.ciphertext(), planted.ciphertext(), planted.ciphertext()];
  const objects = render(stage(sealed, { sealed: { password, 'tls.key': key, old: unused } }));
  expect(only(objects, 'SealedSecret')).toMatchObject({
    metadata: { name: 'web-database', namespace: 'shop-dev' },
    spec: {
      encryptedData: { password, 'tls.key': key },
      template: { metadata: { name: 'web-database', namespace: 'shop-dev' }, type: 'Opaque' },
    },
  });
  expect(at(only(objects, 'SealedSecret'), 'spec.encryptedData.old')).toBeUndefined();
  valid(objects);
});

test('another ciphertext replaces the pods, and so does another place in the store', () => {
  const checksum = (environment: Environment): unknown =>
    at(
      only(render(environment), 'Deployment'),
      'spec.template.metadata.annotations.checksum/secrets'.replace('.checksum/secrets', ''),
    ) as never;
  const of = (environment: Environment): string =>
    (checksum(environment) as Record<string, string>)['checksum/secrets']!;
  const pair = { password: planted.ciphertext(), 'tls.key': planted.ciphertext() };
  const first = of(stage(sealed, { sealed: pair }));
  expect(of(stage(sealed, { sealed: { ...pair, other: planted.ciphertext() } }))).toBe(first);
  expect(of(stage(sealed, { sealed: { ...pair, password: planted.ciphertext() } }))).not.toBe(first);
  const fetched = of(stage(externally({ vault })));
  expect(of(stage(externally({ vault }), { remote: { version: '2' } }))).not.toBe(fetched);
});

test('where Stakater Reloader runs, it is told which Secrets the pods use', () => {
  const deployment = only(render(stage(externally({ vault }, { reloader: true }))), 'Deployment');
  expect(at(deployment, 'spec.template.metadata.annotations')).toHaveProperty(
    ['secret.reloader.stakater.com/reload'],
    'web-database',
  );
});

test('a Secret that somebody else owns is used by its name, and nothing is rendered for it', () => {
  const environment = stage(undefined, { existing: 'from-the-dba' });
  const { objects, foreign } = renderAppWithNotes(environment, appOf(environment, 'web'));
  expect(foreign).toEqual(['Secret/from-the-dba']);
  expect(objects.map(({ kind }) => kind).filter((kind) => kind.includes('Secret'))).toEqual([]);
  expect(at(only(objects, 'Deployment'), `${container}.env.0.valueFrom.secretKeyRef.name`)).toBe(
    'from-the-dba',
  );
});

test('a stage that does not say where secrets come from, and one that has not sealed them, is told what to do', () => {
  expect(() => render(stage(undefined))).toThrow(/does not say where secrets come from/);
  const thrown = (() => {
    try {
      render(stage(sealed, { sealed: { 'tls.key': planted.ciphertext() } }));
    } catch (error) {
      return error as UserError;
    }
    throw new Error('nothing was refused');
  })();
  expect(thrown.problems).toHaveLength(1);
  expect(thrown.problems[0]!.remedy).toBe('Run: stageline seal dev web database password');
});

test('helper containers see a secret only where it says so, and no variable has two sources', () => {
  const helper = { resources: web.resources };
  const objects = renderApp(
    ...((environment: Environment) => [environment, appOf(environment, 'web')] as const)(
      stageOf({
        apps: {
          web: {
            ...web,
            initContainers: { migrate: helper, other: helper },
            secrets: { database: { ...database, alsoIn: ['migrate'] } },
          },
        },
        values: { secrets: { provider: 'existing' } },
      }),
    ),
  );
  const init = at(only(objects, 'Deployment'), 'spec.template.spec.initContainers') as {
    name: string;
    env?: unknown[];
  }[];
  expect(init.map(({ name, env }) => [name, env?.length ?? 0])).toEqual([
    ['migrate', 1],
    ['other', 0],
  ]);
  const twice = stageOf({
    apps: { web: { ...web, env: { DB_PASSWORD: 'x' }, secrets: { database } } },
    values: { secrets: { provider: 'existing' } },
  });
  expect(() => render(twice)).toThrow(/DB_PASSWORD comes from the secret "database" and from env/);
});

test('an app of a class asks for a secret, and its components share it', () => {
  class Shop extends BaseApp {
    static readonly values = appValues({});
    constructor(scope: Construct, id: string, props: AppProps) {
      super(scope, id, props);
      this.secret('license', ['file']);
      const { kind: _kind, ...props2 } = web;
      for (const name of ['web', 'api'])
        new HttpService(this, name, {
          ...props2,
          secrets: { license: { env: { [`${name.toUpperCase()}_LICENSE`]: name } } },
        } as never);
    }
  }
  const environment = stageOf({
    apps: { shop: {} },
    classes: { shop: Shop.values as z.ZodType },
    values: { secrets: externally({ vault }) },
  });
  const objects = renderApp(environment, appOf(environment, 'shop'), { construct: Shop as never });
  const data = at(only(objects, 'ExternalSecret'), 'spec.data') as { secretKey: string }[];
  expect(data.map(({ secretKey }) => secretKey)).toEqual(['api', 'file', 'web']);
});
