// Keeps of Kubernetes' OpenAPI document what a check of an object needs.
import { functionName } from './generated-go.mjs';

const PREFIX = '#/definitions/';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** The kinds that a person can apply (those that answer to PATCH), with their scope, and what they are made of. */
export function strip(swagger, facts) {
  const kinds = {};
  const definitions = {};
  const schemaOf = schemasByKind(swagger.definitions);
  for (const [key, namespaced] of applicableKinds(swagger.paths)) {
    const name = schemaOf.get(key);
    if (!name) throw new Error(`no definition for ${key}`);
    kinds[key] = { namespaced, schema: name };
  }
  const tops = new Set(Object.values(kinds).map((kind) => kind.schema));
  const visit = (name) => {
    if (definitions[name]) return;
    const context = { name, facts, visit, top: tops.has(name) };
    definitions[name] = {};
    definitions[name] = stripNode(swagger.definitions[name], context, undefined);
  };
  Object.values(kinds).forEach((kind) => visit(kind.schema));
  expectKnownFacts(definitions);
  return { kinds, definitions };
}

/** `apps/v1/Deployment` → whether it lives in a namespace. The path of an object ends with its name. */
function applicableKinds(paths) {
  const found = new Map();
  for (const [path, verbs] of Object.entries(paths)) {
    const gvk = verbs.patch?.['x-kubernetes-group-version-kind'];
    if (gvk && path.endsWith('/{name}')) found.set(kindKey(gvk), path.includes('/namespaces/{namespace}/'));
  }
  return found;
}

function schemasByKind(definitions) {
  const found = new Map();
  for (const [name, definition] of Object.entries(definitions)) {
    for (const gvk of definition['x-kubernetes-group-version-kind'] ?? []) {
      if (!found.has(kindKey(gvk))) found.set(kindKey(gvk), name);
    }
  }
  return found;
}

const kindKey = ({ group, version, kind }) => `${group ? `${group}/` : ''}${version}/${kind}`;

function stripNode(node, context, property) {
  if (node.$ref) {
    const target = node.$ref.slice(PREFIX.length);
    context.visit(target);
    return { $ref: target };
  }
  const out = {};
  if (node.format === 'int-or-string') return { 'x-kubernetes-int-or-string': true };
  if (context.name === QUANTITY) return { format: 'quantity' };
  for (const key of ['type', 'format', 'required', 'x-kubernetes-list-map-keys']) {
    if (node[key] !== undefined) out[key] = node[key];
  }
  if (node['x-kubernetes-list-type'] === 'set') out['x-kubernetes-list-type'] = 'set';
  // Before lists were typed, the key of a strategic merge said the same; with list-type `atomic` it does not.
  const mergeKey = node['x-kubernetes-patch-merge-key'];
  if (mergeKey && node['x-kubernetes-list-type'] === undefined) out['x-kubernetes-list-map-keys'] = [mergeKey];
  if (property !== undefined) Object.assign(out, context.facts.get(`${functionName(context.name)}.${property}`));
  if (node.items) out.items = stripNode(node.items, context, property && `${property}[]`);
  if (node.additionalProperties) {
    out.additionalProperties = stripNode(node.additionalProperties, context, property && `${property}[]`);
  }
  if (node.properties) out.properties = stripProperties(node.properties, context);
  else if (node.type === 'object' && !node.additionalProperties) {
    out['x-kubernetes-preserve-unknown-fields'] = true;
  }
  return out;
}

function stripProperties(properties, context) {
  return Object.fromEntries(
    Object.entries(properties).map(([key, node]) => {
      // The cluster writes it; whatever a manifest holds there is ignored by the API server.
      if (context.top && key === 'status') return [key, { 'x-kubernetes-preserve-unknown-fields': true }];
      return [key, stripNode(node, context, key)];
    }),
  );
}

/** A change in the Go source's shape must not lose the enums in silence. */
function expectKnownFacts(definitions) {
  const container = definitions['io.k8s.api.core.v1.Container'].properties;
  const port = definitions['io.k8s.api.core.v1.ContainerPort'].properties.protocol;
  if (!container.imagePullPolicy.enum?.includes('IfNotPresent')) throw new Error('enums were not found');
  if (port.default !== 'TCP') throw new Error('defaults were not found');
}
