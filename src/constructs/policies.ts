import type { ImageRules, PolicyValues, Verification } from '../model/supply-chain';

/** A policy of Kyverno, of one namespace: its name, and its spec. */
export interface PolicySpec {
  readonly name: string;
  readonly spec: object;
}

const CONTROLLERS = ['DaemonSet', 'Deployment', 'StatefulSet'];

/**
 * The policies of one namespace. Those of pods count for whatever makes the pods too: Kyverno derives these rules.
 * https://kyverno.io/docs/policy-types/cluster-policy/validate/
 */
export function policiesOf(values: PolicyValues, images: ImageRules | undefined): readonly PolicySpec[] {
  const failureAction = values.mode === 'enforce' ? 'Enforce' : 'Audit';
  const { digests, exempt, limits, probes, registries, verifyImages } = values;
  const match = (kinds: readonly string[]): object => ({ any: [{ resources: { kinds } }] });
  const names = Object.keys(exempt).sort();
  // What a workload makes carries its name at the beginning.
  const exclude =
    names.length === 0
      ? {}
      : { exclude: { any: [{ resources: { names: names.flatMap((name) => [name, `${name}-*`]) } }] } };
  const rule = (name: string, kinds: readonly string[], check: object): object => ({
    name,
    match: match(kinds),
    ...exclude,
    ...check,
  });
  const policy = (name: string, rules: readonly object[], background = true): PolicySpec => ({
    name,
    spec: { background, rules },
  });
  const validate = (name: string, message: string, kinds: readonly string[], how: object): PolicySpec =>
    policy(name, [rule(name, kinds, { validate: { failureAction, message, ...how } })]);

  const found: PolicySpec[] = [];
  const allowed = images?.registries ?? [];
  if (registries && allowed.length > 0) {
    const pattern = allowed.map((registry) => `${registry}/*`).join(' | ');
    found.push(
      validate(
        'image-registries',
        `Images come from ${allowed.join(', ')}.`,
        ['Pod'],
        ofContainers({ image: pattern }),
      ),
    );
  }
  if (digests && images?.requireDigest === true)
    found.push(
      validate(
        'image-digests',
        'Images are named by their digest.',
        ['Pod'],
        ofContainers({ image: '*@sha256:*' }),
      ),
    );
  if (limits) {
    const resources = { requests: { cpu: '?*', memory: '?*' }, limits: { memory: '?*' } };
    found.push(
      validate('resource-limits', 'Containers have requests, and a limit of memory.', ['Pod'], {
        pattern: { spec: { containers: [{ resources }], '=(initContainers)': [{ resources }] } },
      }),
    );
  }
  if (probes) {
    const expression = 'object.spec.template.spec.containers.exists(c, has(c.readinessProbe))';
    found.push(
      validate('readiness-probes', 'Long-running workloads have a readiness probe.', CONTROLLERS, {
        cel: { expressions: [{ expression }] },
      }),
    );
  }
  if (verifyImages.length > 0)
    found.push(
      policy(
        'image-signatures',
        [
          rule('image-signatures', ['Pod'], {
            verifyImages: verifyImages.map((one) => verification(one, failureAction)),
          }),
        ],
        false,
      ),
    );
  return found;
}

const ofContainers = (container: object): object => ({
  pattern: {
    spec: {
      containers: [container],
      '=(ephemeralContainers)': [container],
      '=(initContainers)': [container],
    },
  },
});

/** The digest is not written into the workload: Argo CD would find it changed, and change it back. */
function verification({ attestations, images, key, keyless }: Verification, failureAction: string): object {
  const rekor = { url: 'https://rekor.sigstore.dev' };
  const entry = key === undefined ? { keyless: { ...keyless, rekor } } : { keys: { publicKeys: key, rekor } };
  const attestors = [{ count: 1, entries: [entry] }];
  return {
    imageReferences: images,
    failureAction,
    mutateDigest: false,
    verifyDigest: false,
    required: true,
    // Kyverno takes signer and attestations apart: with attestations, each names its attestors.
    ...(attestations.length === 0
      ? { attestors }
      : { attestors, attestations: attestations.map(({ type }) => ({ type, attestors })) }),
  };
}
