import { UserError, type Problem } from '../../src/model/errors';

const problem = (cause: string, more: Partial<Problem> = {}): Problem => ({
  code: 'pod-security',
  cause,
  consequence: 'No such pod would be created.',
  remedy: 'Mend the field.',
  at: { file: 'environments/dev.yaml', line: 2 },
  ...more,
});

describe('the message of several problems', () => {
  test('says once what follows and what to do, where it is the same for those in a row', () => {
    expect(new UserError([problem('a'), problem('b'), problem('c', { at: { file: 'x' } })]).message)
      .toBe(`environments/dev.yaml:2: a [pod-security]
environments/dev.yaml:2: b [pod-security]
x: c [pod-security]
    No such pod would be created.
    → Mend the field.`);
  });

  test('says it of each where code, consequence or remedy differ', () => {
    const differing = [
      problem('a'),
      problem('b', { code: 'missing-reference' }),
      problem('c', { code: 'missing-reference', consequence: undefined }),
      problem('d', { code: 'missing-reference', consequence: undefined, remedy: 'Correct the name.' }),
    ];
    expect(new UserError(differing).message).toBe(`environments/dev.yaml:2: a [pod-security]
    No such pod would be created.
    → Mend the field.
environments/dev.yaml:2: b [missing-reference]
    No such pod would be created.
    → Mend the field.
environments/dev.yaml:2: c [missing-reference]
    → Mend the field.
environments/dev.yaml:2: d [missing-reference]
    → Correct the name.`);
  });

  test('names each place, and every problem stays in the data', () => {
    const error = new UserError([problem('a'), problem('b')]);
    expect(error.problems).toEqual([problem('a'), problem('b')]);
  });
});
