import { z } from 'zod';
import { dnsLabel } from '../values/scalars';

/** What people can be told about a stage. */
export const NOTIFICATION_EVENTS = ['deployed', 'sync-failed', 'degraded', 'out-of-sync'] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

const on = z
  .array(z.enum(NOTIFICATION_EVENTS))
  .min(1)
  .describe('deployed: synced and healthy, once a revision.');

const notification = z.discriminatedUnion('service', [
  z.strictObject({
    service: z.literal('slack'),
    channel: z.string().regex(/^[a-zA-Z0-9._-]{1,80}$/, 'must be a channel, without #'),
    on,
  }),
  z.strictObject({ service: z.literal('email'), to: z.email(), on }),
  z.strictObject({
    service: z.literal('webhook'),
    webhook: dnsLabel.describe('One of delivery.argocd.webhooks in base.yaml.'),
    on,
  }),
]);

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/ */
export const notifications = z.array(notification).default([]).describe('Who is told what about the stage.');

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: z.boolean().default(false).describe('Send the secret <webhook>-token as a bearer token.'),
});

/** What base.yaml says about the services that notifications go through. Tokens are secrets of the Pulumi stack. */
export const notificationServices = {
  webhooks: z.record(dnsLabel, webhook).default({}),
  email: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65535).default(587),
      from: z.email(),
      username: z.string().min(1).optional().describe('Then the password is the secret email-password.'),
    })
    .optional(),
};

/** Where the result of each sync is reported: one source for gates, history and metrics. */
export const deploymentRecords = z
  .discriminatedUnion('to', [
    z.strictObject({
      to: z.literal('github'),
      appID: z.int().min(1),
      installationID: z.int().min(1),
      enterpriseBaseURL: z
        .url({ protocol: /^https$/ })
        .regex(
          /^https:\/\/(api\.[^/]+\/?|.+\/api\/v3\/?)$/,
          'must be the address of the API, such as https://github.example.com/api/v3',
        )
        .optional(),
    }),
    z.strictObject({
      to: z.literal('gitlab'),
      api: z.url({ protocol: /^https$/ }).default('https://gitlab.com/api/v4'),
      project: z.int().min(1).describe('The number of the project.'),
    }),
    z.strictObject({ to: z.literal('webhook'), webhook: dnsLabel }),
  ])
  .optional()
  .describe(
    'github and gitlab: a status of the commit that was synced (github: also a deployment). webhook: JSON with what ' +
      '"stageline record" takes.',
  );
