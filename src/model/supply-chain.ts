import { z } from 'zod';
import { reason, text } from './values/scalars';

const registry = z
  .string()
  .regex(
    /^[a-zA-Z0-9.-]+(:\d+)?(\/[a-z0-9._/-]*[a-z0-9])?$/,
    'must be a registry, or a part of one, such as ghcr.io/example',
  );

/** What images a stage runs at all. */
export const imageRules = z
  .strictObject({
    requireDigest: z.boolean().default(false).describe('Every image is named by its digest (@sha256:…).'),
    registries: z
      .array(registry)
      .default([])
      .describe('Registries, or parts of them, that images come from; none: any.'),
  })
  .describe('What images this stage accepts; synth refuses the others.');

const attestor = {
  key: text
    .refine((pem) => pem.includes('-----BEGIN PUBLIC KEY-----'), {
      message: 'must be a public key in PEM, as cosign writes it',
    })
    .optional(),
  keyless: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/ }),
      subject: z.string().min(1).describe('Who signed, such as https://github.com/example/*.'),
    })
    .optional(),
};

const verification = z
  .strictObject({
    images: z.array(z.string().regex(/^[^\s*]+(\*)?$/, 'must be a pattern such as ghcr.io/example/*')).min(1),
    ...attestor,
    transparencyLog: z
      .boolean()
      .default(true)
      .describe('Signatures are in the public log of Sigstore; false: signed with --tlog-upload=false.'),
    attestations: z
      .array(z.strictObject({ type: z.string().min(1).describe('Its predicate type.') }))
      .default([])
      .describe('What must be attested by the same signer, such as https://slsa.dev/provenance/v1.'),
  })
  .refine((v) => (v.key === undefined) !== (v.keyless === undefined), {
    message: 'needs either key or keyless',
  })
  // Kyverno 1.19 takes an attestation for unproven that is in no log.
  .refine((v) => v.transparencyLog || (v.key !== undefined && v.attestations.length === 0), {
    message: 'keyless signatures and attestations need the transparency log',
    path: ['transparencyLog'],
  });

/** Policies that Kyverno applies in the namespaces of a stage. https://kyverno.io/docs/policy-types/ */
export const policies = z
  .strictObject({
    mode: z
      .enum(['audit', 'enforce'])
      .default('audit')
      .describe('audit: reported; enforce: refused by the cluster.'),
    registries: z
      .boolean()
      .default(true)
      .describe('Only images of images.registries, where those are named.'),
    digests: z.boolean().default(true).describe('Only images by digest, where images.requireDigest says so.'),
    probes: z.boolean().default(false).describe('Long-running workloads have a readiness probe.'),
    limits: z.boolean().default(true).describe('Containers have requests, and a limit of memory.'),
    verifyImages: z.array(verification).default([]).describe('Signatures by cosign.'),
    exempt: z
      .record(z.string(), reason)
      .default({})
      .describe('Workloads by name that the policies leave alone, and why.'),
  })
  .describe('Policies for Kyverno, in the namespaces of this stage.');
export type ImageRules = z.output<typeof imageRules>;
export type PolicyValues = z.output<typeof policies>;
export type Verification = z.output<typeof verification>;
