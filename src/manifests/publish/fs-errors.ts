import { UserError, type Problem } from '../../model/errors';

const RIGHTS = 'Let the user who runs this read and write it, or run as the user who owns it.';
const remedies: Readonly<Record<string, readonly [says: string, remedy: string]>> = {
  ENOENT: [
    'it is not there any more',
    'Run it again; if that does not help, see what else changes the folder.',
  ],
  EACCES: ['permission denied', RIGHTS],
  EPERM: ['not permitted', RIGHTS],
  EROFS: ['the disk is read-only', 'Work in a checkout on a disk that can be written.'],
  ENOSPC: ['no space left on the disk', 'Free some space, then run it again.'],
  EDQUOT: ['the disk quota is used up', 'Free some space, then run it again.'],
  ENOTDIR: ['a part of the path is a file', 'Move that file away, or delete it, then run it again.'],
  EISDIR: ['it is a folder', 'Move that folder away, or delete it, then run it again.'],
  ELOOP: ['it is a symbolic link', 'Replace the link by a real folder or file.'],
  ENAMETOOLONG: ['the path is too long', 'Shorten the name, or check out to a shorter path.'],
  EXDEV: [
    'it is on another file system',
    'dist/ and .stageline/ must be on one file system: undo the mount, or the link, that parts them.',
  ],
  EBUSY: ['another program holds it open', 'Close that program, then run it again.'],
  EMFILE: ['too many open files', 'Raise the limit (ulimit -n), then run it again.'],
  EIO: ['the disk failed', 'Check the disk.'],
};

/** The error code of a failed system call, such as `ENOENT`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  const isErrno = typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
  return isErrno ? String(error.code) : undefined;
}

/** Whether the system refused something, for a reason that no program can do away with: its rights, its disk, its limits. */
export function isRefusal(error: unknown): boolean {
  return /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EMFILE|ENFILE|EIO)$/.test(errnoOf(error) ?? '');
}

/** A failed system call as a problem that a person can mend, with paths relative to the repository. */
export function fsProblem(error: unknown, root: string, consequence: string): Problem | undefined {
  const code = errnoOf(error);
  if (code === undefined) return undefined;
  const { path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const shown = relativeTo(root, dest ?? path);
  const [says, remedy] = remedies[code] ?? [code, 'Check the file and the disk, then run it again.'];
  const cause = `cannot use ${shown === undefined ? 'the output' : `"${shown}"`}: ${says} (${code})`;
  return { code: 'write-failed', cause, consequence, remedy };
}

/** Runs a step; a failed system call in it becomes a UserError. Everything else passes through. */
export function withFsErrors<T>(root: string, consequence: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw asUserError(error, root, consequence);
  }
}

/** A failed system call as a UserError; everything else as it is. */
export function asUserError(error: unknown, root: string, consequence: string): unknown {
  const problem = fsProblem(error, root, consequence);
  return problem ? new UserError(problem) : error;
}

function relativeTo(root: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const shown = path.startsWith(root) ? path.slice(root.length).replace(/^[\\/]/, '') : path;
  return shown.replaceAll('\\', '/') || '.';
}
