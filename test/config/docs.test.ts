import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRepository } from '../../src/config';
import { baseFileSchema, stageSchema } from '../../src/model/environment';
import { clusterSchema } from '../../src/model/cluster';
import { yamlApp } from '../../src/model/values/workloads';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test('docs/environments.md names every key of base.yaml, stages, clusters and apps', () => {
  const words = new Set(read('docs/environments.md').match(/[A-Za-z]+/g));
  const shapes = [baseFileSchema([]), stageSchema([]), clusterSchema, ...yamlApp.def.options].map(
    ({ shape }) => shape,
  );
  const keys = shapes.flatMap((shape) => Object.keys(shape));
  expect(keys.filter((key) => !words.has(key))).toEqual([]);
});

test('the examples in docs/environments.md are a repository, and mean what the comments say', () => {
  const blocks = read('docs/environments.md').matchAll(/```yaml file=environments\/(\S+)\n([^]*?)```/g);
  const texts = new Map([...blocks].map(([, name, text]) => [name!, text!]));
  const { environments, warnings } = loadRepository({ root: ROOT, classes: [], texts });
  expect(warnings).toEqual([]);
  expect(
    environments.map(({ apps, name }) => [name, apps.map((app) => [app.name, app.values])]),
  ).toMatchObject([
    ['dev', [['frontend', { env: { LOG_LEVEL: 'debug' }, args: ['--verbose'] }]]],
    [
      'prod',
      [
        ['frontend', { replicas: 3, args: ['--cache', '--verbose'] }],
        ['migrate', {}],
        ['worker', {}],
      ],
    ],
  ]);
  expect(environments[0]!.apps[0]!.values).not.toHaveProperty('env.COLOR');
});
