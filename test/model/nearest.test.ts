import { nearest, suggest } from '../../src/model/nearest';

test.each([
  ['replica', 'replicas'],
  ['REPLICAS', 'replicas'],
  ['imgae', 'image'],
  ['wbe', 'web'],
  ['schedule', undefined],
])('%s most likely means %s', (typo, meant) => {
  expect(nearest(typo, ['web', 'image', 'replicas'])).toBe(meant);
});

test('of two that are equally near the first by name is meant, whatever their order', () => {
  expect(nearest('bar', ['baz', 'bat'])).toBe('bat');
});

test('where nothing is near the names are listed, and where there are none something else is said', () => {
  expect(suggest('x', ['beta', 'alpha'])).toBe('There are: alpha, beta.');
  expect(suggest('x', [], 'Delete it.')).toBe('Delete it.');
});
