import { dig } from '../fields';
import { objectRule } from './rule';

interface NameForm {
  readonly pattern: RegExp;
  readonly max: number;
  readonly says: string;
}

const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

const subdomain: NameForm = {
  pattern: SUBDOMAIN,
  max: 253,
  says: 'a DNS subdomain: lower-case letters, digits, hyphens and dots, 253 at most',
};
const label: NameForm = {
  pattern: LABEL,
  max: 63,
  says: 'a DNS label: lower-case letters, digits and hyphens, 63 at most',
};
const pathSegment: NameForm = {
  pattern: /^(?!\.{1,2}$)[^/%]+$/,
  max: 253,
  says: 'without "/" and "%", 253 characters at most',
};

/** What differs from a DNS subdomain. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const FORMS = new Map<string, NameForm>(
  Object.entries({
    Namespace: label,
    Service: {
      pattern: /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
      max: 63,
      says: 'a DNS label that begins with a letter (RFC 1035): lower-case letters, digits and hyphens, 63 at most',
    },
    'CronJob.batch': {
      ...subdomain,
      max: 52,
      says: 'a DNS subdomain of 52 characters at most: the controller adds 11 to name the Job',
    },
    'Job.batch': {
      ...subdomain,
      max: 63,
      says: "a DNS subdomain of 63 characters at most: it becomes a label's value on its pods",
    },
    'StatefulSet.apps': {
      ...label,
      max: 52,
      says: "a DNS label of 52 characters at most: with a hash behind it, it becomes a label's value on its pods",
    },
    'ClusterTrustBundle.certificates.k8s.io': pathSegment,
    'IPAddress.networking.k8s.io': pathSegment,
    'Role.rbac.authorization.k8s.io': pathSegment,
    'RoleBinding.rbac.authorization.k8s.io': pathSegment,
    'ClusterRole.rbac.authorization.k8s.io': pathSegment,
    'ClusterRoleBinding.rbac.authorization.k8s.io': pathSegment,
  }),
);

/** Names of objects and of their namespaces are such as the API server takes. */
export const names = objectRule(
  'invalid-name',
  'Names are valid for their kind, and short enough for what controllers append.',
  (entry, found) => {
    const { object } = entry;
    const { name, namespace } = object.metadata;
    const form = FORMS.get(entry.kind) ?? subdomain;
    if (!fits(name, form)) {
      found.push({
        entry,
        field: 'metadata.name',
        says: `${quote(name)} is not ${form.says}`,
        consequence: 'The API server, or a controller after it, would refuse it.',
      });
    }
    if (namespace !== undefined && !fits(namespace, label)) {
      found.push({ entry, field: 'metadata.namespace', says: `${quote(namespace)} is not ${label.says}` });
    }
    if (entry.kind === 'CustomResourceDefinition.apiextensions.k8s.io') {
      const expected = `${String(dig(object, 'spec', 'names', 'plural'))}.${String(dig(object, 'spec', 'group'))}`;
      if (name !== expected) {
        found.push({
          entry,
          field: 'metadata.name',
          says: `${quote(name)} is not "${expected}", as its plural and group demand`,
        });
      }
    }
  },
);

function fits(name: unknown, form: NameForm): boolean {
  return typeof name === 'string' && name.length <= form.max && form.pattern.test(name);
}

function quote(name: unknown): string {
  if (typeof name !== 'string' || name === '') return '(missing)';
  return name.length <= 100 ? `"${name}"` : `"${name.slice(0, 60)}…" (${name.length} characters)`;
}

export { LABEL, SUBDOMAIN };
