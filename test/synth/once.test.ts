import { onceForAllStages } from '../../src/synth/once';
import { stage } from '../manifests/objects';

const stages = ['dev', 'prod'].map((name) => stage([], { name, namespaces: [`shop-${name}`] }));
const at = { file: 'environments/base.yaml', line: 7, column: 3 };
const problem = (namespace: string, what = 'no field "replica"', place = at) => ({
  code: 'schema',
  cause: `Deployment ${namespace}/web: there is ${what}`,
  consequence: 'It would be dropped.',
  at: place,
});

test('a mistake that every stage inherits is told once, with the namespaces it is in', () => {
  expect(onceForAllStages([problem('shop-dev'), problem('shop-prod')], stages)).toEqual([
    { ...problem('shop-dev'), consequence: 'It would be dropped. So it is in shop-prod too.' },
  ]);
});

test('another place, another mistake, and one of a single stage are told as they are', () => {
  const all = [
    problem('shop-dev'),
    problem('shop-dev', 'no field "image"'),
    problem('shop-prod', undefined, { ...at, file: 'environments/prod.yaml' }),
    { code: 'first-stage', cause: 'no stage comes first' },
  ];
  expect(onceForAllStages(all, stages)).toEqual(all);
});
