import { DNS_LABEL, NO_DNS_LABEL } from '../model/dns-label';
import type { AppClass } from '../model/environment';
import type { Problem } from '../model/errors';
import { suggest } from '../model/nearest';
import { locateKey, valueAt, type Entry, type LocatedMap } from './located';
import { BASE_FILE } from './stage-files';

/** An app's name is its file's under dist/: Argo CD and kubectl read this one as an instruction. */
const RESERVED = ['kustomization'];

/** What a file says of each app. */
export function entriesOf(file: LocatedMap): ReadonlyMap<string, Entry> {
  const apps = valueAt(file, ['apps']);
  return apps?.kind === 'map' ? apps.entries : new Map<string, never>();
}

/** The apps that a file names. */
export const appsOf = (file: LocatedMap): readonly string[] => [...entriesOf(file).keys()];

/** Names that no app may have. */
export function misnamedApps(file: LocatedMap): readonly Problem[] {
  const names = appsOf(file).filter((name) => RESERVED.includes(name) || !DNS_LABEL.test(name));
  return names.map((name): Problem => {
    const at = locateKey(file, ['apps', name]);
    if (RESERVED.includes(name)) {
      return { code: 'reserved-name', cause: `no app may be called "${name}"`, remedy: 'Rename it.', at };
    }
    const cause = `the name of an app ${NO_DNS_LABEL}, and ${JSON.stringify(name.slice(0, 80))} is none`;
    return { code: 'invalid-name', cause, remedy: 'Rename it.', at };
  });
}

/**
 * Apps of a stage that base.yaml does not know and that say no kind: most likely misspelt names. One problem says so,
 * instead of one for each key that such an app lacks.
 */
export function incompleteApps(
  stage: LocatedMap,
  { shared }: { readonly shared: LocatedMap },
  classes: readonly AppClass[],
): { readonly apps: ReadonlySet<string>; readonly problems: readonly Problem[] } {
  const known = new Set([...appsOf(shared), ...classes.map(({ name }) => name)]);
  const incomplete = [...entriesOf(stage)].filter(
    ([name, { value }]) => !known.has(name) && value.kind === 'map' && !value.entries.has('kind'),
  );
  return {
    apps: new Set(incomplete.map(([name]) => name)),
    problems: incomplete.map(([name, entry]) => ({
      code: 'unknown-app',
      cause: `apps.${name} is not in ${BASE_FILE}, and has no kind of its own`,
      remedy: suggest(name, known, `Add "kind:" and what that kind needs, or the app to ${BASE_FILE}.`),
      at: entry.at,
    })),
  };
}
