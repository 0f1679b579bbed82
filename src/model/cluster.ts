import { z } from 'zod';
import { reason } from './values/scalars';

/** Kubernetes minor versions whose schemas ship under third_party/kubernetes. */
export const KUBERNETES_VERSIONS = [
  '1.28',
  '1.29',
  '1.30',
  '1.31',
  '1.32',
  '1.33',
  '1.34',
  '1.35',
  '1.36',
] as const;
export type KubernetesVersion = (typeof KUBERNETES_VERSIONS)[number];

/**
 * What a cluster offers beyond Kubernetes' own API. A kind, or a feature, that needs one of these is refused on a
 * cluster that does not list it.
 */
export const CAPABILITIES = [
  'argo-cd',
  'argo-rollouts',
  'cert-manager',
  'external-secrets',
  'flux',
  'gateway-api',
  'ingress',
  'keda',
  'kyverno',
  'metrics-server',
  'network-policy',
  'persistent-volumes',
  'prometheus-operator',
  'sealed-secrets',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a DNS label');

/** How Argo CD names the cluster that it runs in itself. */
export const IN_CLUSTER = 'https://kubernetes.default.svc';

export const clusterSchema = z
  .strictObject({
    server: z
      .url({ protocol: /^https$/ })
      // Argo CD takes the slash off the address that is registered, and not off that of an Application.
      .refine((server) => !server.endsWith('/'), {
        message: 'must not end with a slash: Argo CD would not find the cluster',
      })
      .describe('URL of the API server, as Argo CD knows the cluster.')
      .default(IN_CLUSTER),
    hub: dnsLabel
      .optional()
      .describe(
        'The cluster whose Argo CD deploys here. Default: itself where server is the in-cluster address, else the ' +
          'only cluster that has it.',
      ),
    kubernetes: z
      .enum(KUBERNETES_VERSIONS)
      .describe('Minor version the cluster runs, quoted: every object is checked against its schema.'),
    provides: z
      .array(z.enum(CAPABILITIES))
      .default([])
      .describe('What is installed beyond Kubernetes itself; a kind that nothing provides is refused.'),
    openNetwork: reason
      .optional()
      .describe(
        'Why it enforces no network policies, where it provides none: they are rendered all the same, and nothing ' +
          'acts on them.',
      ),
    gateway: z
      .strictObject({ name: dnsLabel, namespace: dnsLabel })
      .optional()
      .describe('The Gateway that the HTTPRoutes of this cluster attach to, and its namespace.'),
    ingress: z
      .strictObject({ className: dnsLabel, namespace: dnsLabel })
      .optional()
      .describe('The IngressClass of this cluster, and the namespace its controller runs in.'),
    apiServer: z
      .strictObject({
        cidrs: z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1),
        port: z.int().min(1).max(65535).default(443),
      })
      .optional()
      .describe('Where pods reach the API server: network policies let through apps that ask for `api`.'),
    monitoring: z
      .strictObject({ namespace: dnsLabel })
      .optional()
      .describe(
        'Where metrics are scraped from: network policies let it reach the ports named in `metrics`.',
      ),
  })
  .refine(({ openNetwork, provides }) => openNetwork === undefined || !provides.includes('network-policy'), {
    message:
      'must not have openNetwork where it provides network-policy: policies are enforced, or they are not',
  })
  .describe('A Kubernetes cluster that stages run on.');

export type Cluster = z.output<typeof clusterSchema> & { readonly name: string };

/**
 * What tells two clusters apart: the address of the API server, or the name where that is the address from within,
 * which every cluster that runs its own Argo CD has.
 */
export const clusterIdentity = ({ name, server }: Pick<Cluster, 'name' | 'server'>): string => {
  const address = server.replace(/\/+$/, '');
  return address === IN_CLUSTER ? name : address;
};
