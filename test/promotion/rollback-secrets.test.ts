import { ciphertextOf } from '../../src/promotion/rollback';

const stage = (sealed: unknown): unknown => ({ apps: { web: { secrets: { db: { sealed } } } } });

describe('the ciphertext of a stage that goes back', () => {
  test('stays as it is today', () => {
    expect(ciphertextOf(stage({ password: 'new' }), stage({ password: 'old' }))).toEqual([
      { path: ['apps', 'web', 'secrets', 'db', 'sealed'], value: { password: 'new' } },
    ]);
  });

  test('is no edit when it is the same, or when the release had no such secret', () => {
    expect(ciphertextOf(stage({ password: 'a' }), stage({ password: 'a' }))).toEqual([]);
    expect(ciphertextOf(stage({ password: 'a' }), { apps: { web: {} } })).toEqual([]);
    expect(ciphertextOf({ apps: {} }, stage({ password: 'a' }))).toEqual([]);
    expect(ciphertextOf({}, {})).toEqual([]);
  });
});
