import { emitFile } from '../../src/manifests/emit';
import { readManifests } from '../../src/manifests/read';
import { UserError, type Problem } from '../../src/model/errors';
import type { RenderedFile } from '../../src/model/rendered';

const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data: { a: '1\n2\n', b: 'yes' },
};
const written = emitFile({
  path: 'dev/x.yaml',
  source: 'environments/dev.yaml',
  at: { file: 'environments/dev.yaml' },
  objects: [object, object],
} satisfies RenderedFile);

function problemsOf(text: string): readonly Problem[] {
  try {
    readManifests(text, 'dist/dev/x.yaml');
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
}

test('a file comes back as it was written', () => {
  expect(readManifests(written, 'dist/dev/x.yaml')).toEqual([object, object]);
  expect(readManifests('', 'dist/dev/x.yaml')).toEqual([]);
});

test('a file that was edited by hand is still read', () => {
  expect(readManifests(`\ufeff${written.replace(/\n/g, '\r\n')}`, 'x.yaml')).toEqual([object, object]);
  const flow = 'kind: Service # mine\napiVersion: v1\nmetadata: {name: x}\n---\n# nothing\n---\n';
  expect(readManifests(flow, 'x.yaml')).toEqual([
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } },
  ]);
});

test('what is no YAML is a problem with its place, each of them', () => {
  const problems = problemsOf(`${written}---\n- a\n---\nkind: Service\n---\na: b: c\n`);
  const first = written.split('\n').length + 1;
  expect(problems.map((p) => [p.code, p.at?.file, p.at?.line])).toEqual([
    ['dist-unreadable', 'dist/dev/x.yaml', first],
    ['dist-unreadable', 'dist/dev/x.yaml', first + 2],
    ['dist-unreadable', 'dist/dev/x.yaml', first + 4],
  ]);
});

test('a merge conflict, a duplicate key and an alias are problems', () => {
  const conflict = written.replace(
    '  b: "yes"',
    '<<<<<<< ours\n  b: "yes"\n=======\n  b: "no"\n>>>>>>> theirs',
  );
  expect(problemsOf(conflict)).not.toEqual([]);
  expect(problemsOf(`${written}data: {}\n`)).toMatchObject([{ cause: expect.stringContaining('unique') }]);
  const alias = 'apiVersion: v1\nkind: X\nmetadata: &m\n  name: x\nspec: *m\n';
  expect(problemsOf(alias)).toMatchObject([{ code: 'dist-unreadable' }]);
});

test.each([
  ['flow lists', `a: ${'['.repeat(50_000)}`],
  ['flow lists, spread over lines', `a: ${'[\n '.repeat(50_000)}`],
  ['block lists', `${'- '.repeat(50_000)}a`],
  ['block maps', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
])('%s that nest without end are refused, and end nothing', (_, text) => {
  expect(problemsOf(text)).toMatchObject([{ cause: 'values nest too deep to be read' }]);
});
