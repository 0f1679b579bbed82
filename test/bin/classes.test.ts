import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from '../support/settle';
import { Checkout } from './checkout';

/** Fails unless everything that it imports is what the program itself uses. */
const PROBE = `import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct as Imported } from 'constructs';
import { z as imported } from 'zod';
import { appValues, BaseApp, Construct, UserError, values as v, Worker, z, type AppProps } from 'stageline';

const values = appValues({ image: v.imageReference, level: imported.int().default(3) });
type Values = z.output<typeof values>;

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

export class Probe extends BaseApp<Values> {
  static readonly values = values;

  constructor(scope: Construct, id: string, props: AppProps<Values>) {
    super(scope, id, props);
    must(Imported === Construct, 'another constructs');
    must(imported === z, 'another zod');
    must(this instanceof Imported && Imported.isConstruct(this), 'no construct');
    must(Chart.of(this) instanceof Chart, 'another cdk8s');
    const worker = new Worker(this, 'main', {
      image: this.values.image,
      env: { LEVEL: String(this.values.level) },
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
    });
    must(worker.node.findAll().some((child) => child instanceof ApiObject), 'no object of cdk8s');
    must(worker.node.findAll().some((child) => child instanceof k8s.KubeDeployment), 'no Deployment of cdk8s-plus');
    new ApiObject(this, 'plain', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'probe-plain' },
      data: { made: 'by cdk8s itself' },
    });
    if (this.values.level > 3) throw new UserError({ code: 'probe', cause: 'the level is too high' });
    if (this.values.level < 3) throw new Error('the level is too low');
  }
}
`;
const lineOf = (text: string): number => PROBE.split('\n').findIndex((line) => line.includes(text)) + 1;

const DEV = 'environments/dev.yaml';
let checkout: Checkout;
let dev: string;
beforeAll(() => {
  checkout = new Checkout();
  cpSync(join(__dirname, '../fixtures/lab/environments'), checkout.path('environments'), { recursive: true });
  for (const stage of ['dev', 'staging', 'prod']) {
    const entry = stage === 'dev' ? '\n    image: registry.example.com/probe:1.0.0' : ' null';
    checkout.edit(`environments/${stage}.yaml`, '\napps:\n', `\napps:\n  probe:${entry}\n`);
  }
  dev = checkout.read(DEV);
});
beforeEach(async () => {
  checkout.write('src/apps/probe.ts', PROBE);
  checkout.write(DEV, dev);
  await settle(checkout.root);
});
afterAll(() => checkout.remove());

test.each(['bundles', 'runs a bundle'])('a class gets the packages of the program, where it %s', () => {
  checkout.remove('dist');
  expect(checkout.run('synth', '--no-cache')).toMatchObject({ status: 0 });
  expect(checkout.kept().bundles).toHaveLength(1);
  expect(checkout.read('dist/dev/probe.yaml')).toMatch(/made: by cdk8s itself[^]*name: LEVEL\n +value: "3"/);
});

test('what a class throws is reported at its line, and what it refuses as it says', () => {
  checkout.edit(DEV, 'probe:1.0.0', 'probe:1.0.0\n    level: 2');
  const low = checkout.run('synth');
  expect(low.status).toBe(1);
  expect(low.stderr).toMatch(
    new RegExp(
      `src/apps/probe\\.ts:${lineOf('the level is too low')}:\\d+: the app "probe" cannot be built .*: Error: the level is too low`,
    ),
  );
  checkout.edit(DEV, 'level: 2', 'level: 4');
  const high = checkout.run('synth');
  expect(high.status).toBe(1);
  expect(high.stderr).toMatch(/environments\/dev\.yaml:\d+:\d+: the level is too high \[probe\]/);
});

test('what a class hands to a component wrongly is reported at its line, and a mistake of syntax too', () => {
  checkout.edit('src/apps/probe.ts', "cpu: '10m'", "cpus: '10m'");
  expect(checkout.run('synth').stderr).toMatch(
    new RegExp(`src/apps/probe\\.ts:${lineOf('const worker')}:\\d+: `),
  );
  checkout.write('src/apps/probe.ts', PROBE.replace('const must', 'const const must'));
  expect(checkout.run('synth').stderr).toMatch(
    new RegExp(`src/apps/probe\\.ts:${lineOf('const must')}:\\d+: does not load`),
  );
  checkout.write('src/apps/probe.ts', PROBE);
  expect(checkout.run('synth')).toMatchObject({ status: 0 });
});

test('a class that imports a part of the program past its package is told so', () => {
  checkout.write('src/apps/probe.ts', `import '../model/errors';\n${PROBE}`);
  expect(checkout.run('synth').stderr).toMatch(
    /src\/apps\/probe\.ts: does not load: imports src\/model\/errors\.ts, where only what 'stageline' exports is for classes/,
  );
  checkout.write('src/apps/probe.ts', `import '../shared';\n${PROBE}`);
  checkout.write(
    'src/shared.ts',
    "import { join } from 'node:path';\nexport const shared = join('a', 'b');\n",
  );
  expect(checkout.run('synth')).toMatchObject({ status: 0 });
});
