import { TemporaryRepository } from '../support/repository';

test('two files of one name are refused, since only one could be the app', async () => {
  const repository = TemporaryRepository.ofSample();
  try {
    repository.write('src/apps/database.js', "require('./database');\n");
    const { code, stderr } = await repository.run('synth');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^src\/apps\/database\.ts: .*src\/apps\/database\.js.* \[app-file-name\]/m);
  } finally {
    repository.remove();
  }
});
