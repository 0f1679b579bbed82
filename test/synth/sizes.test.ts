import type { Repository } from '../../src/model/environment';
import { rootWarnings, sizeWarnings } from '../../src/synth/sizes';
import { configMap, stage } from '../manifests/objects';

const repository = (applications: 'perEnvironment' | 'perApp') =>
  ({ values: { delivery: { applications } } }) as Repository;
const many = stage(Array.from({ length: 1500 }, (_, i) => configMap(`c${i}`)));
const few = stage([configMap('c')]);
const output = (text: string) => [
  { name: 'dev', inputs: '', base: null, files: [{ path: 'web.yaml', text }] },
];

test('a stage of 1,500 objects is warned of, and so is one of 7 MB', () => {
  const said = (...args: Parameters<typeof sizeWarnings>) => sizeWarnings(...args).map(({ cause }) => cause);
  expect(said(repository('perEnvironment'), [many], output(''))).toEqual([
    'stage dev has 1500 objects in 0.0 MB',
  ]);
  expect(said(repository('perEnvironment'), [few], output('x'.repeat(7_000_000)))).toEqual([
    'stage dev has 1 object in 7.0 MB',
  ]);
  expect(said(repository('perEnvironment'), [few], output('x'))).toEqual([]);
});

test('with an Application for each app, the app counts and not the stage', () => {
  const halves = {
    ...many,
    files: [0, 750].map((from) => ({
      ...many.files[0]!,
      objects: many.files[0]!.objects.slice(from, from + 750),
    })),
  };
  expect(sizeWarnings(repository('perApp'), [halves], output(''))).toEqual([]);
  expect(sizeWarnings(repository('perEnvironment'), [halves], output(''))).toHaveLength(1);
  expect(sizeWarnings(repository('perApp'), [many], output(''))[0]).toMatchObject({
    remedy: 'Split the app.',
  });
});

test('an app that is too much by itself is named, since an Application of its own would not help', () => {
  const [alone, both] = [many, { ...many, files: [...few.files, ...many.files] }];
  for (const each of [alone, both])
    expect(sizeWarnings(repository('perEnvironment'), [each], output(''))[0]!.remedy).toMatch(
      /^Split what is in \S+\.yaml, which is too much by itself, and then set "applications: perApp"/,
    );
});

test('a root Application is warned of by what it is given of all stages, and settings are no part of it', () => {
  const cluster = many.cluster;
  const files = (count: number, path: string) =>
    stage(Array.from({ length: count }, (_, i) => configMap(`c${i}`))).files.map((file) => ({
      ...file,
      path,
    }));
  const given = (each: number) => [
    {
      cluster,
      files: [
        ...files(each, 'argocd/stage-dev.yaml'),
        ...files(each, 'argocd/stage-prod.yaml'),
        ...files(9, 'argocd/settings.yaml'),
      ],
    },
  ];
  const owned = (owner: string) =>
    ({ values: { project: 'shop', delivery: { owner, applications: 'perApp' } } }) as Repository;
  expect(rootWarnings(owned('root'), given(749))).toEqual([]);
  expect(rootWarnings(owned('root'), given(750))).toMatchObject([
    { code: 'many-objects', cause: 'the root Application of shop has 1500 objects in 0.0 MB' },
  ]);
  expect(rootWarnings(owned('pulumi'), given(750))).toEqual([]);
});
