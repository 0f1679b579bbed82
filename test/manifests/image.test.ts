import fc from 'fast-check';
import { imageName, parseImage } from '../../src/manifests/image';

test.each([
  ['redis', undefined, 'redis', undefined],
  ['redis:8.8.0', undefined, 'redis', '8.8.0'],
  ['library/redis:8', undefined, 'library/redis', '8'],
  ['docker.io/redis:8.8.0', 'docker.io', 'redis', '8.8.0'],
  ['ghcr.io/stefanprodan/podinfo:6.14.1', 'ghcr.io', 'stefanprodan/podinfo', '6.14.1'],
  ['localhost/a:1', 'localhost', 'a', '1'],
  ['registry:5000/a/b', 'registry:5000', 'a/b', undefined],
  ['registry:5000/a/b:c', 'registry:5000', 'a/b', 'c'],
  ['[2001:db8::1]:5000/a:1', '[2001:db8::1]:5000', 'a', '1'],
  ['Example/a:1', 'Example', 'a', '1'],
  ['a__b/c--d.e:1', undefined, 'a__b/c--d.e', '1'],
])('%s has registry %s, repository %s and tag %s', (reference, registry, repository, tag) => {
  expect(parseImage(reference)).toEqual({ registry, repository, tag, digest: undefined });
});

const hex64 = 'ab'.repeat(32);

test('a digest is taken apart, with and without a tag', () => {
  expect(parseImage(`a@sha256:${hex64}`)).toMatchObject({ tag: undefined, digest: `sha256:${hex64}` });
  expect(parseImage(`h:5/a:1@sha256:${hex64}`)).toMatchObject({
    registry: 'h:5',
    repository: 'a',
    tag: '1',
    digest: `sha256:${hex64}`,
  });
});

test.each([
  ['', 'nothing'],
  ['ghcr.io/Acme/web:1', 'capitals in the path'],
  ['a..b:1', 'two dots'],
  ['a___b:1', 'three underscores'],
  ['-a:1', 'a hyphen first'],
  ['a/:1', 'an empty component'],
  ['/a:1', 'a slash first'],
  ['a:', 'an empty tag'],
  ['a:-1', 'a tag that begins with a hyphen'],
  [`a:${'1'.repeat(129)}`, 'a tag of 129 characters'],
  ['a:1:2', 'two tags'],
  ['a b:1', 'a blank'],
  ['https://ghcr.io/a:1', 'a scheme'],
  ['a@sha256:abc', 'a short digest'],
  [`a@sha256:${hex64.toUpperCase()}`, 'a digest in capitals'],
  [`a@sha256:${hex64}00`, 'a long digest'],
  [`a@${hex64}`, 'a digest without its algorithm'],
  [hex64, 'what reads as an image id'],
  [`${'a/'.repeat(127)}bb`, 'a name of 256 characters'],
  ['héllo:1', 'a letter outside ASCII'],
])('%s is refused: %s', (reference) => {
  expect(parseImage(reference)).toBeUndefined();
});

test('what is composed of valid parts is taken apart into the same parts', () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,8}([._]|__|-{1,3})[a-z0-9]{1,8}$/);
  const registry = fc.option(
    fc.constantFrom('ghcr.io', 'localhost', 'r:5000', 'a.b.example.com:443', 'REG/'.slice(0, 3)),
    { nil: undefined },
  );
  const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined });
  const digest = fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined });
  fc.assert(
    fc.property(
      registry,
      fc.array(component, { minLength: 1, maxLength: 4 }),
      tag,
      digest,
      (r, path, t, d) => {
        // The first component of a path without a registry would be read as one when it holds a dot.
        fc.pre(r !== undefined || path.length === 1 || !path[0]!.includes('.'));
        const repository = path.join('/');
        const expected = { registry: r, repository, tag: t, digest: d && `sha256:${d}` };
        const written = `${imageName(expected)}${t ? `:${t}` : ''}${d ? `@sha256:${d}` : ''}`;
        expect(parseImage(written)).toEqual(expected);
      },
    ),
  );
});

test('no text makes the parser throw or hang', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (reference) => {
      const image = parseImage(reference);
      if (image) expect(reference.startsWith(imageName(image))).toBe(true);
    }),
  );
});
