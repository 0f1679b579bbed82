import fc from 'fast-check';
import { diffFields, diffObjects, HIDDEN } from '../../src/manifests/diff';
import { configMap, deployment, object, podSpec, service, withField } from './objects';

test('objects are told apart by group, kind, namespace and name, not by version', () => {
  const before = [configMap('a'), configMap('b'), object('policy/v1beta1', 'PodDisruptionBudget', 'p')];
  const after = [object('policy/v1', 'PodDisruptionBudget', 'p'), configMap('c'), configMap('b')];
  const diff = diffObjects(before, after);
  expect(diff.added.map((o) => o.metadata.name)).toEqual(['c']);
  expect(diff.removed.map((o) => o.metadata.name)).toEqual(['a']);
  expect(diff.changed.map((c) => c.fields)).toEqual([
    [{ path: 'apiVersion', before: 'policy/v1beta1', after: 'policy/v1' }],
  ]);
});

test('items of lists are matched by name, so that one inserted above is one change', () => {
  const before = deployment(
    'web',
    podSpec({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    }),
  );
  const after = deployment(
    'web',
    podSpec({
      env: [
        { name: 'NEW', value: '0' },
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ],
    }),
  );
  const path = 'spec.template.spec.containers[web].env';
  expect(diffObjects([before], [after]).changed[0]!.fields).toEqual([
    { path: `${path}[B].value`, before: '2', after: '3' },
    { path: `${path}[NEW]`, before: undefined, after: { name: 'NEW', value: '0' } },
  ]);
});

test('another order of named items is a change of its own', () => {
  const [a, b] = [{ name: 'a' }, { name: 'b' }];
  expect(diffFields({ initContainers: [a, b] }, { initContainers: [b, a] })).toEqual([
    { path: 'initContainers[]', before: ['a', 'b'], after: ['b', 'a'] },
  ]);
});

test('ports without names are matched by number, mounts by path', () => {
  const before = {
    ports: [{ port: 80 }],
    volumeMounts: [
      { name: 'v', mountPath: '/a' },
      { name: 'v', mountPath: '/b' },
    ],
  };
  const after = {
    ports: [{ port: 443 }, { port: 80, protocol: 'TCP' }],
    volumeMounts: [
      { name: 'v', mountPath: '/b', readOnly: true },
      { name: 'v', mountPath: '/a' },
    ],
  };
  expect(diffFields(before, after).map((c) => c.path)).toEqual(
    ['ports[80].protocol', 'ports[443]', 'volumeMounts["/b"].readOnly', 'volumeMounts[]'].map((p) =>
      p.replace('["/b"]', '[/b]'),
    ),
  );
});

test('a list of plain values is one value', () => {
  expect(diffFields({ args: ['--a', '--b'] }, { args: ['--a', '--c'] })).toEqual([
    { path: 'args', before: ['--a', '--b'], after: ['--a', '--c'] },
  ]);
});

test('a key that looks like a path is quoted', () => {
  const after = withField(service('web'), ['metadata', 'annotations'], { 'a.b/c': 'x' });
  const before = withField(service('web'), ['metadata', 'annotations'], { 'a.b/c': 'y' });
  expect(diffFields(before, after).map((c) => c.path)).toEqual(['metadata.annotations["a.b/c"]']);
});

test('values of a Secret are not shown, its other fields are', () => {
  const secret = (password: string, type: string) =>
    object('v1', 'Secret', 's', { type, data: { 'pass.word': password }, stringData: { p: password } });
  expect(diffObjects([secret('b2xk', 'a')], [secret('bmV3', 'b')]).changed[0]!.fields).toEqual([
    { path: 'data["pass.word"]', before: HIDDEN, after: HIDDEN },
    { path: 'stringData.p', before: HIDDEN, after: HIDDEN },
    { path: 'type', before: 'a', after: 'b' },
  ]);
});

describe('for any two values', () => {
  const named = fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.integer() });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(named, { maxLength: 3 }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'x.y'), tie('any'), { maxKeys: 3 }),
    ),
  })).any;

  test('there is a difference exactly when they are not equal', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(diffFields(a, b).length === 0).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  test('the way back has the same paths, values exchanged', () => {
    const flat = (changes: ReturnType<typeof diffFields>, back: boolean): string[] =>
      changes
        .map(({ path, before, after }) =>
          JSON.stringify(back ? [path, after, before] : [path, before, after]),
        )
        .sort();
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(flat(diffFields(b, a), true)).toEqual(flat(diffFields(a, b), false));
      }),
    );
  });
});

/** One spelling for equal values: maps as sorted pairs, told apart from lists. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { map: pairs.map(([key, item]) => [key, sorted(item)]) };
}
