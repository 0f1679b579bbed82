import { stringify } from 'yaml';

/**
 * A value as YAML that reads the same by YAML 1.2 and by 1.1, which is what Kubernetes and Argo CD read: a bare `no`
 * would be false there. Without aliases, and without breaking long lines.
 */
export function yamlText(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 });
}
