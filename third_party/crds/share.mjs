// Custom resources repeat themselves (a pod's spec in five kinds, every version of a kind): equal parts become
// definitions, so that a file is read in milliseconds.
const SMALLEST = 120;

export function shareEqualParts(schemas) {
  const counts = new Map();
  const count = (node) => {
    const text = JSON.stringify(node);
    if (text.length < SMALLEST) return;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (counts.get(text) === 1) eachChild(node, count);
  };
  Object.values(schemas).forEach(count);

  const names = new Map();
  const definitions = {};
  const share = (node) => {
    const text = JSON.stringify(node);
    if (text.length < SMALLEST || counts.get(text) === 1) return mapChildren(node, share);
    if (!names.has(text)) {
      const name = String(names.size);
      names.set(text, name);
      definitions[name] = mapChildren(node, share);
    }
    return { $ref: names.get(text) };
  };
  for (const key of Object.keys(schemas).sort()) definitions[key] = mapChildren(schemas[key], share);
  return { definitions };
}

function eachChild(node, visit) {
  mapChildren(node, (child) => (visit(child), child));
}

function mapChildren(node, visit) {
  const out = { ...node };
  for (const key of ['items', 'not']) if (node[key]) out[key] = visit(node[key]);
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (node[key]) out[key] = node[key].map(visit);
  if (typeof node.additionalProperties === 'object') {
    out.additionalProperties = visit(node.additionalProperties);
  }
  if (node.properties) {
    out.properties = Object.fromEntries(
      Object.entries(node.properties).map(([key, child]) => [key, visit(child)]),
    );
  }
  return out;
}
