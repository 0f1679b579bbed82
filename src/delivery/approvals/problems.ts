import type { Approvals } from '../../model/approvals';
import type { Environment, Repository } from '../../model/environment';
import type { Problem } from '../../model/errors';
import { gitHostOf, ownerOf, type GitHost } from '../../model/git-host';
import { protectedBranches } from './protection';
import { approvalRules } from './rules';
import { counted } from '../../model/counted';

/** GitHub's user names, those of managed accounts (`ada_acme`) included, and `organisation/team`. */
const GITHUB_PERSON = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}(?:_[A-Za-z0-9]+)?$/;
const GITHUB_TEAM = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}\/[a-z0-9][a-z0-9_-]*$/;
const RESERVED_END = /(?:\.|\.git|\.atom)$/;

/** What is wrong with `gates.approvals` that no single field's schema can tell: the host would ignore it silently. */
export function approvalProblems(repository: Repository): Problem[] {
  const asking = repository.environments.filter(({ values }) => values.gates?.approvals);
  if (asking.length === 0) return [];
  const host = gitHostOf(repository.values.repository);
  if (host === undefined)
    return asking.map((environment) => ({
      code: 'unknown-git-host',
      cause: 'repository.url does not tell whether the Git host is GitHub or GitLab',
      consequence:
        'They read CODEOWNERS differently, so none can be written, and nobody would have to approve.',
      remedy: 'Set repository.host in environments/base.yaml to github or gitlab.',
      at: environment.locate(['gates', 'approvals']),
    }));
  return [
    ...asking.flatMap((environment) => handleProblems(environment, host, repository.values.repository.url)),
    ...branchProblems(repository, asking[0]!, host),
  ];
}

function handleProblems(environment: Environment, host: GitHost, url: string): Problem[] {
  const approvals = environment.values.gates!.approvals!;
  const problem = (key: keyof Approvals, i: number, cause: string, remedy: string): Problem => ({
    code: 'approver',
    cause,
    consequence: 'The Git host would leave the line out, and nobody would have to approve.',
    remedy,
    at: environment.locate(['gates', 'approvals', key, ...(key === 'count' ? [] : [i])]),
  });
  const { teams, people, count } = approvals;
  const found = [
    ...people
      .map((name, i) => ({ name, i }))
      .filter(({ name }) =>
        host === 'github' ? !GITHUB_PERSON.test(name) : name.includes('/') || RESERVED_END.test(name),
      )
      .map(({ name, i }) =>
        problem(
          'people',
          i,
          `${JSON.stringify(name)} can be no user name on ${LABEL[host]}`,
          'Write user names here, and teams or groups under teams.',
        ),
      ),
    ...teams.flatMap((name, i) => {
      const wrong = teamProblem(name, host, url);
      return wrong ? [problem('teams', i, ...wrong)] : [];
    }),
  ];
  // GitLab takes a rule that nobody can fulfil for fulfilled.
  if (host === 'gitlab' && teams.length === 0 && new Set(people).size < count)
    found.push(
      problem(
        'count',
        0,
        `${counted(count, 'approval')} of ${counted(new Set(people).size, 'approver')} cannot be had`,
        'Name more people, or a team.',
      ),
    );
  return found;
}

const LABEL = { github: 'GitHub', gitlab: 'GitLab' } as const;

function teamProblem(name: string, host: GitHost, url: string): [string, string] | undefined {
  const quoted = JSON.stringify(name);
  if (host === 'gitlab')
    return name.split('/').some((part) => RESERVED_END.test(part))
      ? [`${quoted} can be no group on GitLab`, 'Write its path, as in its address.']
      : undefined;
  if (!GITHUB_TEAM.test(name))
    return [
      `${quoted} can be no team on GitHub`,
      'Write organisation/team, the team as in its address: small letters.',
    ];
  const owner = ownerOf(url);
  if (owner === undefined || name.toLowerCase().startsWith(`${owner.toLowerCase()}/`)) return undefined;
  return [
    `${quoted} is a team of another organisation than that of the repository, ${JSON.stringify(owner)}`,
    `Name a team of ${owner}.`,
  ];
}

/** GitLab protects branches by name. */
function branchProblems(repository: Repository, asking: Environment, host: GitHost): Problem[] {
  const branches = protectedBranches(repository, approvalRules(repository));
  if (host === 'github' || (branches.length > 0 && !branches.includes('HEAD'))) return [];
  return [
    {
      code: 'unnamed-branch',
      cause: 'repository.revision does not name the branch that GitLab has to protect',
      consequence: 'CODEOWNERS counts on protected branches only, so nobody would have to approve.',
      remedy: 'Set repository.revision in environments/base.yaml to the name of the default branch.',
      at: asking.locate(['gates', 'approvals']),
    },
  ];
}
