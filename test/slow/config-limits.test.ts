import { loadRepository } from '../../src/config';
import { UserError } from '../../src/model/errors';
import { cpuSeconds } from '../support/cpu';
import { BASE, inRepository } from '../support/environments';

// Each file is as large as is allowed, and of a kind that some step of reading could take long over: far longer than
// this, were its time to grow with the square.
test.each([
  ['keys', Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['nulls', Array.from({ length: 60_000 }, (_, i) => `k${i}:`).join('\n')],
  ['apps', `apps:\n${Array.from({ length: 30_000 }, (_, i) => `  a${i}: {}`).join('\n')}`],
  ['equal keys', 'a: 1\n'.repeat(100_000)],
  ['anchors', Array.from({ length: 30_000 }, (_, i) => `k${i}: &a${i} 1`).join('\n')],
  ['aliases', `a: &a 1\n${Array.from({ length: 60_000 }, (_, i) => `k${i}: *a`).join('\n')}`],
  ['open quotes', '"'.repeat(1_000_000)],
  ['colons', ': '.repeat(200_000)],
  ['comments', '#\n'.repeat(500_000)],
  ['commas', `a: [${','.repeat(900_000)}]`],
  ['one long word', `a: ${'x'.repeat(1_000_000)}`],
  ['one long key', `${'x'.repeat(1_000_000)}: 1`],
  ['syntax errors', 'a: b: c\n'.repeat(100_000)],
  ['documents', '---\n'.repeat(250_000)],
])('a mebibyte of %s', (_, text) => {
  inRepository({ 'base.yaml': BASE, 'dev.yaml': text }, (root) => {
    const load = (): void => expect(() => loadRepository({ root, classes: [] })).toThrow(UserError);
    expect(cpuSeconds(load)).toBeLessThan(20);
  });
});
