import type { AppRule } from './rule';

const WAYS = [
  {
    key: 'ingress',
    of: 'ingress',
    what: 'an Ingress',
    capability: 'ingress',
    keys: 'className and namespace',
  },
  {
    key: 'route',
    of: 'gateway',
    what: 'an HTTPRoute',
    capability: 'gateway-api',
    keys: 'name and namespace',
  },
] as const;

/** What leads in from outside needs something on the cluster that serves it. */
export const clusterLetsIn: AppRule = {
  name: 'cluster-lets-in',
  check: (app, { cluster }) =>
    WAYS.flatMap(({ key, of, what, capability, keys }) => {
      if (app.kind === 'class' || (app.values as { readonly [key]?: unknown })[key] === undefined) return [];
      const lacks = cluster[of] === undefined;
      if (!lacks && cluster.provides.includes(capability)) return [];
      return [
        {
          code: `no-${of}`,
          cause: lacks
            ? `"${app.name}" asks for ${what}, and the cluster "${cluster.name}" has no ${of}`
            : `"${app.name}" asks for ${what}, and the cluster "${cluster.name}" does not provide ${capability}`,
          consequence: 'Nobody would reach it.',
          remedy: lacks
            ? `Add clusters.${cluster.name}.${of} with its ${keys} to base.yaml, or write "${key}: null" in this stage.`
            : `Add ${capability} to clusters.${cluster.name}.provides in base.yaml, or write "${key}: null" in this stage.`,
          at: app.locate([key]),
        },
      ];
    }),
};
