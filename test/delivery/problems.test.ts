import { deliveryProblems } from '../../src/delivery';
import type { Repository } from '../../src/model/environment';
import { APP, repositoryOf } from './fixture';

const found = (repository: Repository): [string, string][] =>
  deliveryProblems(repository).map(({ code, at }) => [code, at!.file]);

describe('deliveryProblems', () => {
  test('are none for a plain line of stages', () => {
    expect(found(repositoryOf())).toEqual([]);
  });

  test.each([
    'https://git.example/shop.git',
    'ssh://git@git.example/shop.git',
    'git@git.example:team/shop.git',
    'file:///srv/shop.git',
    'http://127.0.0.1:3000/shop.git',
  ])('let %s be the address of the repository', (url) => {
    expect(found(repositoryOf({}, { repository: { url } }))).toEqual([]);
  });

  test.each([
    'https://me:hunter2@git.example/shop.git',
    'https://hunter2@git.example/shop.git',
    'ssh://git:hunter2@git.example/shop.git',
  ])('refuse %s, and never print what is secret in it', (url) => {
    const [problem, ...others] = deliveryProblems(repositoryOf({}, { repository: { url } }));
    expect(others).toEqual([]);
    expect(problem!.code).toBe('repository-url-credentials');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test.each([
    'https://git.example/*',
    'https://git.example/{a,b}',
    '!https://git.example/x',
    'git.example/x',
    'http://git.example/x',
  ])('refuse %s: a pattern, or no address', (url) => {
    expect(found(repositoryOf({}, { repository: { url } }))).toEqual([
      ['repository-url', 'environments/base.yaml'],
    ]);
  });

  test('find a stage whose cluster no Argo CD knows', () => {
    const clusters = {
      main: { kubernetes: '1.34' },
      other: { kubernetes: '1.34' },
      eu: { kubernetes: '1.34', server: 'https://eu.example:6443' },
    };
    expect(found(repositoryOf({ prod: { cluster: 'eu' } }, { clusters }))).toEqual([
      ['cluster-without-hub', 'prod.cluster'],
    ]);
    const known = { ...clusters, eu: { ...clusters.eu, hub: 'main' } };
    expect(found(repositoryOf({ prod: { cluster: 'eu' } }, { clusters: known }))).toEqual([]);
    const wrong = { ...clusters, eu: { ...clusters.eu, hub: 'mian' } };
    expect(found(repositoryOf({ prod: { cluster: 'eu' } }, { clusters: wrong }))).toEqual([
      ['cluster-without-hub', 'prod.cluster'],
    ]);
  });

  test('find a remote cluster that has the address of every Argo CD itself', () => {
    const clusters = { main: { kubernetes: '1.34' }, eu: { kubernetes: '1.34', hub: 'main' } };
    expect(found(repositoryOf({ prod: { cluster: 'eu' } }, { clusters }))).toEqual([
      ['cluster-address', 'prod.cluster'],
    ]);
  });

  test.each(['prune', 'selfHeal', 'allowEmpty'])('find sync.%s in a stage that is synced by hand', (key) => {
    expect(found(repositoryOf({ prod: { sync: { [key]: true } } }))).toEqual([
      ['sync-not-automatic', `prod.sync.${key}`],
    ]);
    expect(found(repositoryOf({ dev: { sync: { [key]: true } } }))).toEqual([]);
  });

  test('an address of a cluster that Argo CD would not find again is no address', () => {
    const clusters = { main: { kubernetes: '1.34', server: 'https://kubernetes.default.svc/' } };
    expect(() => repositoryOf({}, { clusters })).toThrow('must not end with a slash');
  });

  test('find a stage, or an app, where Argo CD runs: it could write projects of its own', () => {
    const eu = { kubernetes: '1.34', server: 'https://eu.example:6443', hub: 'main' };
    const clusters = { main: { kubernetes: '1.34' }, eu };
    const code = ['namespace-reserved', 'prod.namespace'];
    expect(found(repositoryOf({ prod: { namespace: 'argocd' } }, { clusters }))).toEqual([code]);
    const app = { apps: { web: { ...APP, namespace: 'argocd' } } };
    expect(found(repositoryOf({ prod: app })).map(([each]) => each)).toEqual(['namespace-reserved']);
    const fleet = { cluster: 'eu', namespace: 'argocd', fleet: [{ clusters: ['eu', 'main'] }] };
    expect(found(repositoryOf({ prod: fleet }, { clusters }))).toEqual([code]);
    // Where no Argo CD runs it is a name like any other.
    expect(found(repositoryOf({ prod: { cluster: 'eu', namespace: 'argocd' } }, { clusters }))).toEqual([]);
    const elsewhere = { argocd: { namespace: 'cd' } };
    expect(found(repositoryOf({ prod: { namespace: 'argocd' } }, { delivery: elsewhere }))).toEqual([]);
  });

  test('find sync options that contradict each other', () => {
    const options = ['Validate=true', 'Validate=false'];
    expect(found(repositoryOf({ dev: { sync: { options } } }))).toEqual([
      ['sync-options-conflict', 'dev.sync.options'],
    ]);
    expect(found(repositoryOf({ dev: { sync: { options: ['Replace=true'] } } }))).toEqual([
      ['sync-options-conflict', 'dev.sync.options'],
    ]);
  });

  test('find a way in that leads nowhere', () => {
    const oidc = { name: 'SSO', issuer: 'https://id.example', clientID: 'argocd' };
    expect(found(repositoryOf({}, { delivery: { argocd: { oidc } } }))).toEqual([
      ['oidc-without-url', 'environments/base.yaml'],
    ]);
    expect(found(repositoryOf({}, { delivery: { argocd: { adminAccount: false } } }))).toEqual([
      ['nobody-can-log-in', 'environments/base.yaml'],
    ]);
  });

  test('find two stages that lead to one name', () => {
    const perApp = { delivery: { applications: 'perApp' } };
    expect(found(repositoryOf({ 'prod-web': {} }, perApp))).toEqual([['application-name-twice', 'prod-web']]);
    expect(found(repositoryOf({ root: {} }, { delivery: { owner: 'root' } })).map(([code]) => code)).toEqual([
      'application-name-twice',
      'application-name-twice',
    ]);
  });
});
