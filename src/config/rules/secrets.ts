import type { Location, Problem } from '../../model/errors';
import type { AppRule, RepositoryRule } from './rule';

const BASE_FILE = 'environments/base.yaml';

/** Ciphertext is bound to one name in one namespace: in base.yaml it would be wrong for all stages but one. */
export const sealedIsOfAStage: AppRule = {
  name: 'sealed-is-of-a-stage',
  check: (app) =>
    Object.entries(app.values.secrets ?? {}).flatMap(([name, { sealed = {} }]) =>
      Object.keys(sealed)
        .map((key) => ({ key, at: app.locate(['secrets', name, 'sealed', key]) }))
        .filter(({ at }) => at.file === BASE_FILE)
        .map(({ at, key }) => ({
          code: 'sealed-in-base',
          cause: `the ciphertext of "${key}" stands in ${BASE_FILE}, and only one namespace can decrypt it`,
          remedy: `Move it to the stage's own file, or run "stageline seal <stage> ${app.name} ${name} ${key}".`,
          at,
        })),
    ),
};

/** What was sealed for one namespace and name can be decrypted there alone: a copy never can. */
export const sealedIsNoCopy: RepositoryRule = {
  name: 'sealed-is-no-copy',
  concerns: 'sealed',
  check: ({ environments }) => {
    const first = new Map<string, { readonly scope: string; readonly at: Location }>();
    const problems: Problem[] = [];
    for (const { apps, name: stage } of environments)
      for (const app of apps)
        for (const [name, { sealed = {} }] of Object.entries(app.values.secrets ?? {}))
          for (const [key, ciphertext] of Object.entries(sealed)) {
            const at = app.locate(['secrets', name, 'sealed', key]);
            const scope = `${app.namespace}/${app.objectName}-${name}`;
            const known = first.get(ciphertext);
            if (!known) first.set(ciphertext, { scope, at });
            if (!known || known.scope === scope || at.file === BASE_FILE) continue;
            problems.push({
              code: 'sealed-copy',
              cause: `the ciphertext of "${key}" is the one of ${known.at.file}:${known.at.line}, sealed for ${known.scope} or for ${scope}, and not for both`,
              consequence: 'The controller could decrypt it in one of the two at most.',
              remedy: `Run: stageline seal ${stage} ${app.name} ${name} ${key}`,
              at,
            });
          }
    return problems;
  },
};
