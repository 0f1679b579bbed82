import { z } from 'zod';
import { dnsLabel, qualifiedName, text } from '../values/scalars';
import { deploymentRecords, notificationServices } from './notifications';
import { group } from './owners';

/** Single sign-on. https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/ */
const oidc = z.strictObject({
  name: z.string().min(1).describe('What the login button says.'),
  issuer: z.url({ protocol: /^https$/ }),
  clientID: z.string().min(1),
  requestedScopes: z.array(z.string().min(1)).min(1).default(['openid', 'profile', 'email', 'groups']),
});

/** For the Prometheus Operator. https://prometheus-operator.dev/docs/developer/alerting/ */
const monitoring = z
  .strictObject({
    labels: z
      .record(qualifiedName, text)
      .default({})
      .describe('By which your Prometheus finds what it scrapes and its rules, such as release: monitoring.'),
  })
  .describe(
    'A ServiceMonitor and a PrometheusRule for Argo CD itself. Its cluster provides prometheus-operator.',
  );

const argocd = z
  .strictObject({
    namespace: dnsLabel.default('argocd').describe('Where Argo CD runs.'),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, 'must be a full version in quotes, such as "3.2.6"')
      .default('3.2.6')
      .describe('Version of Argo CD.'),
    profile: z
      .enum(['minimal', 'standard', 'ha'])
      .default('standard')
      .describe('minimal: what is used alone; standard: as the project publishes it; ha: several of each.'),
    monitoring: monitoring.optional(),
    url: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Where people find its user interface; single sign-on and notifications need it.'),
    admins: z.array(group).default([]).describe('Groups that may do everything, everywhere.'),
    adminAccount: z
      .boolean()
      .optional()
      .describe('Whether the built-in admin may log in. Default: only where there is no oidc.'),
    oidc: oidc.optional(),
    ...notificationServices,
  })
  .prefault({});

/** What base.yaml says about delivery. */
export const deliverySchema = z
  .strictObject({
    owner: z
      .enum(['pulumi', 'root'])
      .default('pulumi')
      .describe(
        'Who owns the AppProjects and Applications: the Pulumi stack, or one root Application that follows Git.',
      ),
    applications: z
      .enum(['perEnvironment', 'perApp'])
      .default('perEnvironment')
      .describe('One Application for each stage, or one for each app of it.'),
    records: deploymentRecords,
    argocd,
  })
  .prefault({})
  .describe('How the stages get into their clusters.');
