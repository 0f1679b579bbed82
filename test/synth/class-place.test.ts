import { UserError } from '../../src/model/errors';
import { renderAll } from '../../src/synth/prepare';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

test('what a class hands to a component wrongly is reported in the class', () => {
  const text = repository.read('src/apps/database.ts');
  repository.write('src/apps/database.ts', text.replace("schedule: '0 0 * * *'", "schedul: '0 0 * * *'"));
  let problems: UserError['problems'] = [];
  try {
    renderAll(repository.root);
  } catch (error) {
    problems = (error as UserError).problems;
  }
  expect(problems.length).toBeGreaterThan(0);
  for (const { at } of problems) {
    expect(at).toEqual({
      file: 'src/apps/database.ts',
      line: expect.any(Number),
      column: expect.any(Number),
    });
  }
});
