import { once } from 'node:events';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { settle } from '../support/settle';
import { Checkout } from './checkout';

const SAYS = 'Generates a whole GitOps repository';
let checkout: Checkout;

beforeAll(async () => {
  checkout = new Checkout();
  await settle(checkout.root);
});
afterAll(() => checkout.remove());

const file = (name: string): string => checkout.path(`.stageline/program/${name}`);
function expectItWorks(): void {
  const { status, stdout, stderr } = checkout.run('--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(SAYS);
}

/** Every third byte of a file is another one. */
function damage(name: string): void {
  writeFileSync(
    file(name),
    Uint8Array.from(readFileSync(file(name)), (byte, i) => (i % 3 ? byte : byte ^ 0x55)),
  );
}

test.each<[string, (name: string) => void]>([
  ['damaged', damage],
  ['cut off', (name) => writeFileSync(file(name), readFileSync(file(name)).subarray(0, 5_000))],
])('each of the files that is %s is made anew', (_, harm) => {
  expectItWorks();
  for (const name of checkout.kept().all) {
    const size = statSync(file(name)).size;
    harm(name);
    expectItWorks();
    expect(checkout.kept().all).toHaveLength(3);
    // Paths and code may differ by some bytes, and a half is no whole.
    expect(statSync(file(name)).size).toBeGreaterThan(size / 2);
    expectItWorks();
  }
});

test('where nothing can be written, it runs all the same', () => {
  checkout.remove('.stageline');
  writeFileSync(checkout.path('.stageline'), 'no folder\n');
  expectItWorks();
  expectItWorks();
  expect(checkout.read('.stageline')).toBe('no folder\n');
  checkout.remove('.stageline');
});

test('several that start at once all work, and leave one bundle', async () => {
  checkout.remove('.stageline');
  const children = Array.from({ length: 4 }, () => checkout.start('--help'));
  const results = children.map(async (child) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, says: text.includes(SAYS) };
  });
  expect(await Promise.all(results)).toEqual(children.map(() => ({ code: 0, says: true })));
  expectItWorks();
  expect(checkout.kept().all).toHaveLength(3);
});

test('one that is killed while it bundles leaves nothing that the next one falls over', async () => {
  for (let delay = 60; delay <= 660; delay += 150) {
    checkout.remove('.stageline/program');
    const child = checkout.start('--help');
    setTimeout(() => child.kill('SIGKILL'), delay);
    await once(child, 'close');
    expectItWorks();
  }
  // What it left half-written goes with the next bundle, once nobody can be writing it.
  writeFileSync(file('x.js.1.new'), 'half');
  utimesSync(file('x.js.1.new'), new Date(0), new Date(0));
  checkout.edit('src/cli/main.ts', SAYS, `${SAYS}!`);
  await settle(checkout.root);
  checkout.run('--help');
  expect(checkout.kept().all).not.toContain('x.js.1.new');
});
