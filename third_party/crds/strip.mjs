// Keeps of a CustomResourceDefinition what a check of an object needs.
const KEPT = [
  'type',
  'format',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'nullable',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-map-keys',
];

/** Every served version of it: `argoproj.io/v1alpha1/Application` → scope and schema. */
export function stripResource({ spec }) {
  const kinds = {};
  for (const version of spec.versions) {
    if (!version.served) continue;
    const schema = stripNode(version.schema.openAPIV3Schema);
    // Checked by the schemas of the cluster's Kubernetes, as for any other kind.
    for (const key of ['apiVersion', 'kind', 'metadata']) delete schema.properties[key];
    schema.required = schema.required?.filter((key) => key in schema.properties);
    if (!schema.required?.length) delete schema.required;
    if (schema.properties.status) schema.properties.status = { 'x-kubernetes-preserve-unknown-fields': true };
    kinds[`${spec.group}/${version.name}/${spec.names.kind}`] = {
      namespaced: spec.scope === 'Namespaced',
      schema,
    };
  }
  return kinds;
}

function stripNode(node, keptDefaults = []) {
  const out = {};
  for (const key of KEPT) if (node[key] !== undefined) out[key] = node[key];
  if (node['x-kubernetes-list-type'] === 'set') out['x-kubernetes-list-type'] = 'set';
  if (node.pattern && !readable(node.pattern)) delete out.pattern;
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (node[key]) out[key] = node[key].map((n) => stripNode(n));
  if (node.not) out.not = stripNode(node.not);
  if (node.items) out.items = stripNode(node.items, node['x-kubernetes-list-map-keys']);
  if (node.additionalProperties !== undefined) {
    const { additionalProperties } = node;
    out.additionalProperties =
      typeof additionalProperties === 'boolean' ? additionalProperties : stripNode(additionalProperties);
  }
  if (node.properties) {
    out.properties = Object.fromEntries(
      Object.entries(node.properties).map(([key, child]) => {
        const stripped = stripNode(child);
        if (keptDefaults.includes(key) && child.default !== undefined) stripped.default = child.default;
        return [key, stripped];
      }),
    );
  }
  // A default is filled in before the API server looks for what is missing.
  const required = node.required?.filter((key) => node.properties?.[key]?.default === undefined);
  if (required?.length > 0) out.required = required;
  return out;
}

/** Patterns are Go's; the few that JavaScript cannot read are left out, and named. */
function readable(pattern) {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    console.log('left out, as JavaScript cannot read it:', pattern);
    return false;
  }
}
