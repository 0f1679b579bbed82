import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadRepository } from '../../src/config';
import { readTextFile } from '../../src/config/read-file';
import { BASE, complaintsAt, complaintsOf, inRepository, loadFiles } from '../support/environments';
import { testOfRefusal, unprivileged } from '../support/unprivileged';

const withDev = (dev: string | Buffer): string[] => complaintsOf({ 'base.yaml': BASE, 'dev.yaml': dev });

/** The complaints when something else than a plain file stands where dev.yaml would. */
const withOther = (make: (path: string, root: string) => void): string[] =>
  inRepository({ 'base.yaml': BASE, 'test.yaml': '{}' }, (root) => {
    make(join(root, 'environments/dev.yaml'), root);
    return complaintsAt(root);
  });

test('a byte order mark and CRLF are accepted, and change no place', () => {
  const dev =
    '\ufeff# yaml-language-server: $schema=schema/stage.schema.json\r\napps:\r\n  web:\r\n    replicas: 2\r\n';
  const { environments, warnings } = loadFiles({
    'base.yaml': BASE.replaceAll('\n', '\r\n'),
    'dev.yaml': dev,
  });
  expect(environments[0]!.locate(['apps', 'web', 'replicas'])).toMatchObject({ line: 4, column: 15 });
  expect(warnings).toEqual([]);
});

test('CRLF within a text becomes LF', () => {
  const dev = 'apps:\r\n  web:\r\n    files:\r\n      /etc/a: |\r\n        one\r\n        two\r\n';
  const app = loadFiles({ 'base.yaml': BASE, 'dev.yaml': dev }).environments[0]!.apps[0]!;
  expect(app.values).toMatchObject({ files: { '/etc/a': 'one\ntwo\n' } });
});

test('bytes that are not UTF-8 are refused, with their place', () => {
  const dev = Buffer.concat([Buffer.from('apps: {}\n# gr\u00fc'), Buffer.from([0xdf, 0x0a])]);
  expect(withDev(dev)).toEqual([
    `environments/dev.yaml:2:6: the bytes from offset 15 on are not UTF-8 [invalid-utf-8]
    → Save the file as UTF-8.`,
  ]);
});

test('UTF-16 is refused', () => {
  expect(withDev(Buffer.from('\ufeffapps: {}\n', 'utf16le'))).toEqual([
    expect.stringContaining(
      'environments/dev.yaml:1:1: the bytes from offset 0 on are not UTF-8 [invalid-utf-8]',
    ),
  ]);
});

test.each([
  ['\u0000', 'a NUL character (U+0000)'],
  ['\u001b', 'a control character (U+001B)'],
  ['\u0085', 'a control character (U+0085)'],
  ['\r', 'a carriage return without a line feed (U+000D)'],
  ['\u202e', 'a character that changes the direction of the text (U+202E)'],
  ['\u2066', 'a character that changes the direction of the text (U+2066)'],
  ['\u2028', 'an invisible line separator (U+2028)'],
  ['\ufeff', 'a byte order mark inside the text (U+FEFF)'],
])('%j is refused, with its place', (character, name) => {
  expect(withDev(`apps: {}\n# a${character}b\n`)).toEqual([
    `environments/dev.yaml:2:4: here stands ${name} [refused-character]
    Readers would see another text than the program does.
    → Delete it, or write it as an escape in double quotes if a value really needs it.`,
  ]);
});

test('all refused characters of a file are told at once', () => {
  expect(withDev('a: \u0001\nb: \u0002\n')).toHaveLength(2);
});

test('an escape that stands for NUL is refused in a value, and a control character in a key', () => {
  expect(withDev('apps: { web: { env: { A: "x\\0" } } }')).toEqual([
    expect.stringContaining('environments/dev.yaml:1:26: this value contains a NUL character (U+0000)'),
  ]);
  expect(withDev('"a\\u202e": 1')).toEqual([
    expect.stringContaining(
      'environments/dev.yaml:1:1: this key contains a character that changes the direction',
    ),
  ]);
});

test('a file of more than four mebibytes is refused without being parsed', () => {
  expect(withDev(`# ${'x'.repeat(4 * 1024 * 1024)}`)).toEqual([
    `environments/dev.yaml: environments/dev.yaml holds 4194306 bytes; at most 4194304 are read [file-too-large]
    → Move long texts into files of their own, or apps into src/apps/.`,
  ]);
});

test('a symbolic link is refused, also when it leads nowhere or to a plain file', () => {
  const complaint = `environments/dev.yaml: environments/dev.yaml is a symbolic link [not-a-file]
    → Put a copy of the file in its place; links are not followed.`;
  expect(withOther((path) => symlinkSync('nowhere', path))).toEqual([complaint]);
  expect(withOther((path) => symlinkSync('test.yaml', path))).toEqual([complaint]);
  expect(withOther((path) => symlinkSync('../../../../../../etc/passwd', path))).toEqual([complaint]);
});

test('a folder is refused', () => {
  expect(withOther((path) => mkdirSync(path))).toEqual([
    `environments/dev.yaml: environments/dev.yaml is a folder [not-a-file]
    → Move it away: only plain files are stages.`,
  ]);
});

test('a pipe is refused, and nobody waits for what comes out of it', () => {
  expect(withOther((path) => execFileSync('mkfifo', [path]))).toEqual([
    expect.stringContaining(
      'environments/dev.yaml is neither a file nor a folder (a pipe, socket or device)',
    ),
  ]);
});

testOfRefusal('a file without permission is refused', () => {
  inRepository({ 'dev.yaml': '{}' }, (root) => {
    const path = join(root, 'environments/dev.yaml');
    for (const folder of [root, join(root, 'environments')]) chmodSync(folder, 0o755);
    chmodSync(path, 0o000);
    expect(() => unprivileged(() => readTextFile(path, 'environments/dev.yaml'))).toThrow(
      `environments/dev.yaml: environments/dev.yaml cannot be read: permission denied (EACCES) [unreadable-file]
    → Make it a plain file that you may read.`,
    );
  });
});

test('environments/ must be there, and be a folder', () => {
  inRepository({}, (root) => {
    expect(complaintsAt(join(root, 'environments'))).toEqual([
      `environments: there is no folder environments/ [no-environments]
    → Run the command in the root of the repository. A new one begins with environments/base.yaml and a file for each stage: docs/environments.md of stageline shows them.`,
    ]);
    mkdirSync(join(root, 'linked'));
    symlinkSync('../environments', join(root, 'linked/environments'));
    expect(complaintsAt(join(root, 'linked'))).toEqual([
      expect.stringContaining('environments: environments is a symbolic link or a file [no-environments]'),
    ]);
  });
});

test('base.yaml must be there, and a stage', () => {
  expect(complaintsOf({ 'dev.yaml': '{}' })).toEqual([
    expect.stringContaining(
      'environments/base.yaml: environments/base.yaml cannot be read: there is no such file',
    ),
  ]);
  expect(complaintsOf({ 'base.yaml': BASE })).toEqual([
    `environments: there is no stage under environments/ [no-stage]
    → A stage is a file such as environments/dev.yaml; {} is enough where base.yaml says the rest.`,
  ]);
});

test.each([
  ['qa.yml', 'environments/qa.yml does not end in .yaml [wrong-extension]'],
  ['qa.YAML', 'environments/qa.YAML does not end in .yaml [wrong-extension]'],
  ['argocd.yaml', 'no stage may be called "argocd": dist/argocd is taken [reserved-name]'],
  ['QA.yaml', 'a stage is called as its file, and "QA" must be a DNS label'],
  ['-.yaml', 'a stage is called as its file, and "-" must be a DNS label'],
  ['...yaml', ''],
  [`${'a'.repeat(64)}.yaml`, 'must be a DNS label'],
  ['a\u202eb.yaml', 'environments/a\\u202eb.yaml: a stage is called as its file'],
])('a file called %j is no stage', (file, complaint) => {
  const complaints = complaintsOf({ 'base.yaml': BASE, 'dev.yaml': '{}', [file]: '{}' });
  expect(complaints).toEqual(complaint === '' ? [] : [expect.stringContaining(complaint)]);
});

test('other files and folders are left alone', () => {
  inRepository({ 'base.yaml': BASE, 'dev.yaml': '{}', 'README.md': '', '.dev.yaml.swp': '\0' }, (root) => {
    mkdirSync(join(root, 'environments/schema'));
    symlinkSync('me@host.1', join(root, 'environments/.#dev.yaml'));
    expect(complaintsAt(root)).toEqual([]);
  });
});

test('texts that are handed in stand for the files, and are read in the same way', () => {
  const load = (texts: Readonly<Record<string, string>>): string[] => {
    const files = new Map(Object.entries(texts));
    return loadRepository({ root: '/nowhere', classes: [], texts: files }).environments.map(
      ({ name }) => name,
    );
  };
  expect(load({ 'base.yaml': `\ufeff${BASE.replaceAll('\n', '\r\n')}`, 'dev.yaml': '{}' })).toEqual(['dev']);
  expect(() => load({ 'base.yaml': BASE, 'dev.yaml': '# \u202e' })).toThrow('[refused-character]');
  expect(() => load({ 'dev.yaml': '{}' })).toThrow(
    'environments/base.yaml cannot be read: there is no such file',
  );
});

test('a second byte order mark is one inside the text', () => {
  expect(withDev('\ufeff\ufeff{}')).toEqual([
    expect.stringContaining('dev.yaml:1:1: here stands a byte order mark'),
  ]);
});
