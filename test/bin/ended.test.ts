import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { TemporaryRepository } from '../support/repository';

const PROGRAM = join(__dirname, '../../bin/stageline.js');
const repository = TemporaryRepository.ofFixture('lab');
afterAll(() => repository.remove());

const synth = (...args: string[]) =>
  spawnSync(process.execPath, [PROGRAM, 'synth', ...args], { cwd: repository.root, encoding: 'utf8' });

test('a class that ends the process does not make a check succeed', () => {
  repository.write('src/apps/quitter.ts', 'process.exit(0);\n');
  const { status, stderr, stdout } = synth('--check');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('ended before it was done');
  repository.remove('src/apps/quitter.ts');
  expect(synth()).toMatchObject({ status: 0, stderr: '' });
  expect(synth('--check')).toMatchObject({ status: 0, stderr: '' });
  expect(synth('--nonsense')).toMatchObject({ status: 1 });
});
