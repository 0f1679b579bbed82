import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS } from './e2e/mutant-list';
import { SCENARIOS } from './e2e/scenarios';

/** `npm run test:e2e:mutants` takes long and is run seldom. */
describe('the mutants of the real cluster', () => {
  test.each(MUTANTS)('$name: finds each line once, and its scenario', ({ edits, scenario }) => {
    const found = edits.map(({ file, from }) => ({
      file,
      times: readFileSync(join(__dirname, '..', file), 'utf8').split(from).length - 1,
    }));
    expect(found).toEqual(edits.map(({ file }) => ({ file, times: 1 })));
    expect(SCENARIOS.map(({ name }) => name)).toContain(scenario);
  });
});
