import { z } from 'zod';
import { dnsLabel, dnsSubdomain, text } from './values/scalars';

const https = z.url({ protocol: /^https?$/ });
const remotePath = z
  .string()
  .regex(/^(?!\/)[A-Za-z0-9_./-]+(?<!\/)$/, 'must be a path such as shop/prod, without "/" at its ends');

/** Stores that the External Secrets Operator reads. https://external-secrets.io/latest/provider/hashicorp-vault/ */
const store = z
  .strictObject({
    vault: z
      .strictObject({
        server: https,
        mount: text.default('secret').describe('Where the key-value engine is mounted.'),
        version: z.enum(['v1', 'v2']).default('v2'),
        role: z.string().min(1).describe('Of the Kubernetes auth method.'),
        authMount: text.default('kubernetes'),
        namespace: text.optional().describe('Of Vault Enterprise.'),
      })
      .optional()
      .describe('HashiCorp Vault, by its Kubernetes auth method.'),
    awsSecretsManager: z
      .strictObject({ region: z.string().min(1), role: z.string().startsWith('arn:').optional() })
      .optional()
      .describe('AWS Secrets Manager; role: what the ServiceAccount of the store assumes (IRSA).'),
    awsParameterStore: z
      .strictObject({ region: z.string().min(1), role: z.string().startsWith('arn:').optional() })
      .optional()
      .describe('AWS Systems Manager Parameter Store: one parameter for each key.'),
    gcp: z
      .strictObject({
        project: z.string().min(1),
        clusterName: z.string().min(1),
        clusterLocation: z.string().min(1),
        serviceAccount: z.email().optional().describe('The Google service account that it acts as.'),
      })
      .optional()
      .describe('Google Secret Manager, by workload identity.'),
    azure: z
      .strictObject({ vaultUrl: https, clientId: z.guid(), tenantId: z.guid() })
      .optional()
      .describe('Azure Key Vault, by workload identity.'),
    clusterStore: dnsSubdomain.optional().describe('A ClusterSecretStore that somebody else created.'),
    clusterStoreKind: z
      .enum(['vault', 'awsSecretsManager', 'awsParameterStore', 'gcp', 'azure'])
      .optional()
      .describe('What the ClusterSecretStore reads: it decides how names are written. Default: vault.'),
  })
  .refine((s) => STORES.filter((name) => s[name] !== undefined).length === 1, {
    message: `needs exactly one of vault, awsSecretsManager, awsParameterStore, gcp, azure, clusterStore`,
  })
  .refine((s) => s.clusterStoreKind === undefined || s.clusterStore !== undefined, {
    message: 'means nothing without clusterStore',
    path: ['clusterStoreKind'],
  });
const STORES = ['vault', 'awsSecretsManager', 'awsParameterStore', 'gcp', 'azure', 'clusterStore'] as const;

const externalSecrets = z
  .strictObject({
    store,
    path: remotePath
      .optional()
      .describe('Where the secrets of this stage lie in the store; default: <project>/<stage>.'),
    refreshInterval: z
      .string()
      .regex(/^([0-9]+(s|m|h))+$/, 'must be a Go duration such as "1h" or "30m"; "0s": fetched once')
      .default('1h'),
    creationPolicy: z
      .enum(['Owner', 'Orphan', 'Merge'])
      .default('Owner')
      .describe(
        'Owner: the Secret goes with the ExternalSecret; Orphan: it stays; Merge: keys are added to a Secret that ' +
          'is there already.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Delete', 'Merge'])
      .default('Retain')
      .describe('What becomes of the Secret when it disappears from the store.'),
    reloader: z
      .boolean()
      .default(false)
      .describe('Stakater Reloader runs on the cluster: pods are marked, so that it replaces them.'),
  })
  .refine((e) => e.deletionPolicy !== 'Delete' || e.creationPolicy === 'Owner', {
    message: 'Delete needs creationPolicy: Owner: the operator deletes only what it owns',
    path: ['deletionPolicy'],
  })
  .describe('External Secrets Operator.');

/** Where the secrets of a stage come from. The settings of several providers may stand side by side. */
export const secretProvider = z
  .strictObject({
    provider: z
      .enum(['externalSecrets', 'sealedSecrets', 'existing'])
      .describe(
        'externalSecrets: the operator fetches them from a store; sealedSecrets: their ciphertext stands in the ' +
          "stage's file; existing: somebody else creates them.",
      ),
    externalSecrets: externalSecrets.optional(),
    sealedSecrets: z
      .strictObject({
        certificate: text
          .min(1)
          .describe("The controller's public certificate (PEM), or its file's path from the root."),
      })
      .optional()
      .describe('Sealed Secrets.'),
  })
  .refine((s) => s.provider !== 'externalSecrets' || s.externalSecrets !== undefined, {
    message: 'is missing: it says which store',
    path: ['externalSecrets'],
  })
  .describe('Where the secrets of its apps come from.');
export type SecretProvider = z.output<typeof secretProvider>;
export type ExternalSecretsValues = z.output<typeof externalSecrets>;
export type StoreKind = Exclude<(typeof STORES)[number], 'clusterStore'>;

/** What a store is, also where somebody else created it. */
export function storeKindOf({ store: s }: ExternalSecretsValues): StoreKind {
  if (s.clusterStore !== undefined) return s.clusterStoreKind ?? 'vault';
  return STORES.find((name): name is StoreKind => name !== 'clusterStore' && s[name] !== undefined)!;
}

/** The SecretStore of a stage, and the ServiceAccount that it reads as, in each namespace. */
export const STORE_NAME = 'stage-secrets';
export const storeAccountName: z.output<typeof dnsLabel> = 'stage-secrets';
