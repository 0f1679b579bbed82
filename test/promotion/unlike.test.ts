import fc from 'fast-check';
import { diffObjects } from '../../src/manifests/diff';
import { emitFile } from '../../src/manifests/emit';
import { sha256 } from '../../src/manifests/publish';
import type { KubeObject } from '../../src/model/kube';
import type { Proven, RenderedFile } from '../../src/model/rendered';
import { unlike, type Words } from '../../src/promotion/unlike';

const WORDS: Words = new Map([
  ['dev', 'prod'],
  ['shop-dev', 'shop-prod'],
]);

/** A file that is proven comes with its text, one that is not with its objects alone. */
function file(stage: string, name: string, objects: readonly KubeObject[], isProven: boolean): RenderedFile {
  const plain = { path: `${stage}/${name}.yaml`, source: 'a test', at: { file: '' }, objects };
  if (!isProven) return plain;
  const text = emitFile(plain);
  const never = (): never => {
    throw new Error('its text tells');
  };
  const proven = { hash: sha256(text), text } as Proven;
  return Object.defineProperty({ ...plain, proven }, 'objects', { get: never });
}

const word = fc.constantFrom(
  'dev',
  'shop-dev',
  'prod',
  'shop-prod',
  'a dev',
  'x: dev',
  'region: dev\n',
  '- dev\n',
  '',
  '1',
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.boolean(),
    tie('map'),
    fc.array(tie('any'), { maxLength: 3 }),
  ),
  map: fc.dictionary(fc.constantFrom('a', 'dev', 'b c', 'd:e', '"q'), tie('any'), { maxKeys: 3 }),
})).map;
const object = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('ConfigMap'),
  metadata: fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'dev'),
    namespace: fc.constantFrom('dev', 'shop-dev'),
  }),
  spec: value,
}) as fc.Arbitrary<KubeObject>;
const objects = fc.uniqueArray(object, {
  maxLength: 4,
  selector: ({ metadata }) => JSON.stringify(metadata),
});

const inProd = (one: unknown): unknown =>
  JSON.parse(JSON.stringify(one), (_, each: unknown) =>
    typeof each === 'string' ? (WORDS.get(each) ?? each) : each,
  );

/** Also where it stands within a longer text: that is no word of its own, and differs. */
const everywhere = (one: KubeObject): KubeObject =>
  JSON.parse(JSON.stringify(one).replaceAll('dev', 'prod')) as KubeObject;

test('what is left of two stages differs just as all of them does, whatever their texts look like', () => {
  const ways = fc.constantFrom<(one: KubeObject) => unknown>(inProd, everywhere);
  fc.assert(
    fc.property(objects, objects, fc.boolean(), ways, (mine, others, isProven, way) => {
      // Most is alike: the same objects as the other stage has them, with some of its own among them.
      const all = [...(mine.map(way) as KubeObject[]), ...others];
      const theirs = [...new Map(all.map((one) => [JSON.stringify(one.metadata), one])).values()];
      const [own, its] = unlike(
        [file('dev', 'web', mine, isProven)],
        [file('prod', 'web', theirs, isProven)],
        WORDS,
      );
      expect(diffObjects(its, own)).toEqual(diffObjects(theirs, mine.map(inProd) as KubeObject[]));
    }),
    { numRuns: 2000 },
  );
});

test('a file that is the same is not read, and one that is on one side alone is all there', () => {
  const map = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const same = file('dev', 'same', [map('same')], true);
  expect(
    unlike([same, file('dev', 'old', [map('old')], false)], [same, file('dev', 'new', [map('new')], false)]),
  ).toEqual([[map('old')], [map('new')]]);
});
