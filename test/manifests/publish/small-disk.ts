// Publishes on disks of which each has something wrong with it; run by `unshare -rm`, so that the mounts are seen by
// this process alone and end with it:  small-disk.ts <mount point> <disk> …
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { publish } from '../../../src/manifests/publish';
import { UserError } from '../../../src/model/errors';
import { stage, tree } from './support';

const [root = '', ...disks] = process.argv.slice(2);
const body = 'x'.repeat(6000);
const before = [stage('dev', { 'a.yaml': 'a: 1', 'gone.yaml': body })];
const after = [
  stage('dev', { 'a.yaml': body, 'b/c/new.yaml': 'n: 2' }),
  stage('prod', { 'a.yaml': body }),
  stage('test', { 'a/b.yaml': 'b: 1' }),
];

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** With the device named, nothing is added that the disk was mounted with: whose it is may be nobody in here. */
const remount = (options: string): void => mount('-t', 'tmpfs', '-o', `remount,${options}`, 'tmpfs', root);

/** Leaves so many inodes, or blocks, free on the disk as it is now. */
function shrink(kind: string, free: number): void {
  const { files, ffree, blocks, bfree, bsize } = statfsSync(root);
  remount(
    kind === 'free-inodes' ? `nr_inodes=${files - ffree + free}` : `size=${(blocks - bfree + free) * bsize}`,
  );
}

function attempt(disk: string): unknown {
  mount('-t', 'tmpfs', '-o', 'size=4m,nr_inodes=1000', 'tmpfs', root);
  publish({ root, stages: before });
  const old = JSON.stringify(tree(join(root, 'dist')));
  const [kind = '', free] = disk.split('=');
  if (kind === 'ro') remount('ro');
  else if (kind === 'mounted') {
    mkdirSync(join(root, 'dist/prod'));
    mount('-t', 'tmpfs', 'tmpfs', join(root, 'dist/prod'));
  } else shrink(kind, Number(free));
  let problems: unknown;
  try {
    publish({ root, stages: after });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems = error.problems;
  }
  const now = tree(join(root, 'dist'));
  const isDone =
    Object.keys(now).length === 7 &&
    after.every(({ name, files }) => files.every(({ path, text }) => now[`${name}/${path}`] === text));
  const leftovers = readdirSync(join(root, '.stageline'));
  spawnSync('umount', ['-R', root]);
  return { disk, problems, isUntouched: JSON.stringify(now) === old, isDone, leftovers };
}

writeSync(1, JSON.stringify(disks.map(attempt)));
