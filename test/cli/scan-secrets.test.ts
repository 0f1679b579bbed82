import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

test('scan-secrets says how much of dist/ it leaves out, and why, and reads what somebody edited there', async () => {
  const rendered = await repository.run('scan-secrets', 'dist');
  expect(rendered).toMatchObject({ code: 0 });
  expect(rendered.stderr).toMatch(
    /^0 files, .*0 findings\nleft out: \d{2,} files as synth rendered and looked at them \(dist\/\)\n$/,
  );
  const file = 'dist/dev/frontend.yaml';
  repository.write(file, `${repository.read(file)}# token = hunter22hunter22\n`);
  const edited = await repository.run('scan-secrets', 'dist');
  expect(edited.stderr).toMatch(/^1 file, /m);
  const environments = await repository.run('scan-secrets', 'environments');
  expect(environments.stderr).not.toContain('left out');
});
