import fc from 'fast-check';
import { stableJson } from '../../src/synth/inputs';

/** Sorted by copying, as it was when the first locks were written. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, copied(child)]));
}

test('what locks hold a hash of is the JSON of sorted maps, whatever their keys are', () => {
  const key = fc.oneof(
    fc.string(),
    fc.nat(20).map(String),
    fc.constantFrom('__proto__', '01', 'a', 'B', '-1', 'é'),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(key, tie('any'), { maxKeys: 5 }),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(key, value), (data) => {
      expect(stableJson(data)).toBe(JSON.stringify(copied(data)));
    }),
  );
});
