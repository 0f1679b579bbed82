import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '../../src/config';
import { Cache } from '../../src/synth/cache';
import { memoised } from '../../src/synth/parse-memo';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parse-memo-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Parsed by a run, and by the one after it; and how many results the second found. */
function twice(text: string, file = 'environments/dev.yaml') {
  const first = new Cache(root);
  const anew = memoised(first)(text, file);
  first.save();
  const second = new Cache(root);
  const isKept = second.has(second.keyOf(['yaml', file, text]));
  return { anew, again: memoised(second)(text, file), isKept };
}

test.each([
  'a: 1\nb: [x, 2.5, true, null, { c: ~ }]\n"d e":\n  - |\n    text\n  - "\\u00e9"\n',
  '{}\n',
  'a: &x { b: 1 }\nc: *x\n',
  'constructor: 1\ntoString: { hasOwnProperty: [] }\n',
])('what was parsed before is the same again, places and all: %j', (text) => {
  const { anew, again, isKept } = twice(text);
  expect(isKept).toBe(true);
  expect(anew).toEqual(parseYaml(text, 'environments/dev.yaml'));
  expect(again).toEqual(anew);
});

test.each([
  'a: .inf\n',
  'a: -.inf\n',
  'a: .nan\n',
  'a: -0.0\n',
  'a: 1\na: 2\n',
  'a: [\n',
  '[]\n',
  'a: b # allowSecret: why\n',
])('what JSON cannot hold, has a problem or is allowed is parsed each time: %j', (text) => {
  const { again, isKept } = twice(text);
  expect(isKept).toBe(false);
  expect(again).toEqual(parseYaml(text, 'environments/dev.yaml'));
});

test('the same text in another file has its places there', () => {
  twice('a: 1\n');
  expect(twice('a: 1\n', 'environments/prod.yaml').again.value?.at.file).toBe('environments/prod.yaml');
});
