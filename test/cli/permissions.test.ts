import { chmodSync, lchownSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.ofSample();
  chmodSync(repository.root, 0o777);
});
afterEach(() => repository.remove());

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const synth = (...args: string[]) => repository.run('synth', ...args);

/** Without root's right to ignore permissions; for anyone else they count anyway. */
async function unprivileged<T>(step: () => Promise<T>): Promise<T> {
  if (isRoot) process.seteuid!(NOBODY);
  return step().finally(() => isRoot && process.seteuid!(0));
}

/** Whoever is not root is refused what root is not; but a checkout in a folder of root's own cannot be run by anybody else. */
function canBeRefused(): boolean {
  if (!isRoot) return true;
  process.seteuid!(NOBODY);
  try {
    readFileSync(join(__dirname, '../../package.json'));
    return true;
  } catch {
    return false;
  } finally {
    process.seteuid!(0);
  }
}

(canBeRefused() ? test : test.skip).each([
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
  if (isRoot)
    readdirSync(repository.root).forEach((name) => lchownSync(join(repository.root, name), NOBODY, NOBODY));
  chmodSync(join(repository.root, path), 0);
  const outcomes = [await unprivileged(() => synth('--check')), await unprivileged(() => synth())];
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
