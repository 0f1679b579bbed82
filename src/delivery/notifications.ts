import { stringify } from 'yaml';
import type { NotificationEvent } from '../model/delivery/notifications';
import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { settings } from './argocd-cm';
import { recordParts, recordSubscriptions } from './deployment-record';

interface Event {
  readonly when: string;
  readonly oncePer: string;
  readonly says: string;
}

const REVISION = 'app.status.operationState?.syncResult?.revision';
/** The name and the stage of an Application, in a template. */
const APP = '{{.app.metadata.name}}';

const EVENTS: Readonly<Record<NotificationEvent, Event>> = {
  deployed: {
    when: "app.status.operationState?.phase == 'Succeeded' and app.status.health.status == 'Healthy'",
    oncePer: REVISION,
    says: `${APP} runs {{.app.status.operationState.syncResult.revision}}.`,
  },
  'sync-failed': {
    when: "app.status.operationState?.phase in ['Error', 'Failed']",
    oncePer: REVISION,
    says: `${APP} could not be synced: {{.app.status.operationState.message}}`,
  },
  degraded: {
    when: "app.status.health.status == 'Degraded'",
    oncePer: 'app.status.health.lastTransitionTime',
    says: `${APP} is degraded.`,
  },
  'out-of-sync': {
    when: "app.status.sync.status == 'OutOfSync'",
    oncePer: 'app.status.sync.revision',
    says: `${APP} differs from Git ({{.app.status.sync.revision}}).`,
  },
};

/** Pieces of argocd-notifications-cm: a service, a template and a trigger need one another. */
export interface NotificationParts {
  readonly services: Readonly<Record<string, object>>;
  readonly templates: Readonly<Record<string, object>>;
  readonly triggers: Readonly<Record<string, readonly object[]>>;
  /** Keys of argocd-notifications-secret that the services refer to. */
  readonly secrets: readonly string[];
}

/**
 * What Argo CD tells whom. Services, templates and triggers are generated together, for what the stages subscribe to
 * and nothing else; without a subscription there is none of them.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/
 */
export function notificationsCm(repository: Repository, stages: readonly Environment[]): KubeObject {
  const { services, templates, triggers } = notificationParts(repository, stages);
  const text = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
  const named = (prefix: string, parts: Readonly<Record<string, unknown>>): [string, string][] =>
    Object.entries(parts).map(([name, part]) => [`${prefix}.${name}`, text(part)]);
  const { url } = repository.values.delivery.argocd;
  const data = [
    ...named('service', services),
    ...named('template', templates),
    ...named('trigger', triggers),
  ];
  const context: [string, string][] =
    data.length > 0 && url !== undefined ? [['context', text({ argocdUrl: url })]] : [];
  return settings(repository, 'argocd-notifications-cm', Object.fromEntries([...context, ...data]));
}

export function notificationParts(repository: Repository, stages: readonly Environment[]): NotificationParts {
  const all = stages.flatMap(({ values }) => values.notifications);
  const { email, webhooks } = repository.values.delivery.argocd;
  const hooks = [
    ...new Set(all.flatMap((each) => (each.service === 'webhook' ? [each.webhook] : []))),
  ].sort();
  const record = recordParts(repository, stages);
  const used = (Object.keys(EVENTS) as NotificationEvent[]).filter((event) =>
    all.some(({ on }) => on.includes(event)),
  );
  const has = (service: string): boolean => all.some((each) => each.service === service);
  const called = hooks.filter((name) => Object.hasOwn(webhooks, name));
  return {
    services: {
      ...(has('slack') ? { slack: { token: '$slack-token' } } : {}),
      ...(has('email') && email ? { email: emailService(email) } : {}),
      ...Object.fromEntries(called.map((name) => [`webhook.${name}`, webhookService(name, webhooks[name]!)])),
      ...record.services,
    },
    templates: {
      ...Object.fromEntries(used.map((event) => [event, template(event, called)])),
      ...record.templates,
    },
    triggers: {
      ...Object.fromEntries(used.map((event) => [`on-${event}`, [trigger(event)]])),
      ...record.triggers,
    },
    secrets: [
      ...new Set([
        ...(has('slack') ? ['slack-token'] : []),
        ...(has('email') && email?.username !== undefined ? ['email-password'] : []),
        ...called.filter((name) => webhooks[name]!.token).map((name) => `${name}-token`),
        ...record.secrets,
      ]),
    ].sort(),
  };
}

function trigger(event: NotificationEvent): object {
  const { oncePer, when } = EVENTS[event];
  return { when, oncePer, send: [event] };
}

function template(event: NotificationEvent, webhooks: readonly string[]): object {
  const { says } = EVENTS[event];
  const body = `{"application": "${APP}", "event": "${event}"}`;
  const call = { method: 'POST', body };
  return {
    message: says,
    email: { subject: `${APP}: ${event}` },
    ...(webhooks.length > 0 ? { webhook: Object.fromEntries(webhooks.map((name) => [name, call])) } : {}),
  };
}

function emailService(email: { host: string; port: number; from: string; username?: string }): object {
  const { username, ...server } = email;
  return username === undefined ? server : { ...server, username, password: '$email-password' };
}

export function webhookService(name: string, { token, url }: { token: boolean; url: string }): object {
  const headers = [
    { name: 'Content-Type', value: 'application/json' },
    ...(token ? [{ name: 'Authorization', value: `Bearer $${name}-token` }] : []),
  ];
  return { url, headers };
}

/** The annotations by which an Application of the stage subscribes to what the stage asks for. */
export function subscriptions(repository: Repository, environment: Environment): Record<string, string> {
  const recipients = new Map<string, Set<string>>();
  for (const each of environment.values.notifications) {
    const [service, recipient] =
      each.service === 'slack'
        ? ['slack', each.channel]
        : each.service === 'email'
          ? ['email', each.to]
          : [each.webhook, ''];
    for (const event of each.on) {
      const key = `notifications.argoproj.io/subscribe.on-${event}.${service}`;
      recipients.set(key, (recipients.get(key) ?? new Set()).add(recipient));
    }
  }
  const own = [...recipients].map(([key, to]): [string, string] => [key, [...to].sort().join(';')]);
  return Object.fromEntries([...own, ...recordSubscriptions(repository)]);
}
