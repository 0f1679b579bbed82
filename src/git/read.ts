import { UserError } from '../model/errors';
import { isShallow, type Repo } from './repository';

/** A file of a revision. */
export interface TreeFile {
  readonly mode: '100644' | '100755' | '120000';
  readonly oid: string;
  readonly data: Buffer;
}

/** The full id of the commit that `revision` names, or undefined where this clone has none such. */
export async function resolveCommit(repo: Repo, revision: string): Promise<string | undefined> {
  if (!isPlainRevision(revision)) return undefined;
  return repo.line(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
}

/**
 * The full id of the commit that `revision` names.
 * @throws UserError `revision-missing` with the command that fetches it, and `no-commit` for HEAD where there is none yet
 */
export async function requireCommit(repo: Repo, revision: string): Promise<string> {
  const commit = await resolveCommit(repo, revision);
  if (commit !== undefined) return commit;
  if (revision === 'HEAD')
    throw new UserError({
      code: 'no-commit',
      cause: 'the branch has no commit yet',
      remedy: 'commit what there is first',
    });
  throw new UserError({
    code: 'revision-missing',
    cause: `the revision ${revision} is not in this clone`,
    consequence: 'Nothing was written.',
    remedy: isPlainRevision(revision) ? await fetchAdvice(repo, revision) : 'name a commit, branch or tag',
  });
}

function isPlainRevision(revision: string): boolean {
  return revision !== '' && !revision.startsWith('-') && !/[\u0000-\u0020\u007f]/.test(revision);
}

/** Where to fetch from: origin, or the first of what there is. */
export async function remoteOf(repo: Repo): Promise<string | undefined> {
  const remotes = (await repo.run(['remote'])).toString('utf8').split('\n').filter(Boolean);
  return remotes.includes('origin') ? 'origin' : remotes[0];
}

/** The command that brings a missing revision into this clone. */
export async function fetchAdvice(repo: Repo, revision: string): Promise<string> {
  const remote = await remoteOf(repo);
  if (remote === undefined) return 'no remote is configured: add the one that has it, then fetch it';
  const shallow = await isShallow(repo);
  if (/^[0-9a-f]{40,64}$/.test(revision))
    return shallow
      ? `git fetch --no-tags --depth=1 ${remote} ${revision} (or, where the server refuses that, git fetch --unshallow ${remote})`
      : `git fetch --no-tags ${remote} ${revision}`;
  const name = revision.startsWith(`${remote}/`) ? revision.slice(remote.length + 1) : revision;
  const refspec = `+refs/heads/${name}:refs/remotes/${remote}/${name}`;
  return `git fetch --no-tags${shallow ? ' --depth=1' : ''} ${remote} ${refspec} (then name it ${remote}/${name})`;
}

/**
 * Every file below one of the prefixes at a revision, by its path from the root. An empty list means the whole tree;
 * submodules are left out.
 * @throws UserError `revision-missing`
 */
export async function readFiles(
  repo: Repo,
  revision: string,
  prefixes: readonly string[],
): Promise<Map<string, TreeFile>> {
  const commit = await requireCommit(repo, revision);
  const listing = await repo.run(['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...prefixes]);
  const entries = listing
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode, type, oid] = line.slice(0, tab).split(' ') as [TreeFile['mode'], string, string];
      return { mode, type, oid, path: line.slice(tab + 1) };
    })
    .filter((entry) => entry.type === 'blob');
  const blobs = await readObjects(
    repo,
    entries.map((entry) => entry.oid),
  );
  return new Map(entries.map(({ mode, oid, path }, i) => [path, { mode, oid, data: blobs[i]! }]));
}

/** The text of every regular file below `prefix` at a revision, by its path from the root. */
export async function readTree(repo: Repo, revision: string, prefix = ''): Promise<Map<string, string>> {
  const files = await readFiles(repo, revision, prefix === '' ? [] : [prefix.replace(/\/+$/, '')]);
  const regular = [...files].filter(([, file]) => file.mode !== '120000');
  return new Map(regular.map(([path, file]) => [path, file.data.toString('utf8')]));
}

/**
 * Objects by what names them (`<oid>`, `<commit>:<path>`), in the order asked for; undefined for each that is missing.
 * One process, however many.
 */
export async function readObjects(
  repo: Repo,
  names: readonly string[],
): Promise<readonly (Buffer | undefined)[]> {
  if (names.length === 0) return [];
  const asked = names.map((name) => (name.includes('\n') ? '' : name));
  const output = await repo.run(['cat-file', '--batch'], { input: `${asked.join('\n')}\n` });
  let at = 0;
  return asked.map(() => {
    const end = output.indexOf(10, at);
    const header = output.toString('utf8', at, end);
    at = end + 1;
    const size = /^[0-9a-f]{40,64} [a-z]+ (\d+)$/.exec(header)?.[1];
    if (size === undefined) return undefined;
    const data = output.subarray(at, at + Number(size));
    at += Number(size) + 1;
    return data;
  });
}

/** Whether `ancestor` is `descendant` or lies in its history. */
export async function isAncestor(repo: Repo, ancestor: string, descendant: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', ancestor, descendant];
  const result = await repo.try(args);
  if (result.code > 1) {
    await requireCommit(repo, ancestor);
    await requireCommit(repo, descendant);
  }
  return result.code === 0;
}

/** The best common ancestor, or undefined where histories have nothing in common (or a shallow clone hides it). */
export async function mergeBase(repo: Repo, one: string, other: string): Promise<string | undefined> {
  return repo.line(['merge-base', await requireCommit(repo, one), await requireCommit(repo, other)]);
}

/** How many commits lead from `from` to `to` that touch one of the paths; all when none is given. */
export async function countCommits(
  repo: Repo,
  from: string,
  to: string,
  paths: readonly string[] = [],
): Promise<number> {
  const args = [
    'rev-list',
    '--count',
    `${await requireCommit(repo, from)}..${await requireCommit(repo, to)}`,
  ];
  return Number((await repo.run([...args, '--', ...paths])).toString('utf8').trim());
}
