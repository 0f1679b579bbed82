import type { AppRule } from './rule';

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
