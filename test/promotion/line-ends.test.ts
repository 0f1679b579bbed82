import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hold, promote, rollback, setImage } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { cloneOf, commitFiles, git, removeScratch } from '../git/scratch';
import { ENV, linkPackage, newYamlLab, WEB, worldAt } from './lab';

afterAll(removeScratch);

test('where Git checks files out with CRLF, commits have LF, and the checkout stays clean', async () => {
  const origin = await newYamlLab();
  commitFiles(origin, { '.gitattributes': '' });
  const dir = cloneOf(origin, 'windows', '-c', 'core.autocrlf=true');
  linkPackage(dir);
  const world = worldAt(dir);
  expect(readFileSync(join(dir, 'environments/dev.yaml'), 'utf8')).toContain('\r\n');
  await setImage(world, { stage: 'dev', images: WEB('1.1.0') });
  await promote(world, { to: 'staging' });
  await promote(world, { to: 'staging', only: 'base' });
  await hold(world, { stage: 'prod', why: 'until Monday' });
  await rollback(world, { stage: 'dev' });
  expect(git(dir, 'status', '--porcelain')).toBe('');
  expect(git(dir, 'ls-files', '--eol')).not.toMatch(/^i\/(crlf|mixed)/m);
  // Without .gitattributes Git gives them CRLF, and nothing else is told of them.
  const { files } = await synth({ root: dir, env: ENV, check: true, deep: true });
  expect([...new Set(files.map(({ state }) => state))]).toEqual(['line-endings']);
  const [added] = git(dir, 'diff', '--numstat', 'origin/main', '--', 'environments/staging.yaml').split('\t');
  expect(added).toBe('2');
});
