import type { Environment, Repository } from '../model/environment';
import type { KubeObject } from '../model/kube';
import { settings } from './argocd-cm';
import { stageName } from './names';
import { ROLE_NAMES } from './roles';

/**
 * Who may do what beyond a single project. Whoever is in no group may do nothing. What owners may do with Applications
 * stands in the roles of their project; here they only get to see that project itself.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/
 */
export function rbacCm(repository: Repository, stages: readonly Environment[]): KubeObject {
  const { admins } = repository.values.delivery.argocd;
  const lines = [
    ...[...new Set(admins)].sort().map((group) => `g, ${group}, role:admin`),
    ...stages.flatMap(stageLines),
  ];
  return settings(repository, 'argocd-rbac-cm', {
    'policy.default': '',
    scopes: '[groups]',
    ...(lines.length > 0 ? { 'policy.csv': lines.map((line) => `${line}\n`).join('') } : {}),
  });
}

function stageLines(environment: Environment): string[] {
  const { owners } = environment.values;
  const groups = [...new Set(ROLE_NAMES.flatMap((role) => owners[role]))].sort();
  if (groups.length === 0) return [];
  const project = stageName(environment);
  return [
    `p, role:${project}, projects, get, ${project}, allow`,
    ...groups.map((group) => `g, ${group}, role:${project}`),
  ];
}
