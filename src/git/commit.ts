import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addAsGit } from './as-added';
import { OWN_FOLDER } from './interrupted';
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
  const dir = join(repo.gitDir, OWN_FOLDER);
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
  const folder = join(scratch, 'files');
  mkdirSync(folder);
  for (const [path, content] of changes) {
    if (content === null) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  // What goes may be in the way of what comes.
  const goes = (path: string): boolean => changes.get(path) === null;
  const paths = [...changes.keys()].sort((a, b) => Number(goes(b)) - Number(goes(a)));
  await addAsGit(repo, { folder, index: extra.GIT_INDEX_FILE, paths });
  return (await repo.run(['write-tree'], { extra })).toString('utf8').trim();
}
