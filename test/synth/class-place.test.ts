import { UserError } from '../../src/model/errors';
import { renderAll } from '../../src/synth/prepare';
import { planted } from '../support/planted';
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

test('a schema that throws is reported in the class, by a run that remembers others as well', async () => {
  const text = repository.read('src/apps/database.ts');
  const today =
    "today: z.string().default(() => { if (existsSync(__dirname + '/gone')) throw new Error('no such day'); return 'a'; }),";
  repository.write(
    'src/apps/database.ts',
    `import { existsSync } from 'node:fs';\n${text.replace('appValues({', `appValues({ ${today}`)}`,
  );
  expect((await repository.run('synth')).code).toBe(0);
  repository.write('src/apps/gone', '');
  for (const args of [['synth'], ['synth', '--no-cache']]) {
    const { code, stderr } = await repository.run(...args);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^src\/apps\/database\.ts:\d+:\d+: the app "database" cannot tell what its values are: Error: no such day \[app-threw\]/,
      ) as string,
    });
  }
});

test('a credential in a class is reported at its line there, without its value, and accepted by a comment there', async () => {
  const value = planted.password();
  const line = (): number =>
    repository
      .read('src/apps/database.ts')
      .split('\n')
      .findIndex((text) => text.includes(value)) + 1;
  repository.edit('src/apps/database.ts', "ROLLUP_STEPS: '6'", `ROLLUP_STEPS: '6', DB_PASSWORD: '${value}'`);
  const { code, stderr } = await repository.run('synth');
  expect(code).toBe(1);
  expect(stderr).toContain(`src/apps/database.ts:${line()}:`);
  expect(stderr).toContain('[credential]');
  expect(stderr).not.toContain(value);
  const text = repository.read('src/apps/database.ts').split('\n');
  text[line() - 1] += ' // allowSecret: the demo that everybody knows';
  repository.write('src/apps/database.ts', text.join('\n'));
  expect((await repository.run('synth', '--dry-run')).stderr).not.toContain('[credential]');
  repository.edit('src/apps/database.ts', `DB_PASSWORD: '${value}'`, "DB_PORT: '5432'");
  expect((await repository.run('synth', '--dry-run')).stderr).toMatch(
    /src\/apps\/database\.ts:\d+: .*\[stale-allow-secret\]/,
  );
});
