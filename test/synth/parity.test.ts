import { removeScratch } from '../git/scratch';
import { edit, ENV, newYamlLab } from '../promotion/lab';
import { synth } from '../../src/synth/synth';

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
