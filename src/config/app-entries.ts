import { DNS_LABEL, NO_DNS_LABEL } from '../model/dns-label';
import type { AppClass } from '../model/environment';
import type { Problem } from '../model/errors';
import { nearest, suggest } from '../model/nearest';
import { locateKey, valueAt, type Entry, type LocatedMap } from './located';
import { BASE_FILE } from './stage-files';
import type { Found } from './validate';

/** An app's name is its file's under dist/: Argo CD and kubectl read this one as an instruction. */
export const RESERVED_APPS: readonly string[] = ['kustomization'];

/** What a file says of each app. */
export function entriesOf(file: LocatedMap): ReadonlyMap<string, Entry> {
  const apps = valueAt(file, ['apps']);
  return apps?.kind === 'map' ? apps.entries : new Map<string, never>();
}

/** The apps that a file names. */
export const appsOf = (file: LocatedMap): readonly string[] => [...entriesOf(file).keys()];

/** Names that no app may have. */
export function misnamedApps(file: LocatedMap): readonly Problem[] {
  const names = appsOf(file).filter((name) => RESERVED_APPS.includes(name) || !DNS_LABEL.test(name));
  return names.map((name): Problem => {
    const at = locateKey(file, ['apps', name]);
    if (RESERVED_APPS.includes(name)) {
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

/** Says of a kind that is missing, or none that there is, which apps need none: classes, called as their files. */
export const aboutKinds =
  (classes: readonly AppClass[]) =>
  (problem: Found): Found => {
    const [apps, app, key, ...below] = problem.path;
    if (apps !== 'apps' || key !== 'kind' || below.length > 0) return problem;
    const own = classes.find(({ name }) => name === app);
    if (own && problem.code === 'unknown-key')
      return {
        ...problem,
        remedy: `"${own.name}" is the class ${own.file ?? 'of this name'}: delete the kind, or rename one of the two.`,
      };
    const isMissing = problem.code === 'missing-key';
    if (!isMissing && (problem.code !== 'invalid-value' || problem.remedy !== undefined)) return problem;
    const meant = isMissing
      ? nearest(
          String(app),
          classes.map(({ name }) => name),
        )
      : undefined;
    if (meant !== undefined) return { ...problem, remedy: `Did you mean "${meant}", a class in src/apps/?` };
    const names = classes.map(({ name }) => name).sort();
    const there =
      names.length === 0 ? '' : `; there ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}`;
    const without = `An app without a kind is a class in src/apps/, called as its file${there}.`;
    return { ...problem, remedy: isMissing ? `${problem.remedy} ${without}` : without };
  };
