import type { Repo } from './repository';

/** Where files lie, and the index that they are held against. */
export interface AddInput {
  /** Its paths are from here. */
  readonly folder: string;
  readonly index: string;
  readonly paths: Iterable<string>;
  /** Only find out which objects they would be. @default false: the objects are written */
  readonly dryRun?: boolean;
}

/**
 * Brings files into an index of ours as `git add` would: through the line ends, idents and filters that configuration
 * and attributes ask for, with the mode that they have there. A path without a file is taken out.
 */
export async function addAsGit(repo: Repo, { folder, index, paths, dryRun }: AddInput): Promise<void> {
  // What comes back with other line ends is no loss: the text is made anew. Modes are not asked of these files.
  const config = ['-c', 'core.safecrlf=false', '-c', 'core.fileMode=false'];
  // Of a checkout half moved, a file may stand where the index has a folder.
  const flags = ['-z', '--add', '--remove', ...(dryRun ? ['--info-only', '--replace'] : []), '--stdin'];
  await repo.run(['-C', folder, ...config, 'update-index', ...flags], {
    input: [...paths].map((path) => `${path}\0`).join(''),
    extra: { GIT_INDEX_FILE: index, GIT_DIR: repo.gitDir, GIT_WORK_TREE: folder },
  });
}
