import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { addKube } from './kube-resource';
import { splitResource, type ApiRule } from '../model/values/api-access';

/** The Role of an app, and its binding to the account that its pods run as. */
export function addApiAccess(scope: Construct, name: string, rules: readonly ApiRule[]): void {
  addKube(k8s.KubeRole, scope, 'app-role', { metadata: { name }, rules: rules.flatMap(policyRules) });
  addKube(k8s.KubeRoleBinding, scope, 'app-role-binding', {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name }],
  });
}

/** One rule for each API group: what is not asked for in a group is not given there. */
function policyRules({ names, resources, verbs }: ApiRule): k8s.PolicyRule[] {
  const split = resources.map(splitResource);
  const groups = [...new Set(split.map(({ group }) => group))].sort();
  return groups.map((group) => ({
    apiGroups: [group],
    resources: [
      ...new Set(split.filter((one) => one.group === group).map(({ resource }) => resource)),
    ].sort(),
    resourceNames: names.length > 0 ? [...names].sort() : undefined,
    verbs: [...new Set(verbs)].sort(),
  }));
}
