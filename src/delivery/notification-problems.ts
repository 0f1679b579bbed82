import type { Repository } from '../model/environment';
import type { Location, Problem } from '../model/errors';
import { locateBase } from './locate';

/** Names of services, and of secrets before `-token`, that are not for webhooks. */
const RESERVED = ['email', 'github', 'gitlab', 'slack', 'stageline-gitlab'];

/** Notifications that go through a service which base.yaml does not describe. */
export function notificationProblems(repository: Repository): Problem[] {
  const { argocd, records } = repository.values.delivery;
  const unknown = (webhook: string, at: Location): Problem[] =>
    Object.hasOwn(argocd.webhooks, webhook)
      ? []
      : [
          {
            code: 'notification-service',
            cause: `there is no webhook "${webhook}" under delivery.argocd.webhooks in base.yaml`,
            consequence: 'Argo CD would drop the notification without a word.',
            remedy: 'Describe it there, or name one that is.',
            at,
          },
        ];
  const taken = Object.keys(argocd.webhooks).filter((name) => RESERVED.includes(name));
  return [
    ...taken.map((name): Problem => ({
      code: 'notification-service',
      cause: `a webhook is called "${name}", as a service or its secret is that Argo CD or stageline names so`,
      consequence: 'One would take the place of the other.',
      remedy: 'Give the webhook another name.',
      at: locateBase(repository, ['delivery', 'argocd', 'webhooks', name]),
    })),
    ...(records?.to === 'webhook'
      ? unknown(records.webhook, locateBase(repository, ['delivery', 'records', 'webhook']))
      : []),
    ...repository.environments.flatMap(({ locate, values }) =>
      values.notifications.flatMap((each, index): Problem[] => {
        if (each.service === 'webhook')
          return unknown(each.webhook, locate(['notifications', index, 'webhook']));
        if (each.service !== 'email' || argocd.email !== undefined) return [];
        return [
          {
            code: 'notification-service',
            cause: 'base.yaml has no delivery.argocd.email, through which to send an e-mail',
            consequence: 'Argo CD would drop the notification without a word.',
            remedy: 'Set delivery.argocd.email: {host, from}.',
            at: locate(['notifications', index]),
          },
        ];
      }),
    ),
  ];
}
