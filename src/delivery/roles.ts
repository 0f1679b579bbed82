import type { Environment } from '../model/environment';
import { stageName } from './names';

interface ProjectRole {
  readonly name: string;
  readonly description: string;
  readonly policies: readonly string[];
  readonly groups: readonly string[];
}

type Permission = readonly [resource: 'applications' | 'logs', action: 'get' | 'sync' | 'override'];

const VIEW: readonly Permission[] = [
  ['applications', 'get'],
  ['logs', 'get'],
];
const ROLES = {
  view: { description: 'May look', permissions: VIEW },
  sync: { description: 'May look and sync', permissions: [...VIEW, ['applications', 'sync']] },
  override: {
    description: 'May look, sync, and sync something else than Git says',
    permissions: [...VIEW, ['applications', 'sync'], ['applications', 'override']],
  },
} as const satisfies Record<string, { description: string; permissions: readonly Permission[] }>;

/** The names of the roles that a stage's project may have. */
export const ROLE_NAMES = ['override', 'sync', 'view'] as const;

/**
 * The roles of a stage's project, one for each kind of owner that it has. Nobody may create, update or delete its
 * Application: that is Git's.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/projects/#project-roles
 */
export function projectRoles(environment: Environment): ProjectRole[] {
  const project = stageName(environment);
  const { owners } = environment.values;
  return ROLE_NAMES.filter((role) => owners[role].length > 0).map((role) => ({
    name: role,
    description: ROLES[role].description,
    policies: ROLES[role].permissions.map(
      ([resource, action]) => `p, proj:${project}:${role}, ${resource}, ${action}, ${project}/*, allow`,
    ),
    groups: [...new Set(owners[role])].sort(),
  }));
}
