/** A container image reference in its parts. */
export interface ImageReference {
  /** As written, `undefined` where the runtime's default applies. */
  readonly registry: string | undefined;
  /** Path below the registry, e.g. `stefanprodan/podinfo`. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

// The grammar: https://pkg.go.dev/github.com/distribution/reference
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const MAX_NAME = 255;
const MAX_REFERENCE = 1024;

/** The parts of an image reference, or undefined where a container runtime would refuse it. */
export function parseImage(reference: string): ImageReference | undefined {
  if (reference.length > MAX_REFERENCE || /^[a-f0-9]{64}$/.test(reference)) return undefined;
  const [beforeDigest, digest] = cut(reference, reference.indexOf('@'));
  const colon = beforeDigest.lastIndexOf(':');
  // A colon before the last slash belongs to the port of the registry.
  const [name, tag] = cut(beforeDigest, colon > beforeDigest.lastIndexOf('/') ? colon : -1);

  if (tag !== undefined && !TAG.test(tag)) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  if (name.length > MAX_NAME) return undefined;

  const [first, rest] = cut(name, name.indexOf('/'));
  const hasRegistry =
    rest !== undefined && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  if (hasRegistry && !HOST.test(first)) return undefined;
  const repository = hasRegistry ? rest : name;
  if (!repository.split('/').every((component) => PATH_COMPONENT.test(component))) return undefined;
  return { registry: hasRegistry ? first : undefined, repository, tag, digest };
}

/** Registry and repository, without tag and digest. */
export function imageName({ registry, repository }: ImageReference): string {
  return registry === undefined ? repository : `${registry}/${repository}`;
}

function isDigest(digest: string): boolean {
  if (!DIGEST.test(digest)) return false;
  const [algorithm, hex] = digest.split(':') as [string, string];
  const length = DIGEST_LENGTHS[algorithm];
  return length === undefined || (hex.length === length && hex === hex.toLowerCase());
}

function cut(value: string, at: number): [string, string | undefined] {
  return at < 0 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
}
