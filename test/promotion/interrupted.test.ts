import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, removeScratch } from '../git/scratch';
import { newYamlLab, stageline } from './lab';

afterAll(removeScratch);

test.each([
  ['synth', []],
  ['synth', ['--check']],
])(
  '%s %j finishes what an interrupted command had begun, in a linked worktree too',
  async (command, flags) => {
    const lab = await newYamlLab();
    git(lab, 'worktree', 'add', '-q', '-b', 'other', join(lab, 'node_modules/other'));
    for (const dir of [lab, join(lab, 'node_modules/other')]) {
      const lock = join(git(dir, 'rev-parse', '--absolute-git-dir'), 'index.lock');
      writeFileSync(lock, '');
      expect(await stageline(dir, 'set', 'dev', 'web.replicas=4')).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('the files of the checkout follow'),
      });
      rmSync(lock);
      expect(git(dir, 'status', '--porcelain')).not.toBe('');
      expect(await stageline(dir, command, ...flags)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('finished what an interrupted command had begun'),
      });
      expect(git(dir, 'status', '--porcelain')).toBe('');
      expect(git(dir, 'show', 'HEAD:environments/dev.yaml')).toContain('replicas: 4');
    }
  },
);

test('a gate is not passed without saying why', async () => {
  const dir = await newYamlLab();
  for (const args of [
    ['promote', '--to', 'prod', '--skip', ' '],
    ['set', 'prod', 'web.replicas=4', '--skip', ''],
  ]) {
    const { code, stderr } = await stageline(dir, ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('must say why')]);
  }
});
