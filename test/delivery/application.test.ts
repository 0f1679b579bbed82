import { deliveryFiles, deliveryProblems } from '../../src/delivery';
import type { App } from '../../src/model/environment';
import { applicationSpec, emitted, NAMESPACE_ONLY, repositoryOf } from './fixture';

describe('the Application of a stage', () => {
  test('is as written in the snapshot, for each place in the line', () => {
    const repository = repositoryOf();
    for (const stage of ['dev', 'staging', 'prod'])
      expect(emitted(repository, 'Application', `shop-${stage}`)).toMatchSnapshot(stage);
  });

  test('of a first stage syncs itself, prunes and heals; the others have no automated key', () => {
    const repository = repositoryOf();
    expect(applicationSpec(repository, 'shop-dev').syncPolicy.automated).toEqual({
      prune: true,
      selfHeal: true,
    });
    for (const name of ['shop-staging', 'shop-prod'])
      expect(applicationSpec(repository, name).syncPolicy).not.toHaveProperty('automated');
  });

  test('can be told to sync by hand in a first stage, and by itself in a later one', () => {
    const repository = repositoryOf({
      dev: { sync: { mode: 'manual' } },
      prod: { sync: { mode: 'auto', prune: true } },
    });
    expect(applicationSpec(repository, 'shop-dev').syncPolicy).not.toHaveProperty('automated');
    expect(applicationSpec(repository, 'shop-prod').syncPolicy.automated).toEqual({ prune: true });
  });

  test('never carries a false or an empty block, which Argo CD would drop', () => {
    const repository = repositoryOf(
      { prod: { ignoreDifferences: [{ kind: 'Secret', jsonPointers: ['/data'] }] } },
      { delivery: { applications: 'perApp' } },
    );
    const walk = (value: unknown, path: string): void => {
      expect([path, value]).not.toEqual([path, false]);
      if (typeof value !== 'object' || value === null) return;
      expect([path, Object.keys(value).length]).not.toEqual([path, 0]);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    for (const file of deliveryFiles(repository, NAMESPACE_ONLY))
      for (const object of file.objects)
        if (object.kind === 'Application') walk(object, object.metadata.name);
  });

  test('reads every YAML file of the stage and nothing else, and only when one of them changed', () => {
    const application = emitted(repositoryOf(), 'Application', 'shop-prod');
    expect(applicationSpec(repositoryOf(), 'shop-prod').source).toEqual({
      repoURL: 'https://git.example/shop.git',
      targetRevision: 'HEAD',
      path: 'dist/prod',
      directory: { recurse: true, include: '*.yaml' },
    });
    expect(application.metadata.annotations).toEqual({ 'argocd.argoproj.io/manifest-generate-paths': '.' });
  });

  test('follows from the names of the apps: nothing else of an app is looked at', () => {
    const repository = repositoryOf({}, { delivery: { applications: 'perApp' } });
    const nameOnly = (app: App): App =>
      new Proxy(app, {
        get: (target, key) => {
          if (key !== 'name') throw new Error(`somebody reads ${String(key)} of an app`);
          return target.name;
        },
      });
    const environments = repository.environments.map((environment) => ({
      ...environment,
      apps: environment.apps.map(nameOnly),
      values: { ...environment.values, apps: {} },
    }));
    expect(deliveryProblems({ ...repository, environments })).toEqual([]);
    expect(
      deliveryFiles({ ...repository, environments }, NAMESPACE_ONLY).map(({ objects }) => objects),
    ).toEqual(deliveryFiles(repository, NAMESPACE_ONLY).map(({ objects }) => objects));
  });

  test('takes its workloads with it only where the stage may be destroyed', () => {
    const finalizers = (stages: Record<string, object>, name: string): unknown =>
      emitted(repositoryOf(stages), 'Application', name).metadata['finalizers'];
    expect(finalizers({}, 'shop-dev')).toEqual(['resources-finalizer.argocd.argoproj.io']);
    expect(finalizers({}, 'shop-prod')).toBeUndefined();
    expect(finalizers({ dev: { outlives: true } }, 'shop-dev')).toBeUndefined();
  });

  test('follows the revision of the stage, or else that of the repository', () => {
    const repository = repositoryOf(
      { staging: { revision: 'v1.2.0' } },
      { repository: { revision: 'release' } },
    );
    expect(applicationSpec(repository, 'shop-staging').source.targetRevision).toBe('v1.2.0');
    expect(applicationSpec(repository, 'shop-prod').source.targetRevision).toBe('release');
  });

  test('always says how often to retry, and that a retry takes the newest commit', () => {
    const { retry } = applicationSpec(repositoryOf(), 'shop-prod').syncPolicy;
    expect(retry).toEqual({
      limit: 5,
      backoff: { duration: '5s', factor: 2, maxDuration: '3m' },
      refresh: true,
    });
    const older = repositoryOf({}, { delivery: { argocd: { version: '3.1.9' } } });
    expect(applicationSpec(older, 'shop-prod').syncPolicy.retry).not.toHaveProperty('refresh');
  });

  test('respects the fields of other controllers also while it syncs', () => {
    const repository = repositoryOf({
      prod: { ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }] },
    });
    const spec = applicationSpec(repository, 'shop-prod');
    expect(spec.ignoreDifferences).toHaveLength(1);
    expect(spec.syncPolicy.syncOptions).toContain('RespectIgnoreDifferences=true');
    expect(applicationSpec(repository, 'shop-dev').syncPolicy.syncOptions).toEqual([
      'PruneLast=true',
      'PrunePropagationPolicy=foreground',
      'ServerSideApply=true',
    ]);
  });

  test('exists once for each app, beside one for the rest of the stage, and reads no file of another', () => {
    const repository = repositoryOf({}, { delivery: { applications: 'perApp' } });
    for (const [name, include] of [
      ['shop-dev-web', 'web.yaml'],
      ['shop-dev', '_*.yaml'],
    ] as const) {
      expect(applicationSpec(repository, name).source.directory).toEqual({ recurse: true, include });
      expect(emitted(repository, 'Application', name).metadata.annotations).toEqual({
        'argocd.argoproj.io/manifest-generate-paths': include,
      });
    }
  });
});
