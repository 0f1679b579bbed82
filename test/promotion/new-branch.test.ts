import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hold, promote, type Outcome } from '../../src/promotion';
import { bareCopy, cloneOf, commitFiles, git, removeScratch } from '../git/scratch';
import { change, code, linkPackage, newYamlLab, stageline, WEB, worldAt } from './lab';

afterAll(removeScratch);

/** A clone whose dev is ahead of staging, and its remote. */
async function cloned(): Promise<{ dir: string; remote: string }> {
  const origin = await newYamlLab();
  await change(origin, 'dev', ['apps', 'web', 'image'], WEB('1.1.0').get('web'));
  const remote = bareCopy(origin);
  return { dir: anotherClone(remote), remote };
}

function anotherClone(remote: string): string {
  const dir = cloneOf(remote, 'clone');
  linkPackage(dir);
  return dir;
}

function closed(remote: string): () => void {
  const hook = join(remote, 'hooks/pre-receive');
  writeFileSync(hook, '#!/bin/sh\necho "no" >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  return () => rmSync(hook);
}

const branches = (dir: string): string[] =>
  git(dir, 'for-each-ref', '--format=%(refname)', 'refs/heads').split('\n');
const propose = (dir: string, push = true): Promise<Outcome> =>
  promote(worldAt(dir, { sleep: () => Promise.resolve() }), { to: 'staging', branch: 'pr', push });

describe('a new branch', () => {
  test('that the remote does not take is not left behind, and the next try begins anew', async () => {
    const { dir, remote } = await cloned();
    const open = closed(remote);
    expect(await code(propose(dir))).toEqual([3, 'push-refused']);
    expect(branches(dir)).toEqual(['refs/heads/main']);
    open();
    const { commit, madeBefore } = await propose(dir);
    expect([git(dir, 'rev-parse', 'pr'), git(remote, 'rev-parse', 'pr'), madeBefore]).toEqual([
      commit,
      commit,
      false,
    ]);
  });

  test('that a gate refuses, or a remote that is not there, leaves nothing either', async () => {
    const { dir, remote } = await cloned();
    await hold(worldAt(dir), { stage: 'staging', why: 'until Monday', push: true });
    expect(await code(propose(dir))).toEqual([3, 'gate-closed']);
    await hold(worldAt(dir), { stage: 'staging', why: undefined, push: true });
    rmSync(remote, { recursive: true });
    expect(await code(propose(dir))).toEqual([1, 'git-failed']);
    expect(branches(dir)).toEqual(['refs/heads/main']);
  });

  test('that was there is said to have been, and is pushed if it was not', async () => {
    const { dir, remote } = await cloned();
    const run = (...more: string[]) =>
      stageline(dir, 'promote', '--to', 'staging', '--branch', 'pr', ...more);
    expect((await run()).stderr).toMatch(/^committed [0-9a-f]{12} on pr$/m);
    const tip = git(dir, 'rev-parse', 'pr');
    expect((await run()).stderr).toMatch(/^nothing new: [0-9a-f]{12} on pr is the same change$/m);
    const open = closed(remote);
    expect(await code(propose(dir))).toEqual([3, 'push-refused']);
    expect(git(dir, 'rev-parse', 'pr')).toBe(tip);
    open();
    expect((await run('--push')).stderr).toMatch(
      /^nothing new: [0-9a-f]{12} on pr is the same change, pushed$/m,
    );
    expect(git(remote, 'rev-parse', 'pr')).toBe(tip);
    expect(JSON.parse((await run('--push', '--output', 'json')).stdout)).toMatchObject({
      commit: tip,
      madeBefore: true,
    });
  });

  test('that another clone pushed with the same change is taken for the same, and with another is left alone', async () => {
    const { dir, remote } = await cloned();
    const two = anotherClone(remote);
    const world = worldAt(two, { env: { ...worldAt(two).env, GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' } });
    const first = await promote(world, { to: 'staging', branch: 'pr', push: true });
    expect(await propose(dir)).toMatchObject({ commit: first.commit, madeBefore: true, pushed: true });
    expect(git(dir, 'rev-parse', 'pr')).toBe(first.commit);
    const three = anotherClone(remote);
    git(three, 'switch', '-q', 'pr');
    commitFiles(three, { 'README.md': 'more\n' });
    git(three, 'push', '-q');
    git(three, 'switch', '-q', 'main');
    git(three, 'branch', '-q', '-D', 'pr');
    expect(await code(propose(three))).toEqual([3, 'branch-exists']);
    expect(branches(three)).toEqual(['refs/heads/main']);
  });

  test('of a name that is taken here is refused before anything is pushed', async () => {
    const { dir, remote } = await cloned();
    git(dir, 'branch', 'pr');
    for (const push of [true, false]) expect(await code(propose(dir, push))).toEqual([3, 'branch-exists']);
    expect(branches(remote)).toEqual(['refs/heads/main']);
    // A branch below one that is there, or above it, cannot be.
    for (const branch of ['pr/web', 'HEAD', '@{-1}', '-x', 'a..b', 'a b', 'x.lock', ''])
      for (const push of [true, false])
        expect([branch, await code(promote(worldAt(dir), { to: 'staging', branch, push }))]).toEqual([
          branch,
          [3, expect.stringMatching(/^branch-(name|exists)$/)],
        ]);
    expect(branches(remote)).toEqual(['refs/heads/main']);
  });
});
