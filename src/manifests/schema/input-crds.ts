import type { KubeObject } from '../../model/kube';
import { isMap, type SchemaNode } from './node';

/** A kind that a CustomResourceDefinition of the input brings. */
export interface InputKind {
  readonly namespaced: boolean;
  readonly schema: SchemaNode;
}

/** The kinds that CustomResourceDefinitions define, by `apiVersion/kind`; versions that are not served do not count. */
export function kindsOfCrds(objects: readonly KubeObject[]): Map<string, InputKind> {
  const kinds = new Map<string, InputKind>();
  for (const { kind, apiVersion, spec } of objects) {
    if (kind !== 'CustomResourceDefinition' || !apiVersion.startsWith('apiextensions.k8s.io/')) continue;
    // A definition that is not well formed is reported when it is itself checked against its schema.
    if (!isMap(spec) || !isMap(spec.names) || !Array.isArray(spec.versions)) continue;
    for (const version of spec.versions as unknown[]) {
      if (!isMap(version) || version.served !== true) continue;
      const schema = isMap(version.schema) ? version.schema.openAPIV3Schema : undefined;
      kinds.set(`${String(spec.group)}/${String(version.name)}/${String(spec.names.kind)}`, {
        namespaced: spec.scope === 'Namespaced',
        schema: withoutCommonFields(isMap(schema) ? (schema as SchemaNode) : undefined),
      });
    }
  }
  return kinds;
}

/** apiVersion, kind, metadata and status are checked as for any other kind. */
function withoutCommonFields(schema: SchemaNode | undefined): SchemaNode {
  if (!schema) return { 'x-kubernetes-preserve-unknown-fields': true };
  const { apiVersion: _a, kind: _k, metadata: _m, status, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    required: schema.required?.filter((key) => key in properties),
    properties: {
      ...properties,
      ...(status && { status: { 'x-kubernetes-preserve-unknown-fields': true } }),
    },
  };
}
