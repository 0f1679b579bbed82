import { App, Chart } from 'cdk8s';
import { Cpu, Deployment, EnvValue } from 'cdk8s-plus-28';
import fs from 'node:fs';
import { basename } from 'node:path';
import { createValidator, type SchemaProblem } from '../../../src/manifests/schema/validator';
import { KUBERNETES_VERSIONS } from '../../../src/model/cluster';
import type { KubeObject } from '../../../src/model/kube';

/** A Deployment as cdk8s-plus-28 makes it, to be broken by the tests. */
function renderDeployment(): KubeObject {
  const chart = new Chart(new App(), 'app', { disableResourceNameHashes: true });
  const deployment = new Deployment(chart, 'web', { replicas: 2 });
  deployment.addContainer({
    name: 'web',
    image: 'ghcr.io/stefanprodan/podinfo:6.14.1',
    ports: [{ number: 9898, name: 'http' }],
    envVariables: { COLOUR: EnvValue.fromValue('blue') },
    resources: { cpu: { request: Cpu.millis(100), limit: Cpu.units(1) } },
  });
  return chart.toJson()[0] as KubeObject;
}

type Tree = Record<string, unknown>;

/** Sets what a JSON pointer points at; undefined removes it, `-` stands behind the last item of a list. */
function change(object: KubeObject, changes: Readonly<Record<string, unknown>>): KubeObject {
  for (const [pointer, value] of Object.entries(changes)) {
    const keys = pointer.slice(1).split('/');
    const last = keys.pop() as string;
    const parent = keys.reduce((node: Tree, key) => node[key] as Tree, object as Tree);
    if (last === '-') (parent as unknown as unknown[]).push(value);
    else if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return object;
}

const broken = (changes: Readonly<Record<string, unknown>>): SchemaProblem[] =>
  createValidator('1.36').validate(change(renderDeployment(), changes));

const CONTAINER = '/spec/template/spec/containers/0';

describe('a validator of each Kubernetes version', () => {
  test.each(KUBERNETES_VERSIONS)('of %s accepts a Deployment that cdk8s-plus-28 makes', (version) => {
    expect(createValidator(version).validate(renderDeployment())).toEqual([]);
  });

  test.each(KUBERNETES_VERSIONS)('of %s finds a misspelt field', (version) => {
    const object = change(renderDeployment(), { '/spec/replica': 3 });
    expect(createValidator(version).validate(object)).toMatchObject([
      { code: 'unknown-field', path: '/spec/replica', nearest: 'replicas' },
    ]);
  });

  test.each([
    ['1.28', 'flowcontrol.apiserver.k8s.io/v1', undefined],
    ['1.29', 'flowcontrol.apiserver.k8s.io/v1', 'Cluster'],
    ['1.31', 'flowcontrol.apiserver.k8s.io/v1beta3', 'Cluster'],
    ['1.32', 'flowcontrol.apiserver.k8s.io/v1beta3', undefined],
  ] as const)('of %s knows whether %s/FlowSchema is served', (version, apiVersion, scope) => {
    expect(createValidator(version).scope(apiVersion, 'FlowSchema')).toBe(scope);
  });
});

describe('a mistake is found with its path', () => {
  test('an unknown field, and the name that was meant', () => {
    expect(broken({ [`${CONTAINER}/imagePullPolicyy`]: 'Always' })).toEqual([
      {
        code: 'unknown-field',
        path: `${CONTAINER}/imagePullPolicyy`,
        message: 'there is no field "imagePullPolicyy" here',
        nearest: 'imagePullPolicy',
      },
    ]);
  });

  test('a wrong type, and that a string wants quotes', () => {
    expect(broken({ [`${CONTAINER}/env`]: [{ name: 'PORT', value: 8080 }] })).toEqual([
      {
        code: 'wrong-type',
        path: `${CONTAINER}/env/0/value`,
        message: 'must be a string, not an integer: put it in quotes',
        expected: 'string',
      },
    ]);
    expect(broken({ '/spec/replicas': '2' })).toMatchObject([
      { code: 'wrong-type', path: '/spec/replicas', expected: 'integer' },
    ]);
    expect(broken({ [`${CONTAINER}/args`]: 'serve' })).toMatchObject([
      { path: `${CONTAINER}/args`, expected: 'array' },
    ]);
  });

  test('a missing field', () => {
    expect(broken({ '/spec/selector': undefined })).toEqual([
      {
        code: 'missing-field',
        path: '/spec/selector',
        message: 'field "selector" is required',
        expected: 'object',
      },
    ]);
    expect(broken({ [`${CONTAINER}/name`]: undefined })).toMatchObject([{ path: `${CONTAINER}/name` }]);
  });

  test('a value that is not in the list', () => {
    expect(broken({ [`${CONTAINER}/imagePullPolicy`]: 'ifNotPresent' })).toMatchObject([
      {
        code: 'bad-value',
        path: `${CONTAINER}/imagePullPolicy`,
        message: '"ifNotPresent" must be one of "Always", "IfNotPresent", "Never"',
        nearest: 'IfNotPresent',
      },
    ]);
  });

  test('two containers, ports or variables of the same name', () => {
    expect(broken({ '/spec/template/spec/containers/-': { name: 'web', image: 'x:1' } })).toMatchObject([
      { code: 'duplicate-item', path: '/spec/template/spec/containers/1' },
    ]);
    expect(broken({ [`${CONTAINER}/ports/-`]: { containerPort: 9898, protocol: 'TCP' } })).toMatchObject([
      { code: 'duplicate-item', path: `${CONTAINER}/ports/1` },
    ]);
    expect(broken({ [`${CONTAINER}/ports/-`]: { containerPort: 9898, protocol: 'UDP' } })).toEqual([]);
    expect(broken({ [`${CONTAINER}/env/-`]: { name: 'COLOUR', value: 'red' } })).toMatchObject([
      { code: 'duplicate-item', message: 'has the same name "COLOUR" as item 0' },
    ]);
  });

  test('a kind that does not exist, and the one that was meant', () => {
    const kind = (apiVersion: string, kind: string): SchemaProblem[] =>
      createValidator('1.36').validate({ apiVersion, kind, metadata: { name: 'x' } });
    expect(kind('batch/v1beta1', 'CronJob')).toMatchObject([
      { code: 'unknown-kind', path: '', nearest: 'batch/v1 CronJob' },
    ]);
    expect(kind('autoscaling/v2beta2', 'HorizontalPodAutoscaler')).toMatchObject([
      { nearest: 'autoscaling/v2 HorizontalPodAutoscaler' },
    ]);
    expect(kind('v1', 'Deployment')).toMatchObject([{ nearest: 'apps/v1 Deployment' }]);
    expect(kind('apps/v1', 'Deploymnt')).toMatchObject([{ nearest: 'apps/v1 Deployment' }]);
    expect(kind('v1', 'constructor')).toMatchObject([{ code: 'unknown-kind' }]);
  });

  test('a quantity that is none, while numbers and strings are both quantities', () => {
    const limits = (memory: unknown): SchemaProblem[] =>
      broken({ [`${CONTAINER}/resources/limits`]: { memory } });
    expect([...limits('128Mi'), ...limits(134217728), ...limits('1e3'), ...limits('0.5')]).toEqual([]);
    expect(limits('128MB')).toMatchObject([
      { code: 'bad-value', path: `${CONTAINER}/resources/limits/memory`, expected: 'quantity' },
    ]);
    expect(limits(true)).toMatchObject([{ code: 'wrong-type' }]);
  });

  test('a port by name or by number, but nothing else', () => {
    const probe = (port: unknown): SchemaProblem[] =>
      broken({ [`${CONTAINER}/readinessProbe`]: { httpGet: { port } } });
    expect([...probe('http'), ...probe(9898)]).toEqual([]);
    expect(probe(9898.5)).toMatchObject([{ code: 'wrong-type', expected: 'integer or string' }]);
    expect(probe(2 ** 31)).toMatchObject([{ code: 'bad-value' }]);
  });

  test('all mistakes of an object at once', () => {
    const problems = broken({
      [`${CONTAINER}/imagePullPolicyy`]: 'Always',
      [`${CONTAINER}/image`]: 3,
      '/spec/template/spec/restartPolicy': 'always',
      '/metadata/label': {},
    });
    expect(problems.map((p) => p.path).sort()).toEqual([
      '/metadata/label',
      `${CONTAINER}/image`,
      `${CONTAINER}/imagePullPolicyy`,
      '/spec/template/spec/restartPolicy',
    ]);
  });

  test('a key with a slash is escaped in the path', () => {
    expect(broken({ '/metadata/annotations': { 'a/b~c': 1 } })).toMatchObject([
      { path: '/metadata/annotations/a~1b~0c' },
    ]);
  });
});

describe('what Kubernetes itself takes', () => {
  test('null reads as absent where a field is optional, and as missing where it is required', () => {
    expect(broken({ [`${CONTAINER}/resources`]: null, '/metadata/creationTimestamp': null })).toEqual([]);
    expect(broken({ [`${CONTAINER}/name`]: null })).toMatchObject([
      { code: 'missing-field', path: `${CONTAINER}/name` },
    ]);
    expect(broken({ '/metadata/labels': { app: null } })).toMatchObject([
      { code: 'wrong-type', path: '/metadata/labels/app' },
    ]);
  });

  test('a status is not looked at, but only kinds that have one may carry it', () => {
    expect(broken({ '/status': { anything: true } })).toEqual([]);
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, status: {} };
    expect(createValidator('1.30').validate(map)).toMatchObject([{ path: '/status', code: 'unknown-field' }]);
  });

  test('the value of a Secret is in no message', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { password: 'not base64: hunter2' },
    };
    const [problem] = createValidator('1.36').validate(secret);
    expect(problem).toMatchObject({ path: '/data/password', expected: 'base64' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test('scope and provider of built-in kinds', () => {
    const validator = createValidator('1.33');
    expect(validator.scope('v1', 'Namespace')).toBe('Cluster');
    expect(validator.scope('apps/v1', 'Deployment')).toBe('Namespaced');
    expect(validator.provider('apps/v1', 'Deployment')).toBe('kubernetes');
    expect(validator.scope('v1', 'List')).toBeUndefined();
    expect(validator.scope('authorization.k8s.io/v1', 'SubjectAccessReview')).toBeUndefined();
    expect(validator.provider('v1', 'Nothing')).toBeUndefined();
  });

  test('a Deployment is checked by the schemas of its version of Kubernetes, and no others are read', () => {
    const reading = jest.spyOn(fs, 'readFileSync');
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const fresh = require('../../../src/manifests/schema/validator') as {
        createValidator: typeof createValidator;
      };
      expect(fresh.createValidator('1.36').validate(renderDeployment())).toEqual([]);
    });
    const read = reading.mock.calls.map(([path]) => String(path)).filter((path) => /third_party/.test(path));
    reading.mockRestore();
    expect(read.map((path) => basename(path))).toEqual(['1.36.json.gz']);
  });
});
