import { hold, promote, rollback, setImage, type Outcome } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import {
  bareCopy,
  commitFiles,
  git,
  identify,
  removeScratch,
  scratchFolder,
  writeFiles,
} from '../git/scratch';
import { change, code, ENV, linkPackage, newYamlLab, WEB, worldAt } from './lab';

afterAll(removeScratch);

/** A checkout as CI makes it: no branch of its own, a few commits, and the copy of one branch of the remote. */
function checkoutOf(remote: string, commit: string): string {
  const dir = scratchFolder();
  git(dir, 'init', '-q', '-b', 'unborn');
  identify(dir, 'CI');
  git(dir, 'remote', 'add', 'origin', `file://${remote}`);
  git(dir, 'fetch', '-q', '--depth=2', 'origin', '+refs/heads/main:refs/remotes/origin/main');
  git(dir, 'fetch', '-q', '--depth=2', 'origin', commit);
  git(dir, 'checkout', '-q', '--detach', commit);
  linkPackage(dir);
  return dir;
}

async function labAndRemote(): Promise<{ dir: string; remote: string; head: string }> {
  const dir = await newYamlLab();
  await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
  const remote = bareCopy(dir);
  git(remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  git(dir, 'remote', 'add', 'origin', remote);
  return { dir, remote, head: git(dir, 'rev-parse', 'HEAD') };
}

const proposed = (dir: string): Promise<Outcome> =>
  promote(worldAt(dir), { to: 'staging', branch: 'promote/web', push: true });
const state = (dir: string): string[] => [
  git(dir, 'rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD'),
  git(dir, 'status', '--porcelain'),
];

describe('on a detached HEAD', () => {
  test('a new branch begins at the commit that CI checked out, and is pushed; the checkout stays as it is', async () => {
    const { remote, head } = await labAndRemote();
    const ci = checkoutOf(remote, head);
    const before = state(ci);
    expect(await proposed(ci)).toMatchObject({ branch: 'promote/web', pushed: true });
    expect(git(remote, 'rev-parse', 'promote/web^', 'main').split('\n')).toEqual([head, head]);
    expect(git(remote, 'diff', '--name-only', 'main', 'promote/web')).toContain('environments/staging.yaml');
    expect(state(ci)).toEqual(before);
    for (const ask of [
      hold(worldAt(ci), { stage: 'prod', why: 'until Monday', branch: 'hold/prod', push: true }),
      rollback(worldAt(ci), { stage: 'dev', branch: 'back/dev', push: true }),
    ])
      expect(await code(ask)).toBe('done');
  });

  test('main may have moved on; what is not on it is not taken along', async () => {
    const { dir, remote, head } = await labAndRemote();
    const ci = checkoutOf(remote, head);
    for (const text of ['one\n', 'two\n', 'three\n']) commitFiles(dir, { 'README.md': text });
    git(dir, 'push', '-q', 'origin', 'main');
    expect(await proposed(ci)).toMatchObject({ pushed: true });
    git(dir, 'switch', '-q', '-c', 'feature', head);
    const feature = commitFiles(dir, { 'README.md': 'feature\n' });
    git(dir, 'push', '-q', 'origin', 'feature');
    const merge = checkoutOf(remote, feature);
    await expect(proposed(merge)).rejects.toThrow(/which is not on origin\/main \[detached-head\]/);
    expect(git(remote, 'for-each-ref', '--format=%(refname:short)').split('\n')).toEqual([
      'feature',
      'main',
      'promote/web',
    ]);
  });

  test('where base.yaml names no branch it is the default one of the remote', async () => {
    const { dir } = await labAndRemote();
    const head = await change(dir, 'base', ['repository', 'revision'], undefined);
    const remote = bareCopy(dir);
    git(remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    expect(await proposed(checkoutOf(remote, head))).toMatchObject({ pushed: true });
    git(remote, 'symbolic-ref', 'HEAD', 'refs/heads/unborn');
    expect(await code(proposed(checkoutOf(remote, head)))).toEqual([3, 'detached-head']);
  });

  test('without a remote the branch is of this clone alone, and a push has nowhere to go', async () => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    git(dir, 'checkout', '-q', '--detach');
    expect(await code(proposed(dir))).toEqual([3, 'detached-head']);
    expect(await promote(worldAt(dir), { to: 'staging', branch: 'promote/web' })).toMatchObject({
      branch: 'promote/web',
      pushed: false,
    });
  });

  test('without a new branch there is none to commit on', async () => {
    const { remote, head } = await labAndRemote();
    const run = promote(worldAt(checkoutOf(remote, head)), { to: 'staging', push: true });
    await expect(run).rejects.toThrow(/\[detached-head\](.|\n)*--branch <name>/);
  });
});

describe('a dry run', () => {
  const dryRun = async (dir: string): Promise<{ told: string[]; outcome: Outcome }> => {
    const told: string[] = [];
    const world = worldAt(dir, { tell: (text) => told.push(text) });
    const outcome = await promote(world, { to: 'staging', dryRun: true });
    return { told, outcome };
  };

  test('answers of the files as they are, and tells what refuses a commit', async () => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    git(dir, 'config', '--unset', 'user.email');
    git(dir, 'checkout', '-q', '--detach');
    writeFiles(dir, {
      'environments/dev.yaml': 'apps:\n  web:\n    image: registry.example.com/web:1.2.0\n',
    });
    // What lies in dist/ has to be what these files render.
    await expect(dryRun(dir)).rejects.toThrow(/\[other-stage-changes\]/);
    await synth({ root: dir, env: ENV });
    const before = state(dir);
    const { told, outcome } = await dryRun(dir);
    expect(told).toEqual([
      'without --dry-run this is refused: HEAD is detached: a commit would be on no branch',
      'without --dry-run this is refused: git does not know who commits',
      'without --dry-run this is refused: there are changes that are not committed: dist/dev/stageline.lock, dist/dev/web.yaml, environments/dev.yaml',
    ]);
    expect(outcome.proposal?.fields).toEqual([
      ['web.image', 'registry.example.com/web:1.0.0', 'registry.example.com/web:1.2.0'],
    ]);
    expect(state(dir)).toEqual(before);
  });

  test('tells nothing of the kind where a commit could be made', async () => {
    const dir = await newYamlLab();
    await setImage(worldAt(dir), { stage: 'dev', images: WEB('1.1.0') });
    expect((await dryRun(dir)).told).toEqual([]);
  });
});
