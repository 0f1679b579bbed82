import type { Problem } from '../../model/errors';
import type { EntryType } from './disk';
import { DIST, LOCK_FILE } from './paths';

/** Something stands where a file is to be written, and nothing says that it is ours. */
export function occupied(path: string, type: EntryType): Problem {
  return {
    code: 'output-foreign',
    cause:
      type === 'file'
        ? `"${DIST}/${path}" was not written by stageline: it has no marker, and no lock knows it`
        : `"${DIST}/${path}" is no file, and stageline writes a file there`,
    consequence: 'It would be lost, so nothing was written.',
    remedy: `Move "${DIST}/${path}" away, or delete it, then run it again.`,
  };
}

/** A stage is not as it was when it was decided what to do with it. */
export function changedMeanwhile(stage: string): Problem {
  return {
    code: 'dist-changed',
    cause: `"${DIST}/${stage}" was changed by somebody else meanwhile`,
    consequence: 'What was found there does not hold any more, so nothing was written.',
    remedy: 'Run it again.',
    at: { file: `${DIST}/${stage}/${LOCK_FILE}` },
  };
}

/** A symbolic link among the files of a stage. */
export function linkProblem(path: string): Problem {
  return {
    code: 'output-is-symlink',
    cause: `"${path}" is a symbolic link`,
    consequence: 'Nothing is written through a link, so nothing was written.',
    remedy: `Replace "${path}" by a real file, or delete it, then run it again.`,
  };
}
