import { join } from 'node:path';
import { interrupt, tree } from '../manifests/publish/support';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

test.each([1, 3])(
  'what a run left half done after %i files is ended before anything is compared',
  async (moved) => {
    const old = tree(join(repository.root, 'dist'));
    const other = TemporaryRepository.ofSample();
    for (const each of [repository, other]) {
      each.write(
        'environments/dev.yaml',
        'apps:\n  backend:\n    replicas: 2\n  frontend:\n    replicas: 2\n',
      );
    }
    expect(await other.run('synth')).toMatchObject({ code: 0 });
    const done = tree(join(other.root, 'dist'));
    other.remove();
    expect(done).not.toEqual(old);
    interrupt(repository.root, done, moved);

    const { code, stdout } = await repository.run('synth', '--check');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dev +\d+ objects {2}\+0 ~0 -0$/m);
    expect(tree(join(repository.root, 'dist'))).toEqual(done);
  },
);
