import { dig, fields, items, text } from '../../fields';
import { didYouMean } from '../nearest';
import { namespaceOf, stageRule, type Entry, type Finding, type StageView } from '../rule';
import { hasSecret, missing, renderOrList } from './pods';
import { dataSources } from './providers-of-data';

const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
  (kind) => `${kind}.gateway.networking.k8s.io`,
);

/** What leads traffic into the stage leads to a Service and one of its ports. */
export const routes = stageRule(
  'all',
  'route-backend',
  'Every Ingress and route leads to a Service of the stage and one of its ports, with its certificate.',
  function* (view): Iterable<Finding> {
    for (const entry of view.of('Ingress.networking.k8s.io')) yield* ingress(view, entry);
    for (const entry of ROUTES.flatMap((kind) => view.of(kind))) yield* route(view, entry);
  },
);

interface Backend {
  readonly name: string;
  readonly namespace: string;
  /** Name or number. */
  readonly port: unknown;
  readonly field: string;
}

function* ingress(view: StageView, entry: Entry): Iterable<Finding> {
  const spec = fields(entry.object.spec);
  const namespace = namespaceOf(entry);
  const backends = [
    { backend: spec.defaultBackend, field: 'spec.defaultBackend' },
    ...items(spec.rules).flatMap((rule) =>
      items(dig(rule, 'http', 'paths')).map((path) => ({
        backend: path.backend,
        field: `spec.rules[${String(rule.host ?? '*')}].http.paths[${String(path.path ?? '/')}].backend`,
      })),
    ),
  ];
  for (const { backend, field } of backends) {
    const name = text(dig(backend, 'service', 'name'));
    if (name === undefined) continue;
    const port = dig(backend, 'service', 'port', 'name') ?? dig(backend, 'service', 'port', 'number');
    yield* judge(view, entry, { name, namespace, port, field: `${field}.service` });
  }
  for (const tls of items(spec.tls)) {
    const name = text(tls.secretName);
    if (name === undefined || hasSecret(view, namespace, name)) continue;
    yield {
      entry,
      field: 'spec.tls.secretName',
      says: missing('Secret', name, namespace, dataSources(view, 'Secret', namespace).keys()),
      consequence:
        "The controller would answer with a certificate of its own, which nobody's browser trusts.",
      remedy: renderOrList('Secret', name, view),
    };
  }
}

function* route(view: StageView, entry: Entry): Iterable<Finding> {
  for (const [index, rule] of items(dig(entry.object, 'spec', 'rules')).entries()) {
    for (const reference of items(rule.backendRefs)) {
      const { group = '', kind = 'Service', name, namespace = namespaceOf(entry), port } = reference;
      if (group !== '' || kind !== 'Service') continue;
      const field = `spec.rules[${index}].backendRefs[${String(name)}]`;
      yield* judge(view, entry, { name: String(name), namespace: String(namespace), port, field });
    }
  }
  yield* parents(view, entry);
}

/** A Gateway that the stage renders itself; those of others cannot be judged here. */
function* parents(view: StageView, entry: Entry): Iterable<Finding> {
  const gateway = view.stage.cluster.gateway;
  for (const reference of items(dig(entry.object, 'spec', 'parentRefs'))) {
    const { kind = 'Gateway', name, namespace = namespaceOf(entry) } = reference;
    const [parent, home] = [String(name), String(namespace)];
    if (kind !== 'Gateway' || !view.owns(home)) continue;
    if (gateway?.name === parent && gateway.namespace === home) continue;
    if (view.has('Gateway.gateway.networking.k8s.io', home, parent)) continue;
    yield {
      entry,
      field: `spec.parentRefs[${parent}]`,
      says: missing('Gateway', parent, home, view.names('Gateway.gateway.networking.k8s.io', home)),
      consequence: 'The route would be attached to nothing.',
      remedy: renderOrList('Gateway', parent, view),
    };
  }
}

function* judge(view: StageView, entry: Entry, backend: Backend): Iterable<Finding> {
  const { name, namespace, port, field } = backend;
  // Namespaces of others, and Services that others create, are not seen from here.
  if (!view.owns(namespace) || view.isExisting('Service', name)) return;
  const service = view.find('Service', namespace, name);
  if (!service) {
    yield {
      entry,
      field: `${field}.name`,
      says: missing('Service', name, namespace, view.names('Service', namespace)),
      consequence: 'Requests would be answered with an error.',
      remedy: renderOrList('Service', name, view),
    };
    return;
  }
  if (port === undefined && entry.kind !== 'Ingress.networking.k8s.io') {
    yield { entry, field: `${field}.port`, says: 'is missing: a Service is reached by one of its ports' };
    return;
  }
  const ports = items(dig(service.object, 'spec', 'ports'));
  if (ports.some((p) => (typeof port === 'string' ? p.name === port : p.port === port))) return;
  const known = ports.map((p) => String(typeof port === 'string' ? p.name : p.port));
  const hint = didYouMean(String(port), known) || (known.length > 0 ? ` (it has ${known.join(', ')})` : '');
  yield {
    entry,
    field: `${field}.port`,
    says: `${JSON.stringify(port) ?? 'undefined'} is no port of Service ${name}${hint}`,
    consequence: 'Requests would be answered with an error.',
  };
}
