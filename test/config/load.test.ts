import { join } from 'node:path';
import { loadRepository } from '../../src/config';

const load = (fixture: string): ReturnType<typeof loadRepository> =>
  loadRepository({ root: join(__dirname, '../fixtures', fixture), classes: [] });

test('the lab has three stages, each with its own number of replicas, version and namespace', () => {
  const { environments, warnings } = load('lab');
  expect(
    environments.map(({ name, namespace, apps }) => [name, namespace, apps.map((app) => app.values)]),
  ).toMatchObject([
    ['dev', 'myapp-dev', [{ replicas: 1, image: 'nginxinc/nginx-unprivileged:1.29.1' }]],
    ['staging', 'myapp-staging', [{ replicas: 2, image: 'nginxinc/nginx-unprivileged:1.29.0' }]],
    ['prod', 'myapp-prod', [{ replicas: 3, image: 'nginxinc/nginx-unprivileged:1.28.0' }]],
  ]);
  expect(warnings).toEqual([]);
});

test('stages stand in the order of the line, whatever they are called', () => {
  expect(load('five-stages').environments.map(({ name }) => name)).toEqual([
    'itg',
    'tst',
    'perf',
    'uat',
    'prod',
  ]);
});

test('where the line branches, stages of the same depth stand by name', () => {
  const { environments } = load('branching');
  expect(environments.map(({ name, cluster }) => [name, cluster.name])).toEqual([
    ['dev', 'nonprod'],
    ['staging', 'nonprod'],
    ['prod-eu', 'eu'],
    ['prod-us', 'us'],
  ]);
});

test('an app that a stage sets to null is not deployed there', () => {
  const apps = load('branching').environments.map((stage) => stage.apps.map(({ name }) => name));
  expect(apps).toEqual([['web'], ['web', 'worker'], ['web', 'worker'], ['web', 'worker']]);
});

test('a value knows where it was written, in base.yaml or in the stage', () => {
  const staging = load('lab').environments[1]!;
  expect(staging.locate(['apps', 'myapp', 'replicas'])).toEqual({
    file: 'environments/staging.yaml',
    line: 7,
    column: 15,
  });
  expect(staging.apps[0]!.locate(['ports', 'http', 'containerPort'])).toEqual({
    file: 'environments/base.yaml',
    line: 20,
    column: 30,
  });
});
