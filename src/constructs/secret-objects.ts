import type { Environment } from '../model/environment';
import {
  STORE_NAME,
  storeAccountName,
  storeKindOf,
  type ExternalSecretsValues,
} from '../model/secret-provider';
import type { SecretSource } from '../model/values/secrets';

/** What one secret of an app is, whoever provides it. */
export interface SecretFacts {
  readonly app: string;
  /** As the app calls it. */
  readonly secret: string;
  /** The Secret in the cluster. */
  readonly objectName: string;
  readonly namespace: string;
  readonly type: string;
  readonly source: SecretSource;
}

const compact = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

/** What an ExternalSecret asks of the store. https://external-secrets.io/latest/api/externalsecret/ */
export function externalSecretSpec(
  environment: Environment,
  values: ExternalSecretsValues,
  facts: SecretFacts,
  keys: readonly string[],
): object {
  const store =
    values.store.clusterStore === undefined
      ? { kind: 'SecretStore', name: STORE_NAME }
      : { kind: 'ClusterSecretStore', name: values.store.clusterStore };
  return {
    refreshInterval: values.refreshInterval,
    secretStoreRef: store,
    target: compact({
      name: facts.objectName,
      creationPolicy: values.creationPolicy,
      deletionPolicy: values.deletionPolicy,
      template: facts.type === 'Opaque' ? undefined : { type: facts.type },
    }),
    data: keys.map((key) => ({
      secretKey: key,
      remoteRef: remoteRef(environment, values, facts, key),
    })),
  };
}

/** Where one key lies in the store: each stage has a path of its own. */
function remoteRef(
  environment: Environment,
  values: ExternalSecretsValues,
  { app, secret, source }: SecretFacts,
  key: string,
): object {
  const base = values.path ?? `${environment.project}/${environment.name}`;
  const path = `${base}/${source.remote?.name ?? `${app}/${secret}`}`;
  const version = source.remote?.version;
  // What the operator fills in itself; without it Argo CD would find a difference that never goes away.
  const defaults = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' };
  switch (storeKindOf(values)) {
    case 'awsParameterStore':
      return compact({ key: `/${path}/${key}`, version, ...defaults });
    case 'gcp':
    case 'azure':
      // Their names have no "/".
      return compact({
        key: path.replace(/[/._]/g, (c) => (c === '/' ? '--' : '-')),
        property: key,
        version,
        ...defaults,
      });
    default:
      return compact({ key: path, property: key, version, ...defaults });
  }
}

/** https://github.com/bitnami-labs/sealed-secrets: strict scope, which is bound to name and namespace. */
export function sealedSecretSpec(
  facts: SecretFacts,
  encryptedData: Readonly<Record<string, string>>,
): object {
  return {
    encryptedData,
    template: { metadata: { name: facts.objectName, namespace: facts.namespace }, type: facts.type },
  };
}

/** The store that a stage reads from, in one namespace, and the annotations of the account that it reads as. */
export function secretStore({
  store,
}: ExternalSecretsValues):
  { readonly spec: object; readonly accountAnnotations: Readonly<Record<string, string>> } | undefined {
  const account = { serviceAccountRef: { name: storeAccountName } };
  const { awsParameterStore, awsSecretsManager, azure, gcp, vault } = store;
  if (vault) {
    const provider = compact({
      server: vault.server,
      path: vault.mount,
      version: vault.version,
      namespace: vault.namespace,
      auth: { kubernetes: { mountPath: vault.authMount, role: vault.role, ...account } },
    });
    return { spec: { provider: { vault: provider } }, accountAnnotations: {} };
  }
  const aws = awsSecretsManager ?? awsParameterStore;
  if (aws) {
    const service = awsSecretsManager ? 'SecretsManager' : 'ParameterStore';
    return {
      spec: { provider: { aws: { service, region: aws.region, auth: { jwt: account } } } },
      accountAnnotations: compact({ 'eks.amazonaws.com/role-arn': aws.role! }),
    };
  }
  if (gcp) {
    const workloadIdentity = {
      clusterLocation: gcp.clusterLocation,
      clusterName: gcp.clusterName,
      ...account,
    };
    return {
      spec: { provider: { gcpsm: { projectID: gcp.project, auth: { workloadIdentity } } } },
      accountAnnotations: compact({ 'iam.gke.io/gcp-service-account': gcp.serviceAccount! }),
    };
  }
  if (azure) {
    return {
      spec: { provider: { azurekv: { authType: 'WorkloadIdentity', vaultUrl: azure.vaultUrl, ...account } } },
      accountAnnotations: {
        'azure.workload.identity/client-id': azure.clientId,
        'azure.workload.identity/tenant-id': azure.tenantId,
      },
    };
  }
  return undefined;
}
