import type { Problem } from '../../model/errors';
import { suggest } from '../../model/nearest';
import type { AppRule } from './rule';

/** An app may call an app that the stage does not deploy: the stage then lacks both the app and the way to it. */
export const callsExist: AppRule = {
  name: 'calls-exist',
  check: (app, _, { apps }) =>
    app.values.network.to.flatMap((to, index): Problem[] => {
      if (to !== app.name && apps.has(to)) return [];
      const at = app.locate(['network', 'to', index]);
      if (to === app.name) {
        return [
          {
            code: 'calls-itself',
            cause: `network.to of ${app.name} names the app itself`,
            remedy: 'Delete it.',
            at,
          },
        ];
      }
      const others = [...apps].filter((name) => name !== app.name);
      return [
        {
          code: 'unknown-app',
          cause: `network.to of ${app.name} names "${to}", and there is no such app`,
          consequence: 'The calls would be denied.',
          remedy: suggest(to, others, 'For what is outside of the stage use toNamespaces or toCidrs.'),
          at,
        },
      ];
    }),
};
