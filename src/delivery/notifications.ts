import type { NotificationEvent } from '../model/delivery/notifications';
import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { yamlText } from '../model/yaml-text';
import { settings } from './argocd-cm';
import { recordParts, recordSubscriptions } from './deployment-record';
import { webhookService, type NotificationParts } from './notification-parts';

interface Event {
  readonly when: string;
  /** Told again when this changes; without it, when the condition has ceased to hold and holds again. */
  readonly oncePer?: string;
  /** An expression of Go's templates. */
  readonly says: string;
  readonly revision: string;
}

const NAME = '.app.metadata.name';
const STATE = '"status" "operationState"';
/** An operation that failed early has no result. */
const SYNCED = `(dig ${STATE} "syncResult" "revision" "" .app)`;
const COMPARED = '(dig "status" "sync" "revision" "" .app)';

const EVENTS: Readonly<Record<NotificationEvent, Event>> = {
  deployed: {
    when: "app.status.operationState?.phase == 'Succeeded' and app.status.health.status == 'Healthy'",
    oncePer: 'app.status.operationState?.syncResult?.revision',
    says: `printf "%s runs %s." ${NAME} ${SYNCED}`,
    revision: SYNCED,
  },
  'sync-failed': {
    when: "app.status.operationState?.phase in ['Error', 'Failed']",
    oncePer: 'app.status.operationState?.finishedAt',
    says: `printf "%s could not be synced: %s" ${NAME} (dig ${STATE} "message" "" .app)`,
    revision: SYNCED,
  },
  degraded: {
    when: "app.status.health.status == 'Degraded'",
    says: `printf "%s is degraded." ${NAME}`,
    revision: COMPARED,
  },
  'out-of-sync': {
    when: "app.status.sync.status == 'OutOfSync'",
    says: `printf "%s differs from Git (%s)." ${NAME} ${COMPARED}`,
    revision: COMPARED,
  },
};

/** Where Argo CD shows the Application. */
const PAGE = '{{.context.argocdUrl}}/applications/{{.app.metadata.namespace}}/{{.app.metadata.name}}';

/**
 * What Argo CD tells whom. Services, templates and triggers are generated together, for what the stages subscribe to
 * and nothing else; without a subscription there is none of them.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/
 */
export function notificationsCm(repository: Repository, stages: readonly Environment[]): KubeObject {
  const { services, templates, triggers } = notificationParts(repository, stages);
  const named = (prefix: string, parts: Readonly<Record<string, unknown>>): [string, string][] =>
    Object.entries(parts).map(([name, part]) => [`${prefix}.${name}`, yamlText(part)]);
  const { url } = repository.values.delivery.argocd;
  const data = [
    ...named('service', services),
    ...named('template', templates),
    ...named('trigger', triggers),
  ];
  const context: [string, string][] =
    data.length > 0 && url !== undefined ? [['context', yamlText({ argocdUrl: url })]] : [];
  return settings(repository, 'argocd-notifications-cm', Object.fromEntries([...context, ...data]));
}

export function notificationParts(repository: Repository, stages: readonly Environment[]): NotificationParts {
  const all = stages.flatMap(({ values }) => values.notifications);
  const { email, url, webhooks } = repository.values.delivery.argocd;
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
      ...Object.fromEntries(used.map((event) => [event, template(event, called, url !== undefined)])),
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
  return { when, ...(oncePer === undefined ? {} : { oncePer }), send: [event] };
}

function template(event: NotificationEvent, webhooks: readonly string[], linked: boolean): object {
  const { revision, says } = EVENTS[event];
  const fields = [
    ['application', NAME],
    ['stage', '(index .app.metadata.labels "stageline.dev/stage")'],
    ['event', `"${event}"`],
    ['revision', revision],
    ['message', `(${says})`],
  ];
  // What a message says is not for us to quote: it may hold anything.
  const body = `{{dict ${fields.map(([name, value]) => `"${name}" ${value}`).join(' ')} | toJson}}`;
  const call = { method: 'POST', body };
  return {
    message: linked ? `{{${says}}} ${PAGE}` : `{{${says}}}`,
    email: { subject: `{{${NAME}}}: ${event}` },
    ...(webhooks.length > 0 ? { webhook: Object.fromEntries(webhooks.map((name) => [name, call])) } : {}),
  };
}

function emailService(email: { host: string; port: number; from: string; username?: string }): object {
  const { username, ...server } = email;
  return username === undefined ? server : { ...server, username, password: '$email-password' };
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
