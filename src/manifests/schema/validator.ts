import type { Capability, KubernetesVersion } from '../../model/cluster';
import type { KubeObject } from '../../model/kube';
import { nearest } from '../../model/nearest';
import { check, type Rules } from './check';
import { kindsOfCrds } from './input-crds';
import type { Definitions, SchemaNode, SchemaProblem } from './node';
import { crdDefinitions, crdIndex, kubernetesSchemas } from './store';

export type { SchemaProblem } from './node';

/** Who serves a kind: Kubernetes itself, a project that a cluster may provide, or a CRD of the input. */
export type Provider = Capability | 'kubernetes' | 'crd-in-input';

/** Checks objects against the schemas of one cluster, offline. */
export interface SchemaValidator {
  /** Everything that is wrong with the object, in the order of its fields; empty when it is valid. */
  validate(object: KubeObject): SchemaProblem[];
  /** Where objects of the kind live; undefined when the kind is not known. */
  scope(apiVersion: string, kind: string): 'Namespaced' | 'Cluster' | undefined;
  /** Who serves the kind; undefined when the kind is not known. */
  provider(apiVersion: string, kind: string): Provider | undefined;
}

interface Kind {
  readonly provider: Provider;
  readonly namespaced: boolean;
  /** Loads the schema: most kinds of most projects are never asked for. */
  readonly load: () => { readonly schema: SchemaNode; readonly definitions: Definitions };
}

const OBJECT_META: SchemaNode = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };

/**
 * A strict validator: unknown fields, missing fields, wrong types and values, and duplicate keys of lists are
 * problems. It knows the kinds of the Kubernetes version, of the projects under third_party/crds (whether the
 * cluster provides them is another question: ask `provider`), and of the CustomResourceDefinitions in `extraCrds`,
 * which win over the others.
 */
export function createValidator(
  version: KubernetesVersion,
  extraCrds: readonly KubeObject[] = [],
): SchemaValidator {
  const kubernetes = kubernetesSchemas(version);
  const metadata = (value: unknown, path: string): SchemaProblem[] =>
    check(OBJECT_META, value, path, {
      definitions: kubernetes.definitions,
      metadata,
      nullIsAbsent: true,
      secret: false,
    });
  const inInput = kindsOfCrds(extraCrds);
  const kinds = new Map<string, Kind | undefined>();
  const find = (key: string): Kind | undefined => {
    if (!kinds.has(key))
      kinds.set(key, fromInput(inInput, key) ?? fromKubernetes(version, key) ?? fromProjects(key));
    return kinds.get(key);
  };

  return {
    validate(object) {
      const kind = find(keyOf(object.apiVersion, object.kind));
      if (!kind) return [unknownKind(object, [...Object.keys(kubernetes.kinds), ...inInput.keys()])];
      const { schema, definitions } = kind.load();
      const own = kind.provider === 'kubernetes';
      const rules: Rules = { definitions, metadata, nullIsAbsent: own, secret: object.kind === 'Secret' };
      if (own) return check(schema, object, '', rules);
      const { apiVersion: _a, kind: _k, metadata: meta, ...rest } = object;
      return [...metadata(meta, '/metadata'), ...check(schema, rest, '', rules)];
    },
    scope(apiVersion, kind) {
      const found = find(keyOf(apiVersion, kind));
      return found && (found.namespaced ? 'Namespaced' : 'Cluster');
    },
    provider: (apiVersion, kind) => find(keyOf(apiVersion, kind))?.provider,
  };
}

const keyOf = (apiVersion: string, kind: string): string => `${apiVersion}/${kind}`;

function fromInput(kinds: ReturnType<typeof kindsOfCrds>, key: string): Kind | undefined {
  const found = kinds.get(key);
  if (!found) return undefined;
  const { namespaced, schema } = found;
  const definitions: Definitions = {};
  return { provider: 'crd-in-input', namespaced, load: () => ({ schema, definitions }) };
}

function fromKubernetes(version: KubernetesVersion, key: string): Kind | undefined {
  const { kinds, definitions } = kubernetesSchemas(version);
  const found = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  if (!found) return undefined;
  const schema = { $ref: found.schema };
  return { provider: 'kubernetes', namespaced: found.namespaced, load: () => ({ schema, definitions }) };
}

function fromProjects(key: string): Kind | undefined {
  const index = crdIndex();
  const found = Object.hasOwn(index, key) ? index[key] : undefined;
  if (!found) return undefined;
  const { project: provider, namespaced } = found;
  const schema = { $ref: key };
  const load = (): ReturnType<Kind['load']> => ({ schema, definitions: crdDefinitions(provider) });
  return { provider, namespaced, load };
}

function unknownKind({ apiVersion, kind }: KubeObject, known: readonly string[]): SchemaProblem {
  const key = keyOf(apiVersion, kind);
  const all = [...known, ...Object.keys(crdIndex())];
  const sameKind = all.filter((candidate) => candidate.endsWith(`/${kind}`)).sort();
  const near = nearest(key, sameKind.length > 0 ? sameKind : all) ?? sameKind[0];
  const slash = near?.lastIndexOf('/') ?? 0;
  return {
    code: 'unknown-kind',
    path: '',
    message: `there is no kind "${kind}" in "${apiVersion}"`,
    ...(near !== undefined && { nearest: `${near.slice(0, slash)} ${near.slice(slash + 1)}` }),
  };
}
