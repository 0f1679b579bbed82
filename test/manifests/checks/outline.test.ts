import { checkStages, outlineOf, RULES } from '../../../src/manifests/checks';
import { outlinesOf } from '../../../src/manifests/checks/outline';
import { providers } from '../../../src/manifests/checks/providers';
import type { KubeObject } from '../../../src/model/kube';
import { object, problemsOf, scope, stage, withField } from '../objects';
import { complete, gateway } from '../complete';

type Path = readonly (string | number)[];

/** What answers to the same hosts in another stage. */
const twins: readonly KubeObject[] = [
  object('networking.k8s.io/v1', 'Ingress', 'twin', {
    metadata: { namespace: 'prod' },
    spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/' }] } }] },
  }),
  object(gateway, 'HTTPRoute', 'twin', {
    metadata: { namespace: 'prod' },
    spec: { hostnames: ['b.example'], rules: [{}] },
  }),
];

const stagesOf = (objects: readonly KubeObject[]) => [
  stage(objects, { podSecurity: 'privileged', namespaces: ['shop', 'other'] }),
  stage(twins, { name: 'prod', namespaces: ['prod'] }),
];

/** The stage on a cluster that provides nothing. */
const bareOf = (objects: readonly KubeObject[]) => [
  stage(objects, { provides: [], namespaces: ['shop', 'other'] }),
];

const across = RULES.filter((rule) => rule.of === 'all');
/** As a file would hold it: a list has no holes. */
const plain = (one: KubeObject): KubeObject => JSON.parse(JSON.stringify(one)) as KubeObject;

/** Every place in a value, its own among them. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

test('the objects that follow fit together, but for what two stages must not share', () => {
  const problems = checkStages(stagesOf(complete), scope);
  expect(problems.map(({ code }) => code)).toEqual(['host-twice', 'host-twice']);
});

describe('whatever stands at any place, the rules find on outlines what they find on whole objects', () => {
  const odd = [undefined, 'http', {}];
  test.each(complete.map((one, i) => [`${one.kind} ${one.metadata.name}`, one, i] as const))(
    '%s',
    (_, one, i) => {
      for (const path of pathsOf(one)) {
        // An object without these is none.
        if (['', 'apiVersion', 'kind', 'metadata', 'metadata.name'].includes(path.join('.'))) continue;
        for (const value of odd) {
          const objects = complete.with(i, plain(withField(one, path, value)));
          const stages = stagesOf(objects);
          // As text: to compare problems field by field takes longer than to find them.
          const found = JSON.stringify(problemsOf(across, stages));
          expect(JSON.stringify(problemsOf(across, stages, outlinesOf))).toBe(found);
          const needs = JSON.stringify(problemsOf([providers], bareOf(objects)));
          expect(JSON.stringify(problemsOf([providers], bareOf(objects), outlinesOf))).toBe(needs);
        }
      }
    },
  );
});

test('an outline holds no data, no environment, no arguments and no annotation', () => {
  expect(JSON.stringify(complete)).toContain('planted');
  expect(JSON.stringify(complete.map(outlineOf))).not.toContain('planted');
});

test('what an object does alone leaves its outline as it is', () => {
  const web = withField(complete[0]!, ['spec', 'replicas'], 2);
  const first = ['spec', 'template', 'spec', 'containers', 0];
  const changes: [Path, unknown][] = [
    [['spec', 'replicas'], 3],
    [[...first, 'image'], 'ghcr.io/acme/web:1.2.4'],
    [[...first, 'env', 0, 'value'], 'other'],
    [[...first, 'resources', 'limits', 'memory'], '1Gi'],
    [['spec', 'template', 'metadata', 'annotations'], { a: 'b' }],
    [['metadata', 'labels'], { a: 'b' }],
  ];
  for (const [path, value] of changes) expect(outlineOf(withField(web, path, value))).toEqual(outlineOf(web));
});

test('the outline of an outline is itself, and it is plain JSON', () => {
  const outlines = complete.map(outlineOf);
  expect(outlines.map(outlineOf)).toEqual(outlines);
  expect(JSON.parse(JSON.stringify(outlines))).toEqual(outlines);
});
