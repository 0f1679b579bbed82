import { withoutSecrets } from '../config/memory/records';
import type { Location } from '../model/errors';
import { Allowances } from './allow';
import { scanObject } from './objects';

/** The lines that may be meant by one thing that looks like a credential. */
export type SuspectLines = readonly Location[];

/**
 * What looks like a credential in a file of environments/, be it rendered or not.
 *
 * @param values what the file says, as plain data
 */
export function suspectsIn(values: unknown, text: string, file: string): readonly SuspectLines[] {
  const found = withoutSecrets(values).flatMap((each) => scanObject(each));
  if (found.length === 0) return [];
  const lines = text.split(/\r?\n/);
  return found.map(({ detection }) => {
    const wanted = detection.secret.split('\n')[0]!;
    return lines.flatMap((line, i) => (line.includes(wanted) ? [{ file, line: i + 1 }] : []));
  });
}

/** Whether a file of environments/ holds nothing that looks like a credential but what a comment of its own allows. */
export function isAllAllowed(values: unknown, text: string, file: string): boolean {
  const allowances = new Allowances(() => text);
  return suspectsIn(values, text, file).every((lines) => lines.some((at) => allowances.covers(at)));
}
