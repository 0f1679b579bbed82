import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repo } from './repository';

/** New content of a file, or null where it goes. */
export type Change = string | Uint8Array | null;

export interface CommitInput {
  /** The first one's tree is what the changes apply to. */
  readonly parents: readonly string[];
  /** By path from the root, with forward slashes. */
  readonly changes: ReadonlyMap<string, Change>;
  readonly subject: string;
  readonly body?: string;
  readonly trailers?: readonly (readonly [key: string, value: string])[];
}

/** The place under .git that is ours: journal and scratch files, never left behind by a run that ends. */
export function ownFolder(repo: Repo): string {
  const dir = join(repo.gitDir, 'stageline');
  mkdirSync(dir, { recursive: true });
  return dir;
}

/**
 * Makes a commit without touching checkout, index or any ref. Undefined when the changes leave the tree of a single
 * parent as it is.
 */
export async function buildCommit(repo: Repo, input: CommitInput): Promise<string | undefined> {
  const scratch = mkdtempSync(join(ownFolder(repo), 'commit-'));
  try {
    const tree = await buildTree(repo, input.parents[0], input.changes, scratch);
    if (input.parents.length === 1) {
      const before = await repo.line(['rev-parse', '--verify', `${input.parents[0]}^{tree}`]);
      if (before === tree) return undefined;
    }
    const sign = (await repo.line(['config', '--type=bool', 'commit.gpgSign'])) === 'true' ? ['-S'] : [];
    const parents = input.parents.flatMap((parent) => ['-p', parent]);
    const args = ['-c', 'i18n.commitEncoding=UTF-8', 'commit-tree', ...sign, ...parents, tree];
    return (await repo.run(args, { input: commitMessage(input) })).toString('utf8').trim();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Subject, body and trailers, each trailer on one line. */
export function commitMessage(input: Pick<CommitInput, 'subject' | 'body' | 'trailers'>): string {
  const line = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
  const trailers = (input.trailers ?? []).map(([key, value]) => `${key}: ${line(value)}`);
  const parts = [line(input.subject), input.body?.trim(), trailers.join('\n')];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

async function buildTree(
  repo: Repo,
  parent: string | undefined,
  changes: ReadonlyMap<string, Change>,
  scratch: string,
): Promise<string> {
  const extra = { GIT_INDEX_FILE: join(scratch, 'index') };
  await repo.run(parent === undefined ? ['read-tree', '--empty'] : ['read-tree', parent], { extra });
  const written = [...changes].filter((entry): entry is [string, string | Uint8Array] => entry[1] !== null);
  const oids = await writeBlobs(
    repo,
    written.map(([, content]) => content),
    scratch,
  );
  const modes = parent === undefined ? new Map() : await modesOf(repo, parent, [...changes.keys()]);
  const zero = '0'.repeat(parent?.length ?? 40);
  const lines = [
    ...[...changes].filter(([, content]) => content === null).map(([path]) => `0 ${zero}\t${path}`),
    ...written.map(([path], i) => `${modes.get(path) ?? '100644'} ${oids[i]}\t${path}`),
  ];
  await repo.run(['update-index', '-z', '--index-info'], {
    extra,
    input: lines.map((l) => `${l}\0`).join(''),
  });
  return (await repo.run(['write-tree'], { extra })).toString('utf8').trim();
}

async function modesOf(repo: Repo, revision: string, paths: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Set(paths);
  const tops = [...new Set(paths.map((path) => path.split('/')[0]!))];
  const listing = await repo.run(['ls-tree', '-r', '-z', '--full-tree', revision, '--', ...tops]);
  const entries = listing
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((line): [string, string] => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]);
  return new Map(entries.filter(([path, mode]) => wanted.has(path) && mode.startsWith('100')));
}

/** One process for all blobs: their content goes through files of ours. */
async function writeBlobs(
  repo: Repo,
  contents: readonly (string | Uint8Array)[],
  scratch: string,
): Promise<string[]> {
  if (contents.length === 0) return [];
  const files = contents.map((content, i) => {
    const file = join(scratch, `blob-${i}`);
    writeFileSync(file, content);
    return file;
  });
  const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
  const output = await repo.run(args, { input: files.map((file) => `${file}\n`).join('') });
  return output.toString('utf8').trim().split('\n');
}
