import type { Repository } from '../../model/environment';
import type { GitHost } from '../../model/git-host';
import { branchCount, SETTINGS, type ApprovalRule } from './rules';

/** What the host is told so that CODEOWNERS counts, by path: each file is the body of one request to its API. */
export function protectionFiles(
  repository: Repository,
  rules: readonly ApprovalRule[],
  host: GitHost,
): Map<string, string> {
  if (rules.length === 0) return new Map();
  const branches = protectedBranches(repository, rules);
  const bodies: [string, unknown][] =
    host === 'github'
      ? [['ruleset.json', ruleset(branches, branchCount(rules))]]
      : [
          ['approvals.json', APPROVALS],
          ...branches.map((branch): [string, unknown] => [
            `protected-branch-${encodeURIComponent(branch)}.json`,
            protectedBranch(branch),
          ]),
        ];
  return new Map(
    bodies.map(([name, body]) => [`${SETTINGS[host]}${name}`, `${JSON.stringify(body, null, 2)}\n`]),
  );
}

/** The branches that stages with approvals follow, as they are named there; HEAD is the default branch. */
export function protectedBranches(repository: Repository, rules: readonly ApprovalRule[]): string[] {
  const shared = repository.values.repository.revision;
  const followed = repository.environments
    .filter(({ name }) => rules.some(({ stage }) => stage === name))
    .map(({ values }) => values.revision ?? shared);
  // What is merged becomes what stages render from: the default branch is protected whatever they follow.
  return [...new Set([shared, ...followed])]
    .map((name) => name.replace(/^refs\/heads\//, ''))
    .filter((name) => !/^refs\/|^[0-9a-f]{40}$/.test(name))
    .sort();
}

/** https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */
function ruleset(branches: readonly string[], count: number): object {
  const names = branches.map((branch) => (branch === 'HEAD' ? '~DEFAULT_BRANCH' : `refs/heads/${branch}`));
  return {
    name: 'stageline',
    target: 'branch',
    enforcement: 'active',
    conditions: {
      ref_name: { include: names.length > 0 ? names : ['~DEFAULT_BRANCH'], exclude: [] },
    },
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      {
        type: 'pull_request',
        parameters: {
          // Never 0: reviews of code owners were seen not to be enforced then, and no document says that they are.
          required_approving_review_count: count,
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: true,
          require_last_push_approval: true,
          required_review_thread_resolution: false,
        },
      },
    ],
  };
}

/** https://docs.gitlab.com/api/merge_request_approvals/ */
const APPROVALS = {
  disable_overriding_approvers_per_merge_request: true,
  merge_requests_author_approval: false,
  merge_requests_disable_committers_approval: true,
  reset_approvals_on_push: true,
};

/** Nobody pushes, maintainers merge. https://docs.gitlab.com/api/protected_branches/ */
const protectedBranch = (name: string): object => ({
  name,
  push_access_level: 0,
  merge_access_level: 40,
  allow_force_push: false,
  code_owner_approval_required: true,
});
