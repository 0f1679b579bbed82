import fc from 'fast-check';
import { quantity } from '../../src/model/quantity';

test.each([
  ['1Gi', '1024Mi'],
  ['1.5Gi', '1536Mi'],
  ['1000m', '1'],
  ['1e3', '1k'],
  ['1E3', '1k'],
  ['0.5', '500m'],
  ['.5', '500m'],
  ['12E', '12000P'],
  [10, '10'],
])('%s is as much as %s', (one, other) => {
  expect(quantity(one)).toBeDefined();
  expect(quantity(one)).toBe(quantity(other));
});

test.each(['', '.', 'Gi', '1 Gi', '1gi', '1KiB', 'ten', '1e', undefined, null, {}])(
  '%p is no quantity',
  (value) => {
    expect(quantity(value)).toBeUndefined();
  },
);

test('whole numbers of a unit keep their order', () => {
  const unit = fc.constantFrom('', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti', 'm');
  fc.assert(
    fc.property(fc.nat(), fc.nat(), unit, (a, b, u) => {
      expect(quantity(`${a}${u}`)! < quantity(`${b}${u}`)!).toBe(a < b);
    }),
  );
});
