import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadRepository } from '../../src/config';
import { DistReader, sha256 } from '../../src/manifests/publish';
import { Cache } from '../../src/synth/cache';
import { deliveryOf } from '../../src/synth/delivery';
import { writeRepository } from '../bench/repository';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'delivery-'));
  writeRepository(root, { apps: 2, stages: 1 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The files of dist/argocd/ that are proven, by their paths: what is to be written, and its hash. */
function files(
  cache: Cache,
  reader: DistReader,
): Map<string, { readonly text: string; readonly hash: string }> {
  const repository = loadRepository({ root, classes: [] });
  const kinds = new Map(repository.environments.map(({ name }) => [name, { clusterScoped: [], objects: 9 }]));
  const { onClusters, problems } = deliveryOf(repository, kinds, cache, reader);
  expect(problems).toEqual([]);
  const all = onClusters.flatMap((one) => one.files);
  return new Map(all.map(({ path, proven }) => [path, { text: proven!.text, hash: proven!.hash }]));
}

test('what is known is taken from dist/, and is right also where dist/ changes meanwhile', () => {
  const cache = new Cache(root);
  const first = files(cache, new DistReader(root));
  cache.save();
  expect(first.size).toBeGreaterThan(1);
  for (const [path, { text }] of first) {
    mkdirSync(dirname(join(root, 'dist', path)), { recursive: true });
    writeFileSync(join(root, 'dist', path), text);
  }
  const reader = new DistReader(root);
  expect(files(new Cache(root), reader)).toEqual(first);
  const late = new DistReader(root);
  for (const path of first.keys()) {
    late.hash(path);
    writeFileSync(join(root, 'dist', path), 'of another branch\n');
  }
  const now = files(new Cache(root), late);
  expect(now).toEqual(first);
  for (const { text, hash } of now.values()) expect(sha256(text)).toBe(hash);
});
