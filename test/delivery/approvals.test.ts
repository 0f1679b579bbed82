import {
  approvalProblems,
  approvalRules,
  byHand,
  codeowners,
  formatApproval,
  neededApprovals,
  protectionFiles,
} from '../../src/delivery/approvals';
import type { Repository } from '../../src/model/environment';
import { repositoryOf } from './fixture';

const PIN = 'a'.repeat(40);
const PROD = { gates: { approvals: { count: 2, teams: ['acme/sre'] } }, base: PIN };
const STAGING = { gates: { approvals: { people: ['grace', 'ada'] } } };

const on = (host: 'github' | 'gitlab', stages: Record<string, object>, more: object = {}): Repository =>
  repositoryOf(stages, {
    repository: { url: `https://${host}.com/acme/shop.git`, revision: 'main', ...more },
  });

/** The owners of a file, as GitHub finds them: the last line that matches. */
function githubOwners(text: string, path: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const matching = lines.map((line) => line.split(' ')).filter(([pattern]) => matches(pattern!, `/${path}`));
  return matching.at(-1)?.slice(1) ?? [];
}

/** Approvals and owners by section, as GitLab asks for them: in each section, the last line that matches. */
function gitlabRules(text: string, path: string): [section: string, count: number, owners: string][] {
  const sections: { head: RegExpExecArray; paths: string[] }[] = [];
  for (const line of text.split('\n').filter((l) => l !== '' && !l.startsWith('#'))) {
    const head = /^\[([^\]]+)\](?:\[(\d+)\])? (.+)$/.exec(line);
    if (head) sections.push({ head, paths: [] });
    else sections.at(-1)!.paths.push(line);
  }
  return sections
    .filter(({ paths }) => paths.some((pattern) => matches(pattern, `/${path}`)))
    .map(({ head }) => [head[1]!, Number(head[2] ?? 1), head[3]!]);
}

const matches = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('/') && path.startsWith(pattern));

describe('CODEOWNERS on GitHub', () => {
  const repository = on('github', { staging: STAGING, prod: PROD });
  const text = codeowners('', approvalRules(repository), 'github');

  test('gives a stage its own file and what is deployed of it', () => {
    for (const path of ['environments/prod.yaml', 'dist/prod/web.yaml', 'dist/argocd/stage-prod.yaml'])
      expect(githubOwners(text, path)).toEqual(['@acme/sre']);
    expect(githubOwners(text, 'dist/staging/web.yaml')).toEqual(['@ada', '@grace']);
  });

  test('leaves the program to the stages that follow the working tree: a pinned one does not change by it', () => {
    for (const path of ['src/apps/shop.ts', 'environments/base.yaml', 'package-lock.json'])
      expect(githubOwners(text, path)).toEqual(['@ada', '@grace']);
    const pinned = codeowners('', approvalRules(on('github', { prod: PROD })), 'github');
    expect(githubOwners(pinned, 'src/apps/shop.ts')).toEqual([]);
  });

  test('leaves stages without approvals, documents and tests to everybody', () => {
    for (const path of [
      'dist/dev/web.yaml',
      'environments/dev.yaml',
      'README.md',
      'test/a.ts',
      'dist/prod2/web.yaml',
    ])
      expect(githubOwners(text, path)).toEqual([]);
  });

  test("gives what is everybody's, and the rules themselves, to all who approve", () => {
    for (const path of [
      'dist/argocd/settings.yaml',
      '.github/CODEOWNERS',
      'CODEOWNERS',
      '.github/stageline/ruleset.json',
    ])
      expect(githubOwners(text, path)).toEqual(['@acme/sre', '@ada', '@grace']);
  });

  test('overrules what was written by hand above it, and loses none of that', () => {
    const hand = '# ours\n* @acme/everybody\n/docs/ @writers\n';
    const joined = codeowners(hand, approvalRules(repository), 'github');
    expect(joined.startsWith(hand)).toBe(true);
    expect(githubOwners(joined, 'docs/a.md')).toEqual(['@writers']);
    expect(githubOwners(joined, 'dist/prod/web.yaml')).toEqual(['@acme/sre']);
    expect(byHand(joined)?.trimEnd()).toBe(hand.trimEnd());
    expect(codeowners(byHand(joined)!, approvalRules(repository), 'github')).toBe(joined);
    expect(codeowners(byHand(joined)!, [], 'github')).toBe(hand);
  });

  test('knows folders of manifests, also those that a pattern cannot name', () => {
    const app = (path: string): object => ({ kind: 'manifests', path });
    const stage = {
      ...STAGING,
      apps: { a: app('vendor/mesh'), b: app('third party/x'), c: app('vendor/[odd]/y') },
    };
    const list = codeowners('', approvalRules(on('github', { staging: stage })), 'github');
    for (const path of ['vendor/mesh/all.yaml', 'third party/x/a.yaml', 'vendor/[odd]/y/a.yaml'])
      expect(githubOwners(list, path)).toEqual(['@ada', '@grace']);
  });
});

describe('CODEOWNERS on GitLab', () => {
  const text = codeowners('', approvalRules(on('gitlab', { staging: STAGING, prod: PROD })), 'gitlab');

  test('asks each stage that a file changes for its own number of approvals', () => {
    expect(gitlabRules(text, 'dist/prod/web.yaml')).toEqual([['stageline prod', 2, '@acme/sre']]);
    expect(gitlabRules(text, 'dist/argocd/settings.yaml')).toEqual([
      ['stageline staging', 1, '@ada @grace'],
      ['stageline prod', 2, '@acme/sre'],
    ]);
    expect(gitlabRules(text, 'src/apps/shop.ts')).toEqual([['stageline staging', 1, '@ada @grace']]);
    expect(gitlabRules(text, 'dist/dev/web.yaml')).toEqual([]);
  });
});

test("with several hubs a stage has what is its own hub's", () => {
  const repository = repositoryOf(
    { prod: { ...PROD, cluster: 'eu' } },
    {
      repository: { url: 'git@github.com:acme/shop.git' },
      clusters: { main: { kubernetes: '1.34' }, eu: { kubernetes: '1.34' } },
    },
  );
  const text = codeowners('', approvalRules(repository), 'github');
  expect(githubOwners(text, 'dist/argocd/eu/settings.yaml')).toEqual(['@acme/sre']);
  expect(githubOwners(text, 'dist/argocd/main/settings.yaml')).toEqual([]);
});

describe('what the host is told of the branch', () => {
  const parse = (repository: Repository, host: 'github' | 'gitlab'): Record<string, unknown> =>
    Object.fromEntries(
      [...protectionFiles(repository, approvalRules(repository), host)].map(([path, text]) => [
        path,
        JSON.parse(text) as unknown,
      ]),
    );

  test('GitHub: a ruleset, as its API takes it, for every branch that such a stage follows', () => {
    const prod = { ...PROD, revision: 'release/1' };
    expect(parse(on('github', { prod }), 'github')).toMatchSnapshot();
  });

  test('GitHub: never asks for no approvals at all, since owners might not be asked then either', () => {
    const files = parse(on('github', { staging: STAGING }, { revision: 'HEAD' }), 'github');
    const ruleset = files['.github/stageline/ruleset.json'] as {
      rules: { parameters?: Record<string, unknown> }[];
      conditions: unknown;
    };
    expect(ruleset.conditions).toEqual({ ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } });
    expect(ruleset.rules.at(-1)?.parameters).toMatchObject({
      required_approving_review_count: 1,
      require_code_owner_review: true,
    });
  });

  test('GitLab: a protected branch each, and the settings of approvals', () => {
    expect(parse(on('gitlab', { prod: { ...PROD, revision: 'release/1' } }), 'gitlab')).toMatchSnapshot();
  });
});

test('a change says which approvals it needs, as its host counts them', () => {
  const say = (host: 'github' | 'gitlab', ...paths: string[]): string[] =>
    neededApprovals(approvalRules(on(host, { staging: STAGING, prod: PROD })), host, paths).map(
      formatApproval,
    );
  expect(say('gitlab', 'dist/prod/web.yaml')).toEqual(['2 approvals for prod, of @acme/sre']);
  expect(say('gitlab', 'dist/argocd/settings.yaml')).toEqual([
    '1 approval for staging, of @ada or @grace',
    '2 approvals for prod, of @acme/sre',
  ]);
  expect(say('github', 'dist/prod/web.yaml')).toEqual(['2 approvals for prod, at least one of @acme/sre']);
  expect(say('github', 'dist/argocd/settings.yaml')).toEqual([
    '2 approvals for staging or prod, at least one of @acme/sre or @ada or @grace',
  ]);
  expect(say('github', 'dist/dev/web.yaml', 'README.md')).toEqual([]);
});

describe('approvers that the host would leave out are refused', () => {
  const codes = (
    host: 'github' | 'gitlab',
    approvals: object,
    repository: object = {},
  ): [code: string, cause: string][] =>
    approvalProblems(on(host, { prod: { gates: { approvals } } }, repository)).map(({ code, cause }) => [
      code,
      cause,
    ]);

  test('names that can be none', () => {
    const wrong = (host: 'github' | 'gitlab', approvals: object): string[] =>
      codes(host, approvals).map(([code, cause]) => `${code}: ${cause.split('"')[1]}`);
    expect(wrong('github', { people: ['ada', 'ada-', 'a_b_c', 'acme/sre', 'ada_acme'] })).toEqual([
      'approver: ada-',
      'approver: a_b_c',
      'approver: acme/sre',
    ]);
    expect(wrong('github', { teams: ['sre', 'acme/SRE', 'acme/a/b', 'Acme/sre'] })).toEqual([
      'approver: sre',
      'approver: acme/SRE',
      'approver: acme/a/b',
    ]);
    expect(
      wrong('gitlab', { people: ['ada', 'ada.l_b', 'a/b', 'x.git'], teams: ['acme', 'acme/x/sre'] }),
    ).toEqual(['approver: a/b', 'approver: x.git']);
  });

  test('teams of another organisation', () => {
    expect(codes('github', { teams: ['other/sre'] })[0]?.[1]).toContain('another organisation');
    expect(codes('gitlab', { teams: ['other/sre'] })).toEqual([]);
  });

  test('more approvals than people on GitLab, which takes such a rule for fulfilled', () => {
    expect(codes('gitlab', { people: ['ada'], count: 2 })[0]?.[0]).toBe('approver');
    expect(codes('gitlab', { people: ['ada', 'ada'], count: 2 })[0]?.[0]).toBe('approver');
    expect(codes('gitlab', { teams: ['sre'], count: 2 })).toEqual([]);
    expect(codes('github', { people: ['ada'], count: 2 })).toEqual([]);
  });

  test('a host that is not told, and on GitLab a branch without a name', () => {
    const url = 'https://git.example.com/acme/shop.git';
    expect(codes('github', { people: ['ada'] }, { url })[0]?.[0]).toBe('unknown-git-host');
    expect(codes('github', { people: ['ada'] }, { url, host: 'gitlab' })).toEqual([]);
    expect(codes('github', { people: ['ada'] }, { url: 'git@gitlab.example.com:acme/shop.git' })).toEqual([]);
    expect(codes('gitlab', { people: ['ada'] }, { revision: 'HEAD' })[0]?.[0]).toBe('unnamed-branch');
    expect(codes('github', { people: ['ada'] }, { revision: 'HEAD' })).toEqual([]);
  });

  test('by the schema: nobody, "@", and no number', () => {
    for (const approvals of [{}, { people: ['@ada'] }, { people: ['ada'], count: 0 }, { people: ['a b'] }])
      expect(() => codes('github', approvals)).toThrow();
  });
});
