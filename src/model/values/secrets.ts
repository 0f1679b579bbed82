import { z } from 'zod';
import { absolutePath, dnsLabel, dnsSubdomain, envName, text } from './scalars';

/** A key of a Secret's data. */
export const secretKey = z
  .string()
  .max(253)
  .regex(/^(?!\.\.?$)[-._a-zA-Z0-9]+$/, 'must be a key of a Secret: letters, digits, "-", "_" and "."');

/** What a Secret is for. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const secretType = z.enum([
  'Opaque',
  'kubernetes.io/basic-auth',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
]);

const useShape = {
  env: z
    .record(envName, secretKey)
    .default({})
    .describe('Environment variables, each with the key of the Secret that it holds.')
    .meta({ promotable: 'config' }),
  files: z
    .record(absolutePath, secretKey)
    .default({})
    .describe('Files by their path in the container, each with the key of the Secret that it holds.')
    .meta({ promotable: 'config' }),
  directory: absolutePath
    .optional()
    .describe('Mounts the keys as files of this directory; they change there when the Secret does.')
    .meta({ promotable: 'config' }),
  keys: z
    .array(secretKey)
    .default([])
    .describe('Keys that it must have, beside those that env and files name.')
    .meta({ promotable: 'config' }),
  type: secretType.default('Opaque').meta({ promotable: 'config' }),
  alsoIn: z
    .array(dnsLabel)
    .default([])
    .describe('Init containers and sidecars that see it too; the main container always does.')
    .meta({ promotable: 'config' }),
};

const sourceShape = {
  existing: dnsSubdomain
    .optional()
    .describe("The Secret that somebody else creates in the namespace, whatever the stage's provider is."),
  remote: z
    .strictObject({
      name: z
        .string()
        .regex(/^(?!\/)[A-Za-z0-9_./-]+(?<!\/)$/, 'must be a name in the store, without "/" at its ends')
        .optional()
        .describe("Below the stage's path in the store; default: <app>/<secret>."),
      version: text.optional().describe('The version in the store; default: the newest.'),
    })
    .optional()
    .describe('For stages that fetch their secrets from a store (External Secrets Operator).'),
  sealed: z
    .record(
      secretKey,
      z
        .string()
        .regex(/^[A-Za-z0-9+/]{300,}={0,2}$/, 'must be ciphertext as "stageline seal" writes it, in base64'),
    )
    .optional()
    .describe("Ciphertext by key, as `stageline seal` writes it; in the stage's own file only."),
};

/** How a component uses a secret. */
export const secretUse = z.strictObject(useShape);
export const secretUses = z
  .record(dnsLabel, secretUse)
  .default({})
  .describe(
    'Secrets that it needs, by name, and where it sees them; where they come from is up to the stage.',
  );

/** Where a secret of an app comes from, in one stage. */
export const secretSource = z.strictObject(sourceShape);
export const secretSources = z
  .record(dnsLabel, secretSource)
  .default({})
  .describe('Where the secrets of the app come from in this stage, by name.');

/** Both, for apps that are YAML alone. */
export const appSecrets = z
  .record(dnsLabel, z.strictObject({ ...useShape, ...sourceShape }))
  .default({})
  .describe(
    'Secrets that it needs, by name, and where it sees them; where they come from is up to the stage.',
  );

export type SecretUse = z.output<typeof secretUse>;
export type SecretSource = z.output<typeof secretSource>;

/** The keys of {@link SecretSource}: what belongs to the app as a whole, and not to a component of it. */
export const SOURCE_KEYS: readonly string[] = Object.keys(sourceShape);
