import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cosign, registry } from './tools-kyverno';

export interface SignedImages {
  /** `localhost:<port>` */
  readonly host: string;
  /** Public keys in PEM: the one that signed, and another. */
  readonly keys: { readonly ours: string; readonly other: string };
  readonly images: { readonly signed: string; readonly unsigned: string };
}

/** Runs a registry with two tiny images in it: one signed by cosign, and one unsigned. */
export async function withSignedImages(folder: string, run: (images: SignedImages) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const process = spawn(registry(), ['-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const host = await new Promise<string>((done, fail) => {
      process.on('exit', (code) => fail(new Error(`the registry ended with ${code}`)));
      process.stderr.setEncoding('utf8').on('data', (text: string) => {
        const port = /port (\d+)/.exec(text)?.[1];
        if (port) done(`localhost:${port}`);
      });
    });
    const keys = { ours: newKey(join(folder, 'ours')), other: newKey(join(folder, 'other')) };
    const [signed, unsigned] = [await push(host, 'shop/signed'), await push(host, 'shop/unsigned')];
    const key = ['--key', join(folder, 'ours', 'cosign.key'), '--yes'];
    const local = ['--tlog-upload=false', '--use-signing-config=false', '--new-bundle-format=false'];
    call(folder, ['sign', ...key, ...local, signed]);
    run({ host, keys, images: { signed, unsigned } });
  } finally {
    process.removeAllListeners('exit');
    process.kill();
  }
}

function call(cwd: string, args: readonly string[]): void {
  const env = { PATH: process.env['PATH'], HOME: cwd, COSIGN_PASSWORD: '' };
  execFileSync(cosign(), args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

function newKey(folder: string): string {
  mkdirSync(folder, { recursive: true });
  call(folder, ['generate-key-pair']);
  return readFileSync(join(folder, 'cosign.pub'), 'utf8');
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image without a layer, by the protocol of registries. https://github.com/opencontainers/distribution-spec */
async function push(host: string, name: string): Promise<string> {
  const base = `http://${host}/v2/${name}`;
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    author: name,
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(begun.headers.get('location') ?? '', base);
  upload.searchParams.set('digest', digestOf(config));
  const uploaded = await fetch(upload, { method: 'PUT', body: new Uint8Array(config) });
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = json({
    schemaVersion: 2,
    mediaType: type,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(config),
      size: config.length,
    },
    layers: [],
  });
  const headers = { 'content-type': type };
  const pushed = await fetch(`${base}/manifests/1.0`, {
    method: 'PUT',
    headers,
    body: new Uint8Array(manifest),
  });
  if (uploaded.status !== 201 || pushed.status !== 201)
    throw new Error(`${name}: ${uploaded.status} ${pushed.status}`);
  return `${host}/${name}@${digestOf(manifest)}`;
}
