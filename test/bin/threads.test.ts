import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { settle } from '../support/settle';
import { Checkout } from './checkout';

let checkout: Checkout;
beforeAll(async () => {
  checkout = new Checkout();
  await settle(checkout.root);
  expect(checkout.run('--help').status).toBe(0);
});
afterAll(() => checkout.remove());

/** What a thread answers that renders nothing, or what it dies of. */
async function answerOf(program: string): Promise<unknown> {
  const worker = new Worker(checkout.path('bin/unit-thread.js'), {
    workerData: [],
    argv: [program],
    stderr: true,
  });
  worker.postMessage('{"stages":[],"units":[]}');
  const answer = await new Promise<unknown>((resolve) => {
    worker.on('message', resolve);
    worker.on('error', ({ message }: Error) => resolve(message));
  });
  await worker.terminate();
  return answer;
}

test('a thread runs the bundle of its main thread, whatever has become of the sources, and no other', async () => {
  const bundle = checkout.path(`.stageline/program/${checkout.kept().bundles[0]}`);
  expect(await answerOf(bundle)).toEqual([]);
  checkout.edit(
    'src/synth/units/thread.ts',
    'parentPort?.on',
    "parentPort?.postMessage('edited');\nparentPort?.on",
  );
  expect(await answerOf(bundle)).toEqual([]);
  expect(await answerOf(checkout.path('src/synth/units/hire.ts'))).toBe('edited');
  checkout.remove('.stageline/program');
  expect(await answerOf(bundle)).toBe('the program has changed since it was started');
});

test('who imports the package beside other packages shares them with it, in any order', () => {
  const script = `
    const { Construct, z } = require('./bin');
    const { Chart, Testing } = require('cdk8s');
    const { snapshotRepository } = require('./bin/testing.js');
    const same = [Construct === require('constructs').Construct, z === require('zod').z];
    console.log(JSON.stringify([...same, Chart.prototype instanceof Construct, typeof snapshotRepository]));`;
  const said = execFileSync(process.execPath, ['-e', script], { cwd: checkout.root, encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([true, true, true, 'function']);
});
