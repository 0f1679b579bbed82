import type { KubeObject } from '../../../model/kube';
import { dig, fields, items, strings, text } from '../../fields';
import { kindOf } from '../pods';
import type { StageView } from '../rule';

/** Annotations by which cert-manager issues the certificate of an Ingress or a Gateway. */
export const CERTIFICATE_ANNOTATION = /^cert-manager\.io\/(cluster-)?issuer$|^kubernetes\.io\/tls-acme$/;

/** A ConfigMap or Secret that will exist. */
export interface DataSource {
  readonly name: string;
  /** Undefined where only the cluster knows them. */
  readonly keys: readonly string[] | undefined;
}

/** The ConfigMaps or Secrets that the stage brings to a namespace: rendered, or made by what is rendered. */
export function dataSources(
  view: StageView,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
): ReadonlyMap<string, DataSource> {
  const known = cache.get(view) ?? new Map<string, ReadonlyMap<string, DataSource>>();
  cache.set(view, known);
  const key = `${kind} ${namespace}`;
  const sources = known.get(key) ?? findSources(view, kind, namespace);
  known.set(key, sources);
  return sources;
}

const cache = new WeakMap<StageView, Map<string, ReadonlyMap<string, DataSource>>>();

function findSources(
  view: StageView,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
): ReadonlyMap<string, DataSource> {
  const found = view
    .entriesIn(namespace)
    .flatMap((entry) => [...(kind === 'Secret' ? secretsOf : configMapsOf)(entry.object)]);
  if (kind === 'ConfigMap') found.push({ name: 'kube-root-ca.crt', keys: ['ca.crt'] });
  return new Map(found.map((source) => [source.name, source]));
}

function* configMapsOf(object: KubeObject): Iterable<DataSource> {
  if (kindOf(object) !== 'ConfigMap') return;
  yield { name: object.metadata.name, keys: [...keysOf(object.data), ...keysOf(object.binaryData)] };
}

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

function* secretsOf(object: KubeObject): Iterable<DataSource> {
  const { name } = object.metadata;
  const spec = fields(object.spec);
  switch (kindOf(object)) {
    case 'Secret':
      yield { name, keys: [...keysOf(object.data), ...keysOf(object.stringData)] };
      return;
    case 'SealedSecret.bitnami.com':
      yield {
        name: text(dig(spec, 'template', 'metadata', 'name')) ?? name,
        keys: [...keysOf(spec.encryptedData), ...keysOf(dig(spec, 'template', 'data'))],
      };
      return;
    case 'ExternalSecret.external-secrets.io': {
      const open = spec.dataFrom !== undefined || dig(spec, 'target', 'template') !== undefined;
      yield {
        name: text(dig(spec, 'target', 'name')) ?? name,
        keys: open ? undefined : items(spec.data).map((entry) => String(entry.secretKey)),
      };
      return;
    }
    case 'Certificate.cert-manager.io':
      if (typeof spec.secretName === 'string') yield { name: spec.secretName, keys: undefined };
      return;
    case 'Ingress.networking.k8s.io':
      if (!strings(object.metadata.annotations).some(([key]) => CERTIFICATE_ANNOTATION.test(key))) return;
      for (const tls of items(spec.tls)) {
        if (typeof tls.secretName === 'string') yield { name: tls.secretName, keys: CERTIFICATE_KEYS };
      }
  }
}

function keysOf(map: unknown): string[] {
  return Object.keys(fields(map));
}
