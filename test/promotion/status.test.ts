import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImage, status } from '../../src/promotion';
import { synth } from '../../src/synth/synth';
import { commitFiles, removeScratch, writeFiles } from '../git/scratch';
import { ENV, newYamlLab, stageline, worldAt } from './lab';

afterAll(removeScratch);

const cache = (sidecar: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cache }
spec:
  selector: { matchLabels: { app: cache } }
  template:
    metadata: { labels: { app: cache } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: cache
          image: registry.example.com/cache:2.0.0
          securityContext: &hard { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
        - name: redis
          image: docker.io/library/redis:8.8.0
          securityContext: *hard
        - { name: exporter, image: '${sidecar}', securityContext: *hard }
`;

test('the images of manifests are what their pods run, as replaced by the stage', async () => {
  const dir = await newYamlLab();
  appendFileSync(join(dir, 'environments/base.yaml'), '  cache: { kind: manifests, path: vendor/cache }\n');
  writeFiles(dir, { 'vendor/cache/all.yaml': cache('localhost:5000/exporter:1.0.0') });
  commitFiles(dir, {}, 'cache');
  appendFileSync(
    join(dir, 'environments/dev.yaml'),
    '  cache: { images: { docker.io/library/redis: mirror.example.com/redis:8.9.0 } }\n',
  );
  await synth({ root: dir, env: ENV });
  commitFiles(dir, {}, 'dev');
  const [dev, staging] = await status(worldAt(dir));
  expect(dev!.images).toMatchObject({
    cache: 'registry.example.com/cache:2.0.0',
    'cache/exporter': 'localhost:5000/exporter:1.0.0',
    'cache/redis': 'mirror.example.com/redis:8.9.0',
    web: 'registry.example.com/web:1.0.0',
  });
  expect(staging!.images).toMatchObject({ 'cache/redis': 'docker.io/library/redis:8.8.0' });
  const image = 'localhost:5000/exporter:1.1.0';
  const { proposal } = await setImage(worldAt(dir), { stage: 'dev', images: new Map([['cache', image]]) });
  expect(proposal!.lines).toEqual([`cache.images["localhost:5000/exporter"]: (none) → ${image}`]);
  await expect(
    setImage(worldAt(dir), {
      stage: 'dev',
      images: new Map([['cache', 'other.example.com/exporter:2.0.0']]),
    }),
  ).rejects.toThrow(/none of the manifests runs the image "other.example.com\/exporter"/);
  await setImage(worldAt(dir), {
    stage: 'dev',
    images: new Map([['cache', 'localhost:5000/exporter:1.0.0']]),
  });
  const { stdout } = await stageline(dir, 'status');
  expect(stdout).toMatch(/^cache\/exporter +1\.0\.0 +1\.0\.0/m);
  expect(stdout).toMatch(/^cache\/redis +8\.9\.0 +8\.8\.0/m);
});
