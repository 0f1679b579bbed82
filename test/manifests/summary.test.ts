import { diffObjects } from '../../src/manifests/diff';
import { formatSummaries, summarize } from '../../src/manifests/summary';
import type { KubeObject } from '../../src/model/kube';
import { configMap, deployment, object, podSpec } from './objects';

const sum = (name: string, before: KubeObject[], after: KubeObject[], notes: string[] = []) =>
  summarize(name, after.length, diffObjects(before, after), notes);
const web = (image: string, name = 'frontend') => deployment(name, podSpec({ name, image }));

test('a stage is one line: objects, what changes, and which images', () => {
  const before = [web('ghcr.io/acme/web:6.14.0'), configMap('a', { x: '1' })];
  const after = [web('ghcr.io/acme/web:6.14.1'), configMap('a', { x: '2' })];
  expect(formatSummaries([sum('prod', before, after)])).toEqual([
    'prod  2 objects  +0 ~2 -0  images: frontend 6.14.0 → 6.14.1',
  ]);
});

test('stages stand in columns; deletions and notes are set apart below', () => {
  const summaries = [
    sum('dev', [], [configMap('a')]),
    sum(
      'production',
      [configMap('a'), configMap('b')],
      [configMap('a')],
      ['frontend: readOnlyRootFilesystem is off: it writes to /'],
    ),
  ];
  expect(formatSummaries(summaries)).toEqual([
    'dev         1 object  +1 ~0 -0',
    'production  1 object  +0 ~0 -1',
    '    - deletes ConfigMap shop/b',
    '    ! frontend: readOnlyRootFilesystem is off: it writes to /',
  ]);
});

test('workloads that take the same step share it', () => {
  const [from, to] = ['a/podinfo:1', 'a/podinfo:2'];
  const before = [web(from), web(from, 'backend'), web('redis:8', 'cache')];
  const after = [web(to), web(to, 'backend'), web('valkey:8', 'cache')];
  expect(formatSummaries([sum('prod', before, after)])).toEqual([
    'prod  3 objects  +0 ~3 -0  images: backend, frontend 1 → 2; cache redis:8 → valkey:8',
  ]);
});

test('digests are shortened, and shown where the tag stays', () => {
  const digest = (c: string) => `@sha256:${c.repeat(64)}`;
  const line = (from: string, to: string) =>
    formatSummaries([sum('s', [web(from)], [web(to)])])[0]!.split('images: ')[1];
  expect(line(`a:1${digest('a')}`, `a:1${digest('b')}`)).toBe(
    'frontend 1@sha256:aaaaaaaaaaaa… → 1@sha256:bbbbbbbbbbbb…',
  );
  expect(line(`a:1${digest('a')}`, `a:2${digest('b')}`)).toBe('frontend 1 → 2');
  expect(line(`a${digest('a')}`, 'a:2')).toBe('frontend sha256:aaaaaaaaaaaa… → 2');
});

test('a container that is named otherwise than its workload is named with it', () => {
  const pod = (image: string) =>
    deployment('web', podSpec({ name: 'web' }, { initContainers: [{ name: 'migrate', image }] }));
  expect(sum('s', [pod('a:1')], [pod('a:2')]).images).toEqual([
    { where: ['web/migrate'], from: 'a:1', to: 'a:2' },
  ]);
});

test('as data it holds each changed field', () => {
  const [before, after] = [configMap('a', { x: '1' }), configMap('a', { x: '2' })];
  expect(sum('dev', [before, object('v1', 'Secret', 'old')], [after])).toEqual({
    stage: 'dev',
    objects: 1,
    added: [],
    changed: [{ object: 'ConfigMap shop/a', fields: [{ path: 'data.x', before: '1', after: '2' }] }],
    removed: ['Secret shop/old'],
    images: [],
    notes: [],
  });
});
