import { z } from 'zod';
import { dnsSubdomain } from './scalars';

/** Resources of Kubernetes that an app may be given access to, with their API group. */
export const API_RESOURCES = {
  configmaps: '',
  endpoints: '',
  events: '',
  persistentvolumeclaims: '',
  pods: '',
  'pods/log': '',
  'pods/status': '',
  secrets: '',
  services: '',
  controllerrevisions: 'apps',
  daemonsets: 'apps',
  deployments: 'apps',
  'deployments/scale': 'apps',
  replicasets: 'apps',
  statefulsets: 'apps',
  'statefulsets/scale': 'apps',
  horizontalpodautoscalers: 'autoscaling',
  cronjobs: 'batch',
  jobs: 'batch',
  leases: 'coordination.k8s.io',
  endpointslices: 'discovery.k8s.io',
  ingresses: 'networking.k8s.io',
  networkpolicies: 'networking.k8s.io',
  poddisruptionbudgets: 'policy',
} as const;

const custom = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(\/[a-z]+)?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}$/,
    'must be a resource such as "deployments", or with its group such as "certificates.cert-manager.io"',
  );

/** Nothing here stands for everything: `*`, `escalate`, `bind` and `impersonate` are no verbs that an app needs. */
const verb = z.enum(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);

const rule = z
  .strictObject({
    resources: z
      .array(z.union([z.enum(Object.keys(API_RESOURCES) as (keyof typeof API_RESOURCES)[]), custom]))
      .min(1),
    verbs: z.array(verb).min(1),
    names: z.array(dnsSubdomain).default([]).describe('Only objects of these names; default: all of them.'),
  })
  .refine((r) => !r.resources.includes('secrets') || r.names.length > 0, {
    message: 'must name the Secrets: access to all of them is access to every other app of the namespace',
    path: ['names'],
  })
  .refine((r) => r.names.length === 0 || !r.verbs.includes('create'), {
    message: 'must not hold "create" beside names: a new object has none yet. Make it a rule of its own',
    path: ['verbs'],
  });

/** What an app may do in its own namespace. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export const apiAccess = z
  .array(rule)
  .default([])
  .describe(
    'What it may do with the API server, in its namespace alone; only then its pods get a token. Its way to the ' +
      'API server has to be open: clusters.<name>.apiServer, or network.toCidrs.',
  );
export type ApiRule = z.output<typeof rule>;

/** The group and the plain name of a resource. */
export function splitResource(resource: string): { readonly group: string; readonly resource: string } {
  if (resource in API_RESOURCES)
    return { group: API_RESOURCES[resource as keyof typeof API_RESOURCES], resource };
  const dot = resource.indexOf('.');
  return { group: resource.slice(dot + 1), resource: resource.slice(0, dot) };
}
