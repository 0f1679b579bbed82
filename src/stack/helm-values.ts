import type { Sizing } from '../delivery';
import { FLAGS, type Component } from './installation';

export interface HelmOptions {
  readonly version: string;
  readonly profile: 'minimal' | 'standard' | 'ha';
  readonly unused: readonly Component[];
  readonly size?: Pick<Sizing, 'controllers' | 'repoServers'>;
  /** Stamps the pods, so that other flags are a rollout. @default no stamp */
  readonly flags?: string;
  /** Whether Prometheus scrapes it, whatever the profile. @default false */
  readonly monitored?: boolean;
}

/**
 * Values of the official chart. The chart keeps its CRDs and creates none of the settings that this program owns; the
 * names are those that the official manifest gives, so that commands and alerts hold for both.
 * https://github.com/argoproj/argo-helm/tree/main/charts/argo-cd
 */
export function helmValues({
  version,
  profile,
  unused,
  size = { controllers: 1, repoServers: 2 },
  monitored = false,
  flags,
}: HelmOptions): Record<string, unknown> {
  const without = (component: Component): boolean => profile === 'minimal' && unused.includes(component);
  const several = profile === 'ha' ? { replicas: 2 } : {};
  const metrics = profile === 'minimal' && !monitored ? {} : { metrics: { enabled: true } };
  return {
    fullnameOverride: 'argocd',
    global: {
      image: { tag: `v${version}` },
      ...(flags === undefined ? {} : { podAnnotations: { [FLAGS]: flags } }),
    },
    crds: { install: true, keep: true },
    configs: { cm: { create: false }, params: { create: false }, rbac: { create: false } },
    // The chart tells the controllers how many they are.
    controller: { ...(profile === 'ha' ? { replicas: size.controllers } : {}), ...metrics },
    server: { ...several, ...metrics },
    repoServer: { ...(profile === 'ha' ? { replicas: size.repoServers } : {}), ...metrics },
    applicationSet: {
      ...several,
      ...metrics,
      ...(without('applicationset-controller') ? { replicas: 0 } : {}),
    },
    dex: { enabled: !without('dex-server') },
    notifications: {
      enabled: !without('notifications-controller'),
      ...metrics,
      cm: { create: false },
      secret: { create: false },
    },
    'redis-ha': { enabled: profile === 'ha' },
  };
}
