import { parse } from 'yaml';
import { deliveryProblems } from '../../src/delivery';
import type { Repository } from '../../src/model/environment';
import { emitted, repositoryOf } from './fixture';

const argocd = {
  url: 'https://cd.example',
  email: { host: 'smtp.example', from: 'cd@example.com', username: 'cd' },
  webhooks: { chat: { url: 'https://chat.example/hook', token: true } },
};
const everything = [
  { service: 'slack', channel: 'deploys', on: ['deployed', 'sync-failed'] },
  { service: 'slack', channel: 'oncall', on: ['sync-failed'] },
  { service: 'email', to: 'sre@example.com', on: ['degraded'] },
  { service: 'webhook', webhook: 'chat', on: ['out-of-sync'] },
];

function settingsOf(repository: Repository): Record<string, string> {
  return (emitted(repository, 'ConfigMap', 'argocd-notifications-cm')['data'] ?? {}) as Record<
    string,
    string
  >;
}
const annotationsOf = (repository: Repository, name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(emitted(repository, 'Application', name).metadata.annotations!)
      .filter(([key]) => key.startsWith('notifications.'))
      .map(([key, value]) => [key.replace('notifications.argoproj.io/subscribe.', ''), value]),
  );

/** Every trigger, template and service that something refers to is there, and each of them is referred to. */
function expectComplete(repository: Repository): void {
  const data = settingsOf(repository);
  const keys = (prefix: string): string[] =>
    Object.keys(data)
      .filter((key) => key.startsWith(`${prefix}.`))
      .map((key) => key.slice(prefix.length + 1))
      .sort();
  const subscribed = ['dev', 'staging', 'prod'].flatMap((stage) =>
    Object.keys(annotationsOf(repository, `shop-${stage}`)),
  );
  const triggers = [...new Set(subscribed.map((key) => key.split('.')[0]!))].sort();
  const services = [...new Set(subscribed.map((key) => key.split('.').slice(1).join('.')))].sort();
  expect(keys('trigger')).toEqual(triggers);
  expect(
    keys('service')
      .map((name) => name.replace(/^webhook\./, ''))
      .sort(),
  ).toEqual(services);
  const sent = keys('trigger').flatMap((name) =>
    (parse(data[`trigger.${name}`]!) as { send: string[] }[]).flatMap(({ send }) => send),
  );
  expect(keys('template')).toEqual([...new Set(sent)].sort());
}

describe('notifications', () => {
  test('are none at all where nobody asked for one', () => {
    expect(settingsOf(repositoryOf())).toEqual({});
    expect(annotationsOf(repositoryOf(), 'shop-prod')).toEqual({});
  });

  test('have a trigger, a template and a service each, and no more of them than that', () => {
    const repository = repositoryOf({ prod: { notifications: everything } }, { delivery: { argocd } });
    expect(deliveryProblems(repository)).toEqual([]);
    expect(annotationsOf(repository, 'shop-prod')).toEqual({
      'on-deployed.slack': 'deploys',
      'on-sync-failed.slack': 'deploys;oncall',
      'on-degraded.email': 'sre@example.com',
      'on-out-of-sync.chat': '',
    });
    expect(annotationsOf(repository, 'shop-dev')).toEqual({});
    expectComplete(repository);
    expect(parse(settingsOf(repository)['service.email']!)).toMatchObject({ password: '$email-password' });
  });

  test('link to Argo CD where its address is known', () => {
    const stages = { prod: { notifications: everything } };
    const message = (delivery: object): string =>
      (
        parse(settingsOf(repositoryOf(stages, { delivery }))['template.deployed']!) as {
          message: string;
        }
      ).message;
    expect(message({ argocd })).toContain('{{.context.argocdUrl}}/applications/');
    expect(message({ argocd: { ...argocd, url: undefined } })).not.toContain('argocdUrl');
  });

  test('leave no name of a service, or of its secret, to a webhook', () => {
    const webhooks = { slack: { url: 'https://chat.example/hook' } };
    const [problem] = deliveryProblems(repositoryOf({}, { delivery: { argocd: { webhooks } } }));
    expect(problem).toMatchObject({
      code: 'notification-service',
      cause: expect.stringContaining('slack') as string,
    });
  });

  test('through a service that nobody described are a problem', () => {
    const codes = deliveryProblems(repositoryOf({ prod: { notifications: everything } })).map(
      ({ at, code }) => [code, at!.file],
    );
    expect(codes).toEqual([
      ['notification-service', 'prod.notifications.2'],
      ['notification-service', 'prod.notifications.3.webhook'],
    ]);
  });
});

describe('the deployment record', () => {
  test.each([
    { to: 'github', appID: 1, installationID: 2 },
    { to: 'gitlab', project: 42 },
    { to: 'webhook', webhook: 'chat' },
  ])('is reported of every stage, whatever became of the sync: %j', (records) => {
    const repository = repositoryOf({}, { delivery: { argocd, records } });
    expectComplete(repository);
    for (const stage of ['dev', 'staging', 'prod'])
      expect(Object.keys(annotationsOf(repository, `shop-${stage}`))).toHaveLength(1);
    const [done, degraded, failed] = parse(settingsOf(repository)['trigger.on-stageline-record']!) as {
      when: string;
    }[];
    expect(done!.when).toContain("'Healthy'");
    expect(degraded!.when).toContain("'Degraded'");
    expect(failed!.when).toContain("'Failed'");
  });

  test('is JSON with stage, revision, result, health, time and Application once Argo CD has filled it in', () => {
    const records = { to: 'webhook', webhook: 'chat' };
    const data = settingsOf(repositoryOf({}, { delivery: { argocd, records } }));
    const template = parse(data['template.stageline-record-done']!) as {
      webhook: { chat: { body: string } };
    };
    // Words for what Argo CD's own templates would put there; test/e2e has it fill them in.
    const filled = template.webhook.chat.body.replace(/\{\{[^}]*\}\}/g, 'x');
    expect(Object.keys(JSON.parse(filled) as object)).toEqual([
      'stage',
      'revision',
      'result',
      'health',
      'at',
      'by',
    ]);
  });

  test.each([
    ['https://github.example.com/api/v3', true],
    ['https://github.example.com/api/v3/', true],
    ['https://api.example.ghe.com', true],
    ['https://github.example.com', false],
    ['https://github.example.com/api/v4', false],
  ])(
    'takes the address of an API of GitHub, which is where tokens come from: %s',
    (enterpriseBaseURL, good) => {
      const records = { to: 'github', appID: 1, installationID: 2, enterpriseBaseURL };
      const read = (): Repository => repositoryOf({}, { delivery: { records } });
      if (good) expect(read).not.toThrow();
      else expect(read).toThrow('/api/v3');
    },
  );

  test('is a status of its own for each Application of a stage', () => {
    const label = (applications: string, stages = {}): string => {
      const records = { to: 'github', appID: 1, installationID: 2 };
      const data = settingsOf(repositoryOf(stages, { delivery: { applications, records } }));
      return (parse(data['template.stageline-record-done']!) as { github: { status: { label: string } } })
        .github.status.label;
    };
    expect(label('perEnvironment')).toBe('stageline/{{index .app.metadata.labels "stageline.dev/stage"}}');
    expect(label('perApp')).toBe('stageline/{{.app.metadata.name}}');
    // Only the Applications of a fleet say which cluster they are for.
    expect(label('perEnvironment', { prod: { fleet: [{ clusters: ['main'] }] } })).toBe(
      'stageline/{{if index .app.metadata.labels "stageline.dev/cluster"}}{{.app.metadata.name}}{{else}}{{index .app.metadata.labels "stageline.dev/stage"}}{{end}}',
    );
  });

  test('goes to the commit that was synced, as a status named after the stage', () => {
    const data = settingsOf(repositoryOf({}, { delivery: { records: { to: 'gitlab', project: 42 } } }));
    const { webhook } = parse(data['template.stageline-record-failed']!) as {
      webhook: Record<string, { path: string }>;
    };
    expect(webhook['stageline-gitlab']!.path).toBe(
      '/projects/42/statuses/{{.app.status.operationState.syncResult.revision}}?state=failed&name=stageline%2F{{index .app.metadata.labels "stageline.dev/stage"}}',
    );
  });
});
