import { check } from '../../src/synth/check';
import { object, stage } from '../manifests/objects';

const definition = (size: string) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.shop.example.com', {
    metadata: { namespace: undefined },
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: size } } } },
            },
          },
        },
      ],
    },
  });
const widget = (size: unknown) => object('shop.example.com/v1', 'Widget', 'a', { spec: { size } });
const causes = (...stages: Parameters<typeof check>[0]): string[] =>
  check(stages, []).map(({ code, cause }) => `${code} ${cause}`);

test('a definition that one stage renders holds for the other stages of its cluster', () => {
  const dev = stage([definition('integer')], { name: 'dev' });
  const prod = (size: unknown) => stage([widget(size)], { name: 'prod', namespaces: ['shop'] });
  expect(causes(dev, prod(3))).toEqual([]);
  expect(causes(dev, prod('3'))).toEqual([
    expect.stringMatching(/^schema Widget shop\/a: .*at \/spec\/size/),
  ]);
});

test('it does not hold on another cluster', () => {
  const dev = stage([definition('integer')], { name: 'dev' });
  const prod = stage([widget(3)], { name: 'prod', server: 'https://prod.example.com' });
  expect(causes(dev, prod)).toContainEqual(expect.stringMatching(/^schema .*there is no kind "Widget"/));
});

test('two clusters of one version may each have a definition of their own', () => {
  const dev = stage([definition('integer'), widget(3)], { name: 'dev' });
  const prod = stage([definition('string'), widget('3')], {
    name: 'prod',
    server: 'https://prod.example.com',
  });
  expect(causes(dev, prod)).toEqual([]);
});
