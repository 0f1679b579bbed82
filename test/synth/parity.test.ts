import type { KubeObject } from '../../src/model/kube';
import type { Proven, RenderedFile, RenderedStage } from '../../src/model/rendered';
import { sha256 } from '../../src/manifests/publish';
import { Cache } from '../../src/synth/cache';
import { parityProblems } from '../../src/synth/parity';
import { removeScratch, scratchFolder } from '../git/scratch';
import { edit, ENV, newYamlLab } from '../promotion/lab';
import { synth } from '../../src/synth/synth';
import { stageOf } from '../support/environment';

afterAll(removeScratch);

async function problems(...edits: [stage: string, path: string[], value: unknown][]): Promise<string> {
  const dir = await newYamlLab();
  for (const [stage, path, value] of edits) edit(dir, stage, path, value);
  return synth({ root: dir, env: ENV, dryRun: true }).then(
    () => 'none',
    (error: Error) => error.message,
  );
}
const PARITY = (except: string[] = []): [string, string[], unknown] => [
  'staging',
  ['parity'],
  { with: 'prod', except },
];
const probe = { readiness: { tcpSocket: { port: 'http' } } };

describe('parity', () => {
  test('lets numbers, images and namespaces differ', async () => {
    expect(
      await problems(PARITY(), ['prod', ['apps', 'web', 'image'], 'registry.example.com/web:0.9.0']),
    ).toBe('none');
  });

  test('refuses other probes, unless the stage says so', async () => {
    const change: [string, string[], unknown] = ['prod', ['apps', 'web', 'probes'], probe];
    expect(await problems(PARITY(), change)).toMatch(
      /staging is not like prod: other probes in Deployment\/web/,
    );
    expect(await problems(PARITY(['Deployment/web:probes']), change)).toBe('none');
    expect(await problems(PARITY(['Deployment']), change)).toBe('none');
  });

  test('refuses a kind that only one of them has', async () => {
    const budget: [string, string[], unknown] = [
      'prod',
      ['apps', 'web', 'disruptionBudget'],
      { maxUnavailable: 1 },
    ];
    expect(await problems(PARITY(), budget)).toContain('it has no PodDisruptionBudget/web');
    expect(await problems(PARITY(['PodDisruptionBudget']), budget)).toBe('none');
  });

  test('refuses another network policy, and another Pod Security level', async () => {
    const open: [string, string[], unknown] = [
      'prod',
      ['apps', 'web', 'network'],
      { fromNamespaces: ['ingress'] },
    ];
    expect(await problems(PARITY(), open)).toContain('another policy in NetworkPolicy/web');
    expect(await problems(PARITY(), ['prod', ['podSecurity'], 'baseline'])).toContain(
      'Pod Security restricted',
    );
  });

  test('with a stage that is not there is an error', async () => {
    expect(await problems(['staging', ['parity'], { with: 'prd' }])).toContain('unknown-stage');
  });
});

describe('parity with what is known of earlier runs', () => {
  const map = (name: string, kind = 'ConfigMap'): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name },
  });
  let read: string[] = [];
  /** A stage of these files, each with its objects' names; all that is read of it is noted. */
  const stage = (name: string, files: Readonly<Record<string, readonly string[]>>): RenderedStage => {
    const { cluster } = stageOf();
    const rendered = Object.entries(files).map(([file, names]): RenderedFile => {
      const path = `${name}/${file}.yaml`;
      return {
        path,
        source: '',
        at: { file: '' },
        proven: { hash: sha256(names.join()) } as Proven,
        get objects() {
          read.push(path);
          return names.map((each) => map(each));
        },
      };
    });
    const rest = { existing: [], acknowledged: [], at: { file: '' }, podSecurity: 'restricted' } as const;
    return { name, cluster, namespaces: [name], files: rendered, ...rest };
  };
  const root = scratchFolder();
  const said = (own: RenderedStage, other: RenderedStage, except: string[] = []): string[] => {
    const environment = stageOf({ name: own.name });
    const values = { ...environment.values, parity: { with: other.name, except } };
    const cache = new Cache(root);
    read = [];
    const found = parityProblems([{ ...environment, values }], [own, other], cache);
    cache.save();
    expect(found).toEqual(parityProblems([{ ...environment, values }], [own, other]));
    return found.map(({ cause }) => cause);
  };

  test('reads the files that are not known to be alike, and no others', () => {
    const files = { web: ['web'], shop: ['shop'] };
    said(stage('a', files), stage('b', files));
    expect(new Set(read)).toEqual(new Set(['a/web.yaml', 'b/web.yaml', 'a/shop.yaml', 'b/shop.yaml']));
    read = [];
    const known = new Cache(root);
    const environment = stageOf({ name: 'a' });
    const values = { ...environment.values, parity: { with: 'b', except: [] } };
    const more = { ...files, shop: ['shop', 'cart'] };
    expect(
      parityProblems([{ ...environment, values }], [stage('a', files), stage('b', files)], known),
    ).toEqual([]);
    expect(read).toEqual([]);
    expect(parityProblems([{ ...environment, values }], [stage('a', more), stage('b', more)], known)).toEqual(
      [],
    );
    expect(new Set(read)).toEqual(new Set(['a/shop.yaml', 'b/shop.yaml']));
  });

  test('an object that another file has is there, and is missed when that file changes', () => {
    const own = stage('a', { web: ['web', 'both'], shop: ['shop'] });
    for (const _ of [1, 2])
      expect(said(own, stage('b', { web: ['web'], shop: ['shop', 'both'] }))).toEqual([]);
    const missing = ['stage a is not like b: it has ConfigMap/both besides'];
    for (const _ of [1, 2]) expect(said(own, stage('b', { web: ['web'], shop: ['shop'] }))).toEqual(missing);
    expect(said(own, stage('b', { web: ['web'], shop: ['shop'] }), ['ConfigMap/both'])).toEqual([]);
    expect(said(own, stage('b', { web: ['web'], shop: ['shop'] }))).toEqual(missing);
  });
});
