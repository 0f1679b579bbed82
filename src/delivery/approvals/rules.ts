import type { Environment, Repository } from '../../model/environment';
import { gitHostOf, type GitHost } from '../../model/git-host';
import { hubs } from '../hubs';
import { counted } from '../../model/counted';

/** Who approves what changes a stage. */
export interface ApprovalRule {
  readonly stage: string;
  readonly count: number;
  /** As CODEOWNERS names them: `@acme/sre`. */
  readonly owners: readonly string[];
  /** Files (`/a/b.yaml`), folders (`/a/`), or everything (`*`). */
  readonly paths: readonly string[];
}

/** Approvals that a change needs before it can be merged. */
export interface NeededApproval {
  /** Any of these stages' approvers will do. */
  readonly stages: readonly string[];
  readonly count: number;
  /** So many of them by owners: GitLab wants all by owners, GitHub one. */
  readonly byOwners: number;
  readonly owners: readonly string[];
}

/** Where each host looks for CODEOWNERS; the first that there is counts. */
export const CODEOWNERS: Readonly<Record<GitHost, readonly string[]>> = {
  github: ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'],
  gitlab: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'],
};

/** A folder of ours that holds nothing but what is told to the host. */
export const SETTINGS: Readonly<Record<GitHost, string>> = {
  github: '.github/stageline/',
  gitlab: '.gitlab/stageline/',
};

/** What a stage that follows the working tree is rendered from, besides its own file. */
const PROGRAM = ['/environments/base.yaml', '/package-lock.json', '/package.json', '/src/'];

/**
 * One rule for each stage that has `gates.approvals`: its own file and what is deployed of it. A stage that follows the
 * working tree is also what the program and base.yaml say; a pinned one is not. Whoever approves a stage approves changes
 * of these rules, too.
 */
export function approvalRules(repository: Repository): ApprovalRule[] {
  const host = gitHostOf(repository.values.repository);
  return repository.environments.flatMap((environment): ApprovalRule[] => {
    const approvals = environment.values.gates?.approvals;
    if (approvals === undefined || host === undefined) return [];
    const { name, values } = environment;
    const paths = [
      `/dist/${name}/`,
      `/environments/${name}.yaml`,
      ...argocdFiles(repository, name),
      ...(values.base === undefined ? [...PROGRAM, ...folders(environment)] : []),
      ...CODEOWNERS[host].map((path) => `/${path}`),
      `/${SETTINGS[host]}`,
    ];
    const owners = [...new Set([...approvals.teams, ...approvals.people])]
      .sort()
      .map((handle) => `@${handle}`);
    return [{ stage: name, count: approvals.count, owners, paths: [...new Set(paths)].sort() }];
  });
}

/** Argo CD's own objects of a stage, and those of its hub that all stages share. */
function argocdFiles(repository: Repository, stage: string): string[] {
  const all = hubs(repository);
  return all
    .filter(({ stages }) => stages.some(({ name }) => name === stage))
    .flatMap(({ hub }) => {
      const folder = all.length === 1 ? '/dist/argocd' : `/dist/argocd/${hub}`;
      return ['monitoring', 'projects', 'root', 'settings', `stage-${stage}`].map(
        (file) => `${folder}/${file}.yaml`,
      );
    });
}

/** Folders of manifests that others publish. What a pattern could not name is covered by the folder above. */
function folders({ apps }: Environment): string[] {
  return apps
    .filter(({ kind }) => kind === 'manifests')
    .map(({ values }) => {
      const segments = (values as unknown as { path: string }).path
        .split('/')
        .filter((s) => !/^\.?$/.test(s));
      const odd = segments.findIndex((segment) => !/^[\w.@+=,-]+$/.test(segment));
      const sure = odd < 0 ? segments : segments.slice(0, odd);
      return sure.length === 0 ? '*' : `/${sure.join('/')}/`;
    });
}

/** Whether a path of the repository, or a pattern below it, is one of a rule. */
export function covers({ paths }: ApprovalRule, path: string): boolean {
  const full = path.startsWith('/') ? path : `/${path}`;
  return paths.some((own) => own === '*' || own === full || (own.endsWith('/') && full.startsWith(own)));
}

/**
 * The approvals that a change of these files needs. On GitLab each stage asks for its own; on GitHub each file has one
 * list of owners, of whom one is enough, and the count is the branch's.
 */
export function neededApprovals(
  rules: readonly ApprovalRule[],
  host: GitHost | undefined,
  paths: Iterable<string>,
): NeededApproval[] {
  const groups = new Map<string, readonly ApprovalRule[]>();
  for (const path of paths) {
    const matching = rules.filter((rule) => covers(rule, path));
    if (host === 'gitlab') for (const rule of matching) groups.set(rule.stage, [rule]);
    else if (matching.length > 0) groups.set(matching.map(({ stage }) => stage).join(' '), matching);
  }
  return [...groups.values()].map((group) => {
    const count = host === 'gitlab' ? group[0]!.count : branchCount(rules);
    const byOwners = host === 'gitlab' ? count : 1;
    return { stages: group.map(({ stage }) => stage), count, byOwners, owners: ownersOf(group) };
  });
}

export const ownersOf = (rules: readonly ApprovalRule[]): string[] =>
  [...new Set(rules.flatMap(({ owners }) => owners))].sort();

/** GitHub counts for a branch, not for a path: the most that any stage asks for. */
export const branchCount = (rules: readonly ApprovalRule[]): number =>
  Math.max(0, ...rules.map(({ count }) => count));

/** `2 approvals for prod, of @acme/sre or @ada`. */
export function formatApproval({ stages, count, byOwners, owners }: NeededApproval): string {
  const some = `${counted(count, 'approval')} for ${stages.join(' or ')}`;
  return `${some}, ${byOwners < count ? 'at least one ' : ''}of ${owners.join(' or ')}`;
}
