import { deliveryFiles } from '../../src/delivery';
import { describeObject, type KubeObject } from '../../src/model/kube';
import { retain } from '../../src/stack/argo-cd';
import type { Recorded } from '../../src/stack/record';
import { NAMESPACE_ONLY, repositoryOf } from '../delivery/fixture';
import { named, run, type Run } from './fixture';

/** What the stack created of the delivery model, by name: all but the installer's objects and Secrets. */
function delivered({ resources }: Run): Record<string, KubeObject> {
  const objects = resources
    .filter(({ type }) => !type.includes('ConfigGroup') && !type.includes('Release'))
    .flatMap((resource) => resource.objects)
    .filter(({ kind }) => kind !== 'Namespace' && kind !== 'Secret');
  return Object.fromEntries(objects.map((object) => [describeObject(object), object]));
}

const inFiles = (files: ReturnType<typeof deliveryFiles>): Record<string, KubeObject> =>
  Object.fromEntries(
    files.flatMap(({ objects }) => objects.map((object) => [describeObject(object), object])),
  );

const groupsOf = ({ resources }: Run): Recorded[] =>
  resources.filter(({ type }) => type.endsWith('ConfigGroup'));

describe('the stack', () => {
  test('creates exactly the objects of dist/argocd', async () => {
    const repository = repositoryOf({}, { delivery: { applications: 'perApp' } });
    const files = deliveryFiles(repository, NAMESPACE_ONLY);
    expect(delivered(await run(repository))).toEqual(inFiles(files));
  });

  test('leaves the stages to the root Application where that is their owner', async () => {
    const repository = repositoryOf({}, { delivery: { owner: 'root' } });
    const files = deliveryFiles(repository, NAMESPACE_ONLY);
    const stage = (path: string): boolean => path.startsWith('argocd/stage-');
    const result = delivered(await run(repository));
    expect(result).toEqual(inFiles(files.filter(({ path }) => !stage(path))));
    expect(Object.keys(result)).toContain('Application argocd/shop-root');
    expect(Object.keys(inFiles(files.filter(({ path }) => stage(path))))).toHaveLength(6);
  });

  test('creates none of the settings that the manifest brings, and keeps its own', async () => {
    const result = await run(repositoryOf());
    const names = groupsOf(result)
      .flatMap(({ objects }) => objects)
      .map(describeObject);
    expect(names).not.toContain('ConfigMap argocd/argocd-cm');
    expect(names).not.toContain('Secret argocd/argocd-notifications-secret');
    expect(names).toContain('ConfigMap argocd/argocd-ssh-known-hosts-cm');
    expect(names).toContain('Secret argocd/argocd-secret');
    expect(named(result, 'configmap-argocd-cm').inputs['data']).not.toHaveProperty('url');
  });

  test('names every object explicitly, since Pulumi would add a suffix', async () => {
    const { resources } = await run(repositoryOf());
    const kubernetes = resources.filter(
      ({ type }) => type.startsWith('kubernetes:') && !/yaml|helm/.test(type),
    );
    expect(kubernetes.length).toBeGreaterThan(10);
    for (const { inputs } of kubernetes)
      expect((inputs['metadata'] as { name?: string }).name).toEqual(expect.any(String));
  });

  test('puts the definitions in a group of their own, which the stack leaves behind', async () => {
    const result = await run(repositoryOf());
    const crds = named(result, 'argocd-crds');
    expect(crds.objects.map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'CustomResourceDefinition',
    ]);
    const args = { custom: true, type: 't', name: 'n', props: { a: 1 }, opts: { protect: true } };
    expect(await retain(args)).toEqual({ props: { a: 1 }, opts: { protect: true, retainOnDelete: true } });
  });

  test('creates in an order in which nothing waits in vain, and is destroyed the other way round', async () => {
    const result = await run(repositoryOf());
    expect(named(result, 'configmap-argocd-cm').dependsOn).toEqual(['namespace-argocd']);
    expect(named(result, 'appproject-default').dependsOn).toContain('argocd-crds');
    const processes = groupsOf(result).find(({ name }) => name === 'argocd')!;
    expect(processes.dependsOn).toEqual(
      expect.arrayContaining(['appproject-default', 'configmap-argocd-cm']),
    );
    expect(named(result, 'appproject-shop-prod').dependsOn).toContain('argocd');
    expect(named(result, 'application-shop-prod').dependsOn).toEqual(
      expect.arrayContaining(['appproject-shop-prod', 'argocd']),
    );
  });

  test('protects and retains the stages that outlive it, and no other', async () => {
    const result = await run(repositoryOf());
    const kept = ({ protect, retainOnDelete }: { protect: boolean; retainOnDelete: boolean }): boolean[] => [
      protect,
      retainOnDelete,
    ];
    expect(kept(named(result, 'application-shop-dev'))).toEqual([false, false]);
    expect(kept(named(result, 'application-shop-prod'))).toEqual([true, true]);
    expect(kept(named(result, 'appproject-shop-prod'))).toEqual([true, true]);
    expect(named(result, 'namespace-argocd').retainOnDelete).toBe(true);
    const unprotected = await run(repositoryOf(), { protect: false });
    expect(kept(named(unprotected, 'application-shop-prod'))).toEqual([false, true]);
  });

  test('uses providers whose identity is the cluster, and that change settings in place', async () => {
    const result = await run(repositoryOf());
    for (const name of ['gitops-cluster', 'gitops-adopting']) {
      expect(named(result, name).inputs).toMatchObject({
        clusterIdentifier: 'main',
        enableServerSideApply: 'true',
        enableConfigMapMutable: 'true',
        enableSecretMutable: 'true',
      });
    }
    expect(named(result, 'gitops-cluster').inputs['upsertExistingObjects']).toBeUndefined();
    expect(named(result, 'gitops-adopting').inputs).toMatchObject({
      enablePatchForce: 'true',
      upsertExistingObjects: 'true',
    });
    expect(named(result, 'application-shop-prod').provider).toBe('gitops-adopting');
    expect(named(result, 'secret-argocd-notifications-secret').provider).not.toBe('gitops-adopting');
  });

  test('says what exists and what to type next, and no password', async () => {
    const { outputs } = await run(repositoryOf());
    expect(outputs).toMatchSnapshot();
  });
});
