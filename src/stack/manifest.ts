import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import { UserError } from '../model/errors';
import type { KubeObject } from '../model/kube';

/** Where Argo CD's official manifest is, and what it has to hash to. */
export interface ManifestSource {
  /** A path, or an https URL. */
  readonly location: string;
  readonly sha256: string;
}

type Flavour = 'install' | 'ha';

/**
 * SHA-256 of `manifests/install.yaml` and `manifests/ha/install.yaml` at the release's tag. Taken from the Go module
 * github.com/argoproj/argo-cd/v3, which the checksum database pins to that tag; the default address serves the same tag.
 */
const RELEASES: Readonly<Record<string, Readonly<Record<Flavour, string>>>> = {
  '3.2.6': {
    install: '584d53e4155689b7ac7154f6e89206af8e9eae1db2e42784ca7d01bb122ceba8',
    ha: '397a2bbdf7c32808e7f8a569d82f4d6b58c166ad6c113ca5b78d90830ed24b72',
  },
};

/**
 * The manifest of a version: by default the project's own, with the checksum that is known here.
 *
 * @throws UserError when no checksum is known and none is given
 */
export function manifestSource(
  version: string,
  profile: 'minimal' | 'standard' | 'ha',
  given: { readonly manifest?: string; readonly manifestSha256?: string },
  stack: string,
): ManifestSource {
  const flavour: Flavour = profile === 'ha' ? 'ha' : 'install';
  const path = flavour === 'ha' ? 'ha/install.yaml' : 'install.yaml';
  const location =
    given.manifest ?? `https://raw.githubusercontent.com/argoproj/argo-cd/v${version}/manifests/${path}`;
  const sha256 = given.manifestSha256 ?? RELEASES[version]?.[flavour];
  if (sha256 !== undefined) return { location, sha256 };
  throw new UserError({
    code: 'manifest-checksum-unknown',
    cause: `no checksum is known for ${path} of Argo CD ${version}`,
    consequence: 'Nothing is installed that cannot be verified.',
    remedy: `Check the file, then: pulumi config set stageline:manifestSha256 $(sha256sum ${path} | cut -d' ' -f1)`,
    at: { file: `Pulumi.${stack}.yaml` },
  });
}

/**
 * Verifies the manifest's bytes and reads its objects.
 *
 * @throws UserError when they are not what was pinned, or no manifest of Argo CD
 */
export function readManifest(bytes: Uint8Array, { location, sha256 }: ManifestSource): KubeObject[] {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) {
    throw new UserError({
      code: 'manifest-checksum',
      cause: `${location} has the SHA-256 ${actual}, expected ${sha256}`,
      consequence: 'It is not the file that was pinned, so nothing is installed.',
      remedy: 'Get the right file; or, after reading the new one, set stageline:manifestSha256 to its hash.',
    });
  }
  const documents = parseAllDocuments(new TextDecoder().decode(bytes), { version: '1.1', schema: 'core' });
  const wrong = documents.find((document) => document.errors.length > 0);
  if (wrong) throw unreadable(`is no YAML: ${wrong.errors[0]!.message.split('\n')[0]!}`, location);
  const objects = documents.map((document) => document.toJS() as unknown).filter((object) => object !== null);
  const strange = objects.findIndex((object) => !isObject(object));
  if (strange >= 0) throw unreadable(`is no manifest: document ${strange + 1} is no object`, location);
  const known = objects as KubeObject[];
  if (
    !known.some(({ kind, metadata }) => kind === 'CustomResourceDefinition' && metadata.name === DEFINITION)
  )
    throw unreadable(`is not Argo CD's manifest: it does not define ${DEFINITION}`, location);
  return known;
}

const DEFINITION = 'applications.argoproj.io';

function isObject(object: unknown): object is KubeObject {
  const { apiVersion, kind, metadata } = (object ?? {}) as Partial<Record<string, unknown>>;
  const { name } = (metadata ?? {}) as { name?: unknown };
  return [apiVersion, kind, name].every((text) => typeof text === 'string');
}

const unreadable = (why: string, location: string): UserError =>
  new UserError({
    code: 'manifest-yaml',
    cause: `${location} ${why}`,
    consequence: 'Nothing is installed.',
    remedy: 'Get manifests/install.yaml, or manifests/ha/install.yaml, of the release.',
  });
