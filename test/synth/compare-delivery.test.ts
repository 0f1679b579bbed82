import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => (repository = TemporaryRepository.ofSample()));
afterEach(() => repository.remove());

const linesOf = (stdout: string): string[] => stdout.trimEnd().split('\n').slice(3);

test('what Argo CD is told anew is named, Application by Application, and said once', async () => {
  repository.edit('environments/staging.yaml', 'promotesFrom: dev\n', 'revision: v2\nsync: { mode: auto }\n');
  repository.edit('environments/prod.yaml', 'promotesFrom: staging', 'promotesFrom: dev');
  const would = await repository.run('synth', '--dry-run');
  expect(would.stderr).toBe('');
  expect(linesOf(would.stdout)).toEqual([
    'dist/argocd:',
    '  ~ Application argocd/podinfo-staging',
    '      metadata.finalizers: (none) → ["resources-finalizer.argocd.argoproj.io"]',
    '      spec.source.targetRevision: main → v2',
    '      spec.syncPolicy.automated: (none) → {"prune":true,"selfHeal":true}',
  ]);
  const { delivery } = JSON.parse((await repository.run('synth', '--output', 'json')).stdout) as {
    delivery: unknown;
  };
  expect(delivery).toEqual({
    added: [],
    changed: [
      {
        object: 'Application argocd/podinfo-staging',
        fields: [
          { path: 'metadata.finalizers', after: ['resources-finalizer.argocd.argoproj.io'] },
          { path: 'spec.source.targetRevision', before: 'main', after: 'v2' },
          { path: 'spec.syncPolicy.automated', after: { prune: true, selfHeal: true } },
        ],
      },
    ],
    removed: [],
  });
  expect(linesOf((await repository.run('synth')).stdout)).toEqual([]);
  const settled = JSON.parse((await repository.run('synth', '--output', 'json')).stdout) as unknown;
  expect(settled).toMatchObject({ delivery: { added: [], changed: [], removed: [] } });
});

test('a stage that is left alone is told of, too, where dist/argocd/ is not what it should be', async () => {
  expect((await repository.run('synth')).code).toBe(0);
  repository.edit('dist/argocd/stage-dev.yaml', 'targetRevision: main', 'targetRevision: wip');
  expect(linesOf((await repository.run('synth', '--check')).stdout)).toEqual([
    'dist/argocd:',
    '  ~ Application argocd/podinfo-dev',
    '      spec.source.targetRevision: wip → main',
    'dist/argocd/stage-dev.yaml: edited',
  ]);
});

test('a file in conflict is warned of, and written anew', async () => {
  const file = 'dist/argocd/stage-dev.yaml';
  const before = repository.read(file);
  repository.write(file, `<<<<<<< HEAD\n${before}=======\n>>>>>>> theirs\n`);
  const { code, stderr } = await repository.run('synth');
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^warning: dist\/argocd\/stage-dev\.yaml:\d+:\d+: .*\[dist-unreadable\]/),
  ]);
  expect(repository.read(file)).toBe(before);
  expect((await repository.run('synth')).stderr).toBe('');
});

test('a stage that is new or gone has its project and its Application named', async () => {
  repository.write('environments/uat.yaml', 'promotesFrom: staging\n');
  expect(linesOf((await repository.run('synth')).stdout).slice(1)).toEqual([
    'dist/argocd:',
    '  + AppProject argocd/podinfo-uat',
    '  + Application argocd/podinfo-uat',
  ]);
  repository.remove('environments/uat.yaml');
  repository.edit(
    'environments/base.yaml',
    'cluster: local\n',
    'cluster: local\nallowDestructive:\n  - remove stage uat\n',
  );
  expect((await repository.run('synth')).stdout).toContain(
    'dist/argocd:\n  - AppProject argocd/podinfo-uat\n  - Application argocd/podinfo-uat',
  );
});

test('Applications that change alike are named together, and the first ten of those that are new', async () => {
  const apps = Array.from(
    { length: 14 },
    (_, i) => `  b${i}: { kind: worker, image: 'a/b:1.0.0', resources: {} }`,
  );
  repository.write(
    'environments/base.yaml',
    `project: shop
repository: { url: https://git.example.com/a.git, revision: main }
clusters: { local: { server: https://kubernetes.default.svc, kubernetes: '1.33', provides: [network-policy] } }
cluster: local
delivery: { applications: perApp }
apps:
${apps.join('\n').replaceAll('{}', '{ requests: { cpu: 10m, memory: 8Mi }, limits: { memory: 8Mi } }')}
`,
  );
  for (const path of ['dist', 'src/apps', 'environments/prod.yaml', 'environments/staging.yaml'])
    repository.remove(path);
  repository.write('environments/dev.yaml', 'apps: {}\n');
  const first = await repository.run('synth');
  expect(first.code).toBe(0);
  const lines = first.stdout.trimEnd().split('\n');
  expect(lines[1]).toBe('dist/argocd:');
  expect(lines).toHaveLength(13);
  expect(lines[12]).toMatch(/^ {2}\+ \d+ more$/);
  repository.write('environments/dev.yaml', 'apps: {}\nrevision: v2\n');
  expect((await repository.run('synth')).stdout.trimEnd().split('\n').slice(1)).toEqual([
    'dist/argocd:',
    `  ~ Application argocd/shop-dev, ${[0, 1, 10, 11, 12, 13, 2, 3, 4].map((i) => `Application argocd/shop-dev-b${i}`).join(', ')}, 5 more`,
    '      spec.source.targetRevision: main → v2',
  ]);
});
