import { fileOf } from '../config/stage-files';
import { parseValues } from '../config/yaml-edit';
import type { Repository } from '../model/environment';
import type { Problem } from '../model/errors';
import { Allowances } from '../secrets/allow';
import { scanText } from '../secrets/scan-text';
import { isAllAllowed } from '../secrets/suspects';
import { SecretPlaces } from './secret-places';

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
  // What is remembered was found to hold none that is not allowed.
  if (environments.every(({ key }) => key !== undefined)) return [];
  const places = new SecretPlaces(root, environments, texts);
  const allowances = new Allowances((file) => places.textOf(file));
  return ['base', ...environments.map(({ name }) => name)].flatMap((name) => {
    const file = fileOf(name);
    const text = places.textOf(file) ?? '';
    if (isAllAllowed(parseValues(text), text, file)) return [];
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
