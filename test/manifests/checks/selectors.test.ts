import fc from 'fast-check';
import { selectorMatches } from '../../../src/manifests/checks/label-selector';
import { causes, deployment, object, podSpec, statefulSet, withField } from '../objects';

const rule = 'selector-mismatch';
const template = ['spec', 'template', 'metadata', 'labels'];

test('a workload whose selector does not match its own pods is refused', () => {
  expect(causes(rule, [withField(deployment('web'), [...template, 'app'], 'wbe')])).toEqual([
    'Deployment shop/web: spec.selector (app=web) does not match the labels of its own pod template',
  ]);
});

test('an empty selector is refused', () => {
  expect(causes(rule, [withField(deployment('web'), ['spec', 'selector'], {})])).toHaveLength(1);
});

test('more labels on the pods than in the selector are fine', () => {
  expect(causes(rule, [withField(deployment('web'), [...template, 'version'], '1')])).toEqual([]);
});

test('two workloads that match the pods of each other are reported once', () => {
  const other = { ...deployment('web'), metadata: { name: 'other', namespace: 'shop' } };
  expect(causes(rule, [deployment('web'), other])).toEqual([
    'Deployment shop/web: spec.selector (app=web) matches the pods of Deployment other, too',
  ]);
});

test('a selector that catches the narrower pods of another workload, or of a CronJob, is refused', () => {
  const canary = withField(
    withField(statefulSet('canary'), ['spec', 'selector', 'matchLabels'], { app: 'web', track: 'canary' }),
    template,
    { app: 'web', track: 'canary' },
  );
  const cron = object('batch/v1', 'CronJob', 'backup', {
    spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'web' } }, spec: podSpec() } } } },
  });
  expect(causes(rule, [canary, cron, deployment('web')])).toEqual([
    'Deployment shop/web: spec.selector (app=web) matches the pods of StatefulSet canary, too',
    'Deployment shop/web: spec.selector (app=web) matches the pods of CronJob backup, too',
  ]);
});

test('the same labels in another namespace are other pods', () => {
  const elsewhere = { ...deployment('web'), metadata: { name: 'web', namespace: 'other' } };
  expect(causes(rule, [deployment('web'), elsewhere])).toEqual([]);
});

describe('label selectors', () => {
  test.each([
    [{}, true],
    [{ matchLabels: { a: '1' } }, true],
    [{ matchLabels: { a: '2' } }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, true],
    [{ matchExpressions: [{ key: 'b', operator: 'In', values: ['1'] }] }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, false],
    [{ matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['1'] }] }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, false],
    [{ matchExpressions: [{ key: 'b', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, false],
    [{ matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] }, false],
  ])('%j against a=1 is %p', (selector, expected) => {
    expect(selectorMatches(selector, { a: '1' })).toBe(expected);
  });

  test('In and NotIn, and Exists and DoesNotExist, are opposites', () => {
    const key = fc.constantFrom('a', 'b', 'toString');
    const values = fc.array(fc.constantFrom('1', '2'), { minLength: 1 });
    fc.assert(
      fc.property(key, values, fc.dictionary(key, fc.constantFrom('1', '2', '3')), (k, v, labels) => {
        const one = (operator: string): boolean =>
          selectorMatches({ matchExpressions: [{ key: k, operator, values: v }] }, labels);
        expect(one('In')).toBe(!one('NotIn'));
        expect(one('Exists')).toBe(!one('DoesNotExist'));
      }),
    );
  });
});
