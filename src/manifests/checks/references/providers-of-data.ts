import { getOrSet } from '../../../model/maps';
import { dig, fields, items, strings, text } from '../../fields';
import type { Entry, StageView } from '../stage-view';

/** Annotations by which cert-manager issues the certificate of an Ingress or a Gateway. */
export const CERTIFICATE_ANNOTATION = /^cert-manager\.io\/(cluster-)?issuer$|^kubernetes\.io\/tls-acme$/;

/** A ConfigMap or Secret that will exist. */
export interface DataSource {
  readonly name: string;
  /** Undefined where only the cluster knows them. */
  readonly keys: readonly string[] | undefined;
}

type Sources = Map<string, ReadonlyMap<string, DataSource>>;
const known = new WeakMap<StageView, { readonly ConfigMap: Sources; readonly Secret: Sources }>();

/** The ConfigMaps or Secrets that the stage brings to a namespace: rendered, or made by what is rendered. */
export function dataSources(
  view: StageView,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
): ReadonlyMap<string, DataSource> {
  const ofView = known.get(view) ?? { ConfigMap: new Map(), Secret: new Map() };
  known.set(view, ofView);
  return getOrSet(ofView[kind], namespace, () => {
    const found = kind === 'Secret' ? secrets(view, namespace) : configMaps(view, namespace);
    return new Map(found.map((source) => [source.name, source]));
  });
}

function configMaps(view: StageView, namespace: string): DataSource[] {
  const own = view.of('ConfigMap', namespace).map(({ object }) => ({
    name: object.metadata.name,
    keys: [...keysOf(object.data), ...keysOf(object.binaryData)],
  }));
  return [...own, { name: 'kube-root-ca.crt', keys: ['ca.crt'] }];
}

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

const SECRETS = [
  'Secret',
  'SealedSecret.bitnami.com',
  'ExternalSecret.external-secrets.io',
  'Certificate.cert-manager.io',
  'Ingress.networking.k8s.io',
];

function secrets(view: StageView, namespace: string): DataSource[] {
  return SECRETS.flatMap((kind) => view.of(kind, namespace)).flatMap((entry) => [...secretsOf(entry)]);
}

function* secretsOf({ kind, object }: Entry): Iterable<DataSource> {
  const { name } = object.metadata;
  const spec = fields(object.spec);
  switch (kind) {
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
