import { withoutSecrets } from '../config/memory/records';
import { fileOf } from '../config/stage-files';
import { parseValues } from '../config/yaml-edit';
import type { Repository } from '../model/environment';
import type { Location, Problem } from '../model/errors';
import { Allowances } from '../secrets/allow';
import type { Detection } from '../secrets/detect';
import { scanObject } from '../secrets/objects';
import { scanText } from '../secrets/scan-text';
import { SecretPlaces } from './secret-places';

/** What looks like a credential in a file of environments/, be it rendered or not. */
export interface Suspect {
  readonly detection: Detection;
  /** The lines that may be meant. */
  readonly lines: readonly Location[];
}

/** Of a file of environments/ that was found right. */
export function suspectsIn(text: string, file: string): readonly Suspect[] {
  const found = withoutSecrets(parseValues(text)).flatMap((values) => scanObject(values));
  if (found.length === 0) return [];
  const lines = text.split(/\r?\n/);
  return found.map(({ detection }) => {
    const wanted = detection.secret.split('\n')[0]!;
    return {
      detection,
      lines: lines.flatMap((line, i) => (line.includes(wanted) ? [{ file, line: i + 1 }] : [])),
    };
  });
}

/**
 * Warns of what looks like a credential in environments/ and is not refused, since nothing that is rendered shows it: no
 * stage takes it, or another value stands over it.
 *
 * @param texts the files of environments/ by name, in place of those on disk
 */
export function overlooked(
  root: string,
  { environments }: Repository,
  texts?: ReadonlyMap<string, string>,
): readonly Problem[] {
  // What is remembered was found to hold none.
  if (environments.every(({ key }) => key !== undefined)) return [];
  const places = new SecretPlaces(root, environments, texts);
  const allowances = new Allowances((file) => places.textOf(file));
  return ['base', ...environments.map(({ name }) => name)].flatMap((name) => {
    const file = fileOf(name);
    const text = places.textOf(file) ?? '';
    const isAllowed = ({ lines }: Suspect): boolean => lines.some((at) => allowances.covers(at));
    if (suspectsIn(text, file).every(isAllowed)) return [];
    return scanText(text, file)
      .filter(({ at, structural }) => structural || !allowances.covers(at))
      .map(({ at, rule, why }): Problem => ({
        code: 'credential-not-rendered',
        cause: `this looks like a credential: ${why} (${rule})`,
        consequence:
          'Nothing that is rendered shows it, so it is not refused; but everybody can read it in Git, and no run remembers the values of the one before.',
        remedy: 'Delete it; if it is none, end its line with "# allowSecret: <why>".',
        at,
      }));
  });
}
