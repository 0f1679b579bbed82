import { dig, items, text } from '../../fields';
import { namespaceOf, stageRule, type Entry, type Finding, type StageView } from '../rule';
import { accountSecrets, missing, renderOrList } from './pods';

const RBAC = 'rbac.authorization.k8s.io';
/** Roles that every cluster has. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
const DEFAULT_ROLES = /^(cluster-admin|admin|edit|view|system:.+)$/;

/** Bindings bind roles to accounts that exist. */
export const access = stageRule(
  'all',
  'missing-access',
  'Role bindings name roles and ServiceAccounts that exist, and ServiceAccounts name Secrets that exist.',
  function* (view): Iterable<Finding> {
    for (const kind of ['RoleBinding', 'ClusterRoleBinding']) {
      for (const entry of view.of(`${kind}.${RBAC}`)) {
        yield* role(view, entry);
        yield* subjects(view, entry);
      }
    }
    yield* accountSecrets(view);
  },
);

function* role(view: StageView, entry: Entry): Iterable<Finding> {
  const kind = text(dig(entry.object, 'roleRef', 'kind')) ?? 'Role';
  const name = String(dig(entry.object, 'roleRef', 'name'));
  const namespace = kind === 'Role' ? namespaceOf(entry) : '';
  if (kind === 'ClusterRole' && DEFAULT_ROLES.test(name)) return;
  if (view.has(`${kind}.${RBAC}`, namespace, name)) return;
  const known = view.names(`${kind}.${RBAC}`, namespace);
  yield {
    entry,
    field: 'roleRef.name',
    says: missing(kind, name, namespace, known),
    consequence: 'It would grant nothing.',
    remedy: renderOrList(kind, name, view),
  };
}

function* subjects(view: StageView, entry: Entry): Iterable<Finding> {
  for (const subject of items(entry.object.subjects)) {
    if (subject.kind !== 'ServiceAccount') continue;
    const name = String(subject.name);
    const namespace = text(subject.namespace) ?? namespaceOf(entry);
    // Accounts in namespaces of others, such as a scraper's, are not seen from here.
    if (!view.owns(namespace) || name === 'default' || view.has('ServiceAccount', namespace, name)) continue;
    yield {
      entry,
      field: `subjects[${name}]`,
      says: missing('ServiceAccount', name, namespace, view.names('ServiceAccount', namespace)),
      consequence: 'Nobody would get what it grants.',
      remedy: renderOrList('ServiceAccount', name, view),
    };
  }
}
