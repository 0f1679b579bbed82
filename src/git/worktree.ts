import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { addAsGit } from './as-added';
import { ownFolder } from './commit';
import type { Repo } from './repository';

/** A path that differs between two commits. An all-zero id stands for "not there". */
export interface TreeDifference {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly toMode: string;
}

const absent = (oid: string): boolean => /^0+$/.test(oid);

/** The files that differ between two commits; submodules are left out. */
export async function diffTrees(repo: Repo, from: string, to: string): Promise<TreeDifference[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--full-index', from, to];
  const fields = (await repo.run(args)).toString('utf8').split('\0').filter(Boolean);
  const found: TreeDifference[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [fromMode, toMode, fromOid, toOid] = fields[i]!.slice(1).split(' ') as [
      string,
      string,
      string,
      string,
    ];
    if (fromMode === '160000' || toMode === '160000') continue;
    found.push({ path: fields[i + 1]!, from: fromOid, to: toOid, toMode });
  }
  return found;
}

/**
 * Brings files from one commit's content to the other's, each in one step by rename. Files that hold neither are
 * somebody's work: they stay, and are handed back.
 */
export async function followFiles(
  repo: Repo,
  from: string,
  differences: readonly TreeDifference[],
  index: string,
): Promise<string[]> {
  const present = await presentIds(repo, from, differences);
  const is = (path: string, oid: string): boolean =>
    absent(oid) ? !present.has(path) : present.get(path) === oid;
  const pending = differences.filter(({ path, to }) => !is(path, to));
  const untouched = pending.filter(({ path, from }) => is(path, from));
  for (const { path } of untouched.filter(({ to }) => absent(to))) removeFile(repo.root, path);
  // A folder or a link that was in the way may be gone now.
  const freed = pending.filter(
    ({ path, from, to }) => absent(from) && !absent(to) && isFree(repo.root, path),
  );
  const place = new Set([...untouched.filter(({ to }) => !absent(to)), ...freed]);
  await placeFiles(repo, [...place], index);
  return pending
    .filter((difference) => !untouched.includes(difference) && !place.has(difference))
    .map(({ path }) => path);
}

const isFree = (root: string, path: string): boolean =>
  lstat(join(root, path)) === undefined && !behindLink(root, path);

/** The ids that files in the checkout would have in Git; nothing for those that are not there. */
async function presentIds(
  repo: Repo,
  from: string,
  differences: readonly TreeDifference[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const regular: string[] = [];
  for (const { path } of differences) {
    const stat = lstat(join(repo.root, path));
    if (behindLink(repo.root, path) || stat?.isDirectory()) ids.set(path, 'other');
    else if (stat === undefined) continue;
    else if (stat.isSymbolicLink()) ids.set(path, blobId(readlinkSync(join(repo.root, path))));
    else regular.push(path);
  }
  if (regular.length === 0) return ids;
  const scratch = mkdtempSync(join(ownFolder(repo), 'present-'));
  try {
    const extra = { GIT_INDEX_FILE: join(scratch, 'index') };
    await repo.run(['read-tree', from], { extra });
    const { GIT_INDEX_FILE: index } = extra;
    await addAsGit(repo, { folder: repo.root, index, paths: regular, dryRun: true });
    const listing = (await repo.run(['ls-files', '-s', '-z'], { extra })).toString('utf8');
    const added = new Map(
      listing.split('\0').map((line) => [line.slice(line.indexOf('\t') + 1), line.split(' ')[1]]),
    );
    for (const path of regular) ids.set(path, added.get(path) ?? 'other');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return ids;
}

function blobId(content: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');
}

async function placeFiles(repo: Repo, files: readonly TreeDifference[], index: string): Promise<void> {
  if (files.length === 0) return;
  const own = join(repo.root, '.stageline');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, '.gitignore'), '*\n');
  const scratch = mkdtempSync(join(own, 'checkout-'));
  try {
    await repo.run(['checkout-index', '--force', '--quiet', '-z', '--stdin', `--prefix=${scratch}/`], {
      input: files.map((file) => `${file.path}\0`).join(''),
      extra: { GIT_INDEX_FILE: index },
    });
    for (const { path, toMode } of files) {
      if (toMode !== '120000') flush(join(scratch, path));
      mkdirSync(dirname(join(repo.root, path)), { recursive: true });
      renameSync(join(scratch, path), join(repo.root, path));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function flush(file: string): void {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function removeFile(root: string, path: string): void {
  rmSync(join(root, path), { force: true });
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) {
    try {
      rmdirSync(join(root, dir));
    } catch {
      return; // Something else is in it.
    }
  }
}

/** Whether a folder on the way is a link: what lies behind it is not this checkout's. */
function behindLink(root: string, path: string): boolean {
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir))
    if (lstat(join(root, dir))?.isSymbolicLink()) return true;
  return false;
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A file stands where a folder would be.
  }
}
