import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryRepository } from '../support/repository';
import { isRoot, NOBODY, testOfRefusal, unprivilegedly } from '../support/unprivileged';

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.ofSample();
  chmodSync(repository.root, 0o777);
});
afterEach(() => repository.remove());

const synth = (...args: string[]) => repository.run('synth', ...args);

testOfRefusal.each([
  ['a manifest', 'dist/dev/frontend.yaml'],
  ['a manifest of a pinned stage', 'dist/prod/frontend.yaml'],
  ['what Argo CD is given', 'dist/argocd/stage-dev.yaml'],
  ['a lock', 'dist/dev/stageline.lock'],
  ['the folder of a stage', 'dist/dev'],
  ['dist/', 'dist'],
  ['a stage', 'environments/dev.yaml'],
  ['environments/', 'environments'],
])('%s that cannot be read is an error that names it, in a check as well', async (_, path) => {
  expect((await synth()).code).toBe(0);
  // Links themselves, and not what they lead to: node_modules is the checkout's own.
  if (isRoot) execFileSync('chown', ['-R', '-P', '-h', `${NOBODY}:${NOBODY}`, repository.root]);
  chmodSync(join(repository.root, path), 0);
  const outcomes = [await unprivilegedly(() => synth('--check')), await unprivilegedly(() => synth())];
  chmodSync(join(repository.root, path), 0o755);
  for (const { code, stderr } of outcomes) {
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`${path}[/"].*EACCES|${path}: .*permission`));
    expect(stderr).toContain('→ ');
    expect(stderr).not.toContain('defect of stageline');
  }
  expect((await synth('--check')).code).toBe(0);
});

test('a manifest that may be executed is none the worse for it', async () => {
  chmodSync(join(repository.root, 'dist/dev/frontend.yaml'), 0o755);
  expect((await synth('--check')).code).toBe(0);
});
