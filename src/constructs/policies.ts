import type { ImageRules, PolicyValues, Verification } from '../model/supply-chain';

/** A policy of Kyverno, of one namespace. */
export interface PolicySpec {
  readonly kind: 'NamespacedValidatingPolicy' | 'NamespacedImageValidatingPolicy';
  readonly name: string;
  readonly spec: object;
}

const OPERATIONS = { apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'] };
const PODS = { ...OPERATIONS, apiGroups: [''], resources: ['pods'] };
const WORKLOADS = {
  ...OPERATIONS,
  apiGroups: ['apps'],
  resources: ['daemonsets', 'deployments', 'statefulsets'],
};

/** What holds of every container of a pod. What a workload makes is held to it too: Kyverno derives these rules. */
const everyContainer = (condition: string): string =>
  ['containers', '?initContainers', '?ephemeralContainers']
    .map((field) =>
      field.startsWith('?')
        ? `object.spec.${field}.orValue([]).all(c, ${condition})`
        : `object.spec.${field}.all(c, ${condition})`,
    )
    .join(' && ');

/** A text in CEL; JSON's escapes are CEL's too. */
const quoted = (text: string): string => JSON.stringify(text);

/**
 * The policies of one namespace.
 * https://kyverno.io/docs/policy-types/validating-policy/
 */
export function policiesOf(values: PolicyValues, images: ImageRules | undefined): readonly PolicySpec[] {
  const { digests, exempt, limits, probes, registries, verifyImages } = values;
  const common = {
    validationActions: [values.mode === 'enforce' ? 'Deny' : 'Audit'],
    ...exemptions(Object.keys(exempt).sort()),
  };
  const found: PolicySpec[] = [];
  const validate = (name: string, message: string, resources: object, expression: string): void => {
    const spec = {
      ...common,
      matchConstraints: { resourceRules: [resources] },
      validations: [{ expression, message }],
    };
    found.push({ kind: 'NamespacedValidatingPolicy', name, spec });
  };

  const allowed = images?.registries ?? [];
  if (registries && allowed.length > 0) {
    const from = allowed.map((registry) => `c.image.startsWith(${quoted(`${registry}/`)})`).join(' || ');
    const message = `Images come from ${allowed.join(', ')}.`;
    validate('image-registries', message, PODS, everyContainer(from));
  }
  if (digests && images?.requireDigest === true)
    validate(
      'image-digests',
      'Images are named by their digest.',
      PODS,
      everyContainer('c.image.contains("@sha256:")'),
    );
  if (limits) {
    const has = ['requests.cpu', 'requests.memory', 'limits.memory'].map(
      (path) => `has(c.resources.${path.split('.')[0]!}) && has(c.resources.${path})`,
    );
    const condition = ['has(c.resources)', ...has].join(' && ');
    const expression = ['containers', '?initContainers']
      .map(
        (field) => `object.spec.${field}${field.startsWith('?') ? '.orValue([])' : ''}.all(c, ${condition})`,
      )
      .join(' && ');
    validate('resource-limits', 'Containers have requests, and a limit of memory.', PODS, expression);
  }
  if (probes)
    validate(
      'readiness-probes',
      'Long-running workloads have a readiness probe.',
      WORKLOADS,
      'object.spec.template.spec.containers.exists(c, has(c.readinessProbe))',
    );
  for (const [index, one] of verifyImages.entries())
    found.push({
      kind: 'NamespacedImageValidatingPolicy',
      name: index === 0 ? 'image-signatures' : `image-signatures-${index + 1}`,
      spec: { ...common, ...verification(one) },
    });
  return found;
}

/** What a workload makes carries its name at the beginning. */
function exemptions(names: readonly string[]): object {
  if (names.length === 0) return {};
  const name = 'object["metadata"].?name.orValue(object["metadata"].?generateName.orValue(""))';
  const isOne = names
    .map((one) => `${name} == ${quoted(one)} || ${name}.startsWith(${quoted(`${one}-`)})`)
    .join(' || ');
  return { matchConditions: [{ name: 'exempt', expression: `!(${isOne})` }] };
}

/** The digest is not written into the workload: Argo CD would find it changed, and change it back. */
function verification({ attestations, images, key, keyless, transparencyLog }: Verification): object {
  const log = transparencyLog
    ? { url: 'https://rekor.sigstore.dev' }
    : { insecureIgnoreTlog: true, insecureIgnoreSCT: true };
  const signer =
    key === undefined ? { keyless: { identities: [identity(keyless!)] } } : { key: { data: key } };
  const everyImage = (check: string): string =>
    ['containers', 'initContainers', 'ephemeralContainers']
      .map((field) => `images.${field}.map(image, ${check}).all(count, count > 0)`)
      .join(' && ');
  return {
    evaluation: { background: { enabled: false } },
    matchConstraints: { resourceRules: [PODS] },
    matchImageReferences: images.map((glob) => ({ glob })),
    validationConfigurations: { mutateDigest: false, verifyDigest: false, required: true },
    attestors: [{ name: 'signer', cosign: { ...signer, ctlog: log } }],
    ...(attestations.length > 0 && {
      attestations: attestations.map(({ type }, index) => ({
        name: `attestation${index}`,
        intoto: { type },
      })),
    }),
    validations: [
      {
        expression: everyImage('verifyImageSignatures(image, [attestors.signer])'),
        message: 'Images are signed.',
      },
      ...attestations.map(({ type }, index) => ({
        expression: everyImage(
          `verifyAttestationSignatures(image, attestations.attestation${index}, [attestors.signer])`,
        ),
        message: `Images have an attestation of ${type}.`,
      })),
    ],
  };
}

/** An asterisk in the subject stands for any text. */
function identity({ issuer, subject }: NonNullable<Verification['keyless']>): object {
  if (!subject.includes('*')) return { issuer, subject };
  const escaped = subject.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return { issuer, subjectRegExp: `^${escaped}$` };
}
