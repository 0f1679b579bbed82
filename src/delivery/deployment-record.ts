import type { Environment, Repository } from '../model/environment';
import { CLUSTER_LABEL } from './names';
import { webhookService, type NotificationParts } from './notification-parts';

const STAGE = '{{index .app.metadata.labels "stageline.dev/stage"}}';
const NAME = '{{.app.metadata.name}}';
const REVISION = '{{.app.status.operationState.syncResult.revision}}';
const TRIGGER = 'on-stageline-record';
const NONE: NotificationParts = { services: {}, templates: {}, triggers: {}, secrets: [] };

/** An operation that failed before it had a revision deployed nothing that could be recorded. */
const OF_A_REVISION = "(app.status.operationState?.syncResult?.revision ?? '') != ''";
const SUCCEEDED = "app.status.operationState?.phase == 'Succeeded'";

/** What can become of a sync, and the template that reports it. */
const OUTCOMES: readonly (readonly [when: string, template: string])[] = [
  [`${SUCCEEDED} and app.status.health.status == 'Healthy'`, 'stageline-record-done'],
  [`${SUCCEEDED} and app.status.health.status == 'Degraded'`, 'stageline-record-failed'],
  ["app.status.operationState?.phase in ['Error', 'Failed']", 'stageline-record-failed'],
];

/** When the sync ended, or when its health came to be what it is, whichever is later: records sort by it. */
const AT =
  '{{$end := .app.status.operationState.finishedAt}}{{$seen := dig "status" "health" "lastTransitionTime" $end .app}}' +
  '{{if gt $seen $end}}{{$seen}}{{else}}{{$end}}{{end}}';

/** What `stageline record` takes, as JSON. The hash of the manifests follows from stage and revision. */
const RECORD = `{"stage": "${STAGE}", "revision": "${REVISION}", "result": "{{.app.status.operationState.phase}}", "health": "{{.app.status.health.status}}", "at": "${AT}", "by": "${NAME}"}`;

/**
 * The deployment record: each sync result of each stage is reported where `delivery.records` says. It is sent when a
 * sync has failed, and when after a sync the stage is healthy, or degraded: each at most once a sync.
 */
export function recordParts(repository: Repository, stages: readonly Environment[]): NotificationParts {
  const { argocd, records } = repository.values.delivery;
  if (records === undefined || stages.length === 0) return NONE;
  const status = statusName(repository, stages);
  const triggers = {
    [TRIGGER]: OUTCOMES.map(([when, template]) => ({
      when: `${when} and ${OF_A_REVISION}`,
      oncePer: 'app.status.operationState?.finishedAt',
      send: [template],
    })),
  };
  const templates = (of: (done: boolean) => object): NotificationParts['templates'] => ({
    'stageline-record-done': { message: `${STAGE} runs ${REVISION}`, ...of(true) },
    'stageline-record-failed': { message: `${STAGE} does not run ${REVISION} as it should`, ...of(false) },
  });
  switch (records.to) {
    case 'github': {
      const { to: _, ...app } = records;
      return {
        services: { github: { ...app, privateKey: '$github-privateKey' } },
        templates: templates((done) => ({ github: githubReport(done, status) })),
        triggers,
        secrets: ['github-privateKey'],
      };
    }
    case 'gitlab': {
      const headers = [{ name: 'PRIVATE-TOKEN', value: '$gitlab-token' }];
      const path = (done: boolean): string =>
        `/projects/${records.project}/statuses/${REVISION}?state=${done ? 'success' : 'failed'}&name=stageline%2F${status}`;
      return {
        services: { 'webhook.stageline-gitlab': { url: records.api, headers } },
        templates: templates((done) => ({
          webhook: { 'stageline-gitlab': { method: 'POST', path: path(done) } },
        })),
        triggers,
        secrets: ['gitlab-token'],
      };
    }
    case 'webhook': {
      const { webhook: name } = records;
      const target = argocd.webhooks[name];
      if (target === undefined) return NONE;
      return {
        services: { [`webhook.${name}`]: webhookService(name, target) },
        templates: templates(() => ({ webhook: { [name]: { method: 'POST', body: RECORD } } })),
        triggers,
        secrets: target.token ? [`${name}-token`] : [],
      };
    }
  }
}

/**
 * What a status of the commit is called. Where several Applications report for a stage, that of one must not cover that
 * of another.
 */
function statusName({ values }: Repository, stages: readonly Environment[]): string {
  if (values.delivery.applications === 'perApp') return NAME;
  if (stages.every((stage) => stage.values.fleet === undefined)) return STAGE;
  return `{{if index .app.metadata.labels "${CLUSTER_LABEL}"}}${NAME}{{else}}${STAGE}{{end}}`;
}

/** A status of the commit, and a deployment to the environment that the stage is on GitHub. */
function githubReport(done: boolean, status: string): object {
  const state = done ? 'success' : 'failure';
  return {
    status: { state, label: `stageline/${status}` },
    deployment: { state, environment: STAGE, requiredContexts: [], autoMerge: false },
  };
}

/** Every Application subscribes to the record. */
export function recordSubscriptions(repository: Repository): [string, string][] {
  const { records } = repository.values.delivery;
  if (records === undefined) return [];
  const service =
    records.to === 'github' ? 'github' : records.to === 'gitlab' ? 'stageline-gitlab' : records.webhook;
  return [[`notifications.argoproj.io/subscribe.${TRIGGER}.${service}`, '']];
}
