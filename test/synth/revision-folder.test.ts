import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/git/repository';
import { revisionFolder } from '../../src/synth/pins/revision-folder';
import { CLEAN_ENV, commitFiles, newRepository, removeScratch } from '../git/scratch';

afterAll(removeScratch);

test('what killed processes left beside the folders of revisions goes; what one at work makes stays', async () => {
  const dir = newRepository();
  const revision = commitFiles(dir, { 'environments/base.yaml': 'project: lab\n' });
  const cache = join(dir, '.stageline/cache/base');
  // No process has this id: Linux ends at 4194304, macOS at 99999.
  for (const name of ['new-99999999-aB3', 'new-abcdef', `new-${process.pid}-x`, `${'0'.repeat(40)}`])
    mkdirSync(join(cache, name, 'node_modules'), { recursive: true });
  const repo = (await openRepository(dir, CLEAN_ENV))!;
  expect(await revisionFolder(repo, dir, revision)).toBe(join(cache, revision));
  expect(readdirSync(cache).sort()).toEqual(['0'.repeat(40), revision, `new-${process.pid}-x`].sort());
});
