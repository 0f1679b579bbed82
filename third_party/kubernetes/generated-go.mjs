// Kubernetes publishes its OpenAPI document with enums turned off; a running API server has them on. They, and the
// defaults, stand in the generated Go source that the document is made from: this reads them out of it.

/**
 * @returns {Map<string, {enum?: string[], default?: string}>} by `<function>.<property>`, or `…[]` for the items of
 * an array and the values of a map.
 */
export function enumsAndDefaults(source) {
  const found = new Map();
  let fn = '';
  let property = '';
  let nested = false;
  for (const line of source.split('\n')) {
    const start = /^func (schema_\w+)\(/.exec(line);
    if (start) [fn, property] = [start[1], ''];
    const entry = /^\t{5}"([^"]+)": \{$/.exec(line);
    if (entry) [property, nested] = [entry[1], false];
    if (/^\t+(Items: &spec\.SchemaOrArray|AdditionalProperties: &spec\.SchemaOrBool)\{$/.test(line)) nested = true;
    const fact = /^\t+(Enum|Default): +(.*),$/.exec(line);
    if (!fact || property === '') continue;
    const key = `${fn}.${property}${nested ? '[]' : ''}`;
    const known = found.get(key) ?? {};
    if (fact[1] === 'Enum') {
      known.enum = JSON.parse(fact[2].replace('[]interface{}{', '[').replace(/\}$/, ']'));
    } else if (/^"[^"]+"$/.test(fact[2])) {
      known.default = JSON.parse(fact[2]);
    }
    if (Object.keys(known).length > 0) found.set(key, known);
  }
  return found;
}

/** `io.k8s.api.core.v1.Container` → `schema_k8sio_api_core_v1_Container`, as the Go source names its function. */
export function functionName(definition) {
  return definition
    .replace(/^io\.k8s\.api\./, 'schema_k8sio_api_')
    .replace(/^io\.k8s\.[a-z-]+\.pkg\./, 'schema_pkg_')
    .replace(/\./g, '_');
}
