import { deliveryFiles } from '../../src/delivery';
import { describeObject, type KubeObject } from '../../src/model/kube';
import { NAMESPACE_ONLY, repositoryOf } from '../delivery/fixture';
import { named, run, type Run } from './fixture';

const remote = (name: string): object => ({ kubernetes: '1.34', server: `https://${name}.example.com` });
const repository = repositoryOf(
  {
    prod: {
      cluster: 'eu',
      sync: { mode: 'auto' },
      fleet: [{ clusters: ['eu'] }, { clusters: ['us'], maxUpdate: 1 }],
    },
  },
  {
    clusters: { main: { kubernetes: '1.34' }, eu: remote('eu'), us: remote('us') },
    delivery: { argocd: { profile: 'minimal' } },
  },
);
const REGISTERED = { clusters: { eu: 'registered', us: 'registered' } };
const sorted = (objects: readonly KubeObject[]): KubeObject[] =>
  [...objects].sort((a, b) => (describeObject(a) < describeObject(b) ? -1 : 1));
const installed = ({ resources }: Run): string[] =>
  resources
    .filter(({ type }) => type.endsWith('ConfigGroup'))
    .flatMap(({ objects }) => objects.map(describeObject));

describe('the stack of a fleet', () => {
  test('creates exactly the objects of dist/argocd', async () => {
    const { problems, resources } = await run(repository, REGISTERED);
    expect(problems).toEqual([]);
    const own = resources
      .filter(({ type }) => !type.includes('ConfigGroup'))
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind !== 'Namespace' && kind !== 'Secret');
    const files = deliveryFiles(repository, NAMESPACE_ONLY).flatMap(({ objects }) => objects);
    expect(sorted(own)).toEqual(sorted(files));
    expect(own.map(({ kind }) => kind)).toContain('ApplicationSet');
  });

  test('protects the set where the stage outlives it, and creates it when its clusters are known', async () => {
    const credentials = { bearerToken: 'hunter2', caData: 'Y2E=' };
    const result = await run(repository, { clusters: { eu: credentials, us: credentials } });
    const set = named(result, 'applicationset-shop-prod');
    expect([set.protect, set.retainOnDelete]).toEqual([true, true]);
    expect(set.dependsOn).toEqual(
      expect.arrayContaining([
        'appproject-shop-prod',
        'secret-stageline-cluster-eu',
        'secret-stageline-cluster-us',
      ]),
    );
  });

  test('asks for every cluster of it to be registered', async () => {
    const { problems } = await run(repository, { clusters: { eu: 'registered' } });
    expect(problems.map(({ code, cause }) => [code, cause])).toEqual([
      ['cluster-not-registered', 'cluster "us" is deployed to from "main" and is not registered there'],
    ]);
  });

  test('has the controller of sets also in the minimal profile, where no other stack has it', async () => {
    const controller = 'Deployment argocd/argocd-applicationset-controller';
    expect(installed(await run(repository, REGISTERED))).toContain(controller);
    const plain = repositoryOf({}, { delivery: { argocd: { profile: 'minimal' } } });
    expect(installed(await run(plain))).not.toContain(controller);
  });

  test('says what the Applications of a set are called', async () => {
    const { outputs } = await run(repository, REGISTERED);
    expect((outputs['applications'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'shop-dev',
      'shop-staging',
      'shop-prod-eu',
      'shop-prod-us',
    ]);
    const byHand = repositoryOf({ dev: { sync: { mode: 'manual' }, fleet: [{ clusters: ['main'] }] } });
    expect((await run(byHand)).outputs['next']).toBe('argocd app sync shop-dev-main');
  });
});
