import { scanObject } from '../../src/secrets/objects';
import { scanText } from '../../src/secrets/scan-text';
import { stringify } from 'yaml';
import { planted } from '../support/planted';

const variable = (name: string, value: string) => ({
  kind: 'Deployment',
  spec: { template: { spec: { containers: [{ name: 'web', env: [{ name, value }] }] } } },
});
const rules = (object: object): string[] =>
  scanObject(object as Record<string, unknown>).map(({ detection }) => detection.rule);

describe('what is looked for in an object', () => {
  it('finds a short value that its name gives away', () => {
    expect(rules(variable('DB_PASSWORD', 'tr0ub4dor.'))).toEqual(['key-name']);
    expect(rules(variable('LOG_LEVEL', 'tr0ub4dor.'))).toEqual([]);
  });

  it('finds the shortest format of a token, under whatever name', () => {
    expect(rules(variable('LOG_LEVEL', ['xoxa', '1a2b3c4d'].join('-')))).toEqual(['slack-token']);
  });

  const [a, b] = [planted.password(), planted.password()];
  const custom = (spec: object): object => ({ apiVersion: 'example.com/v1', kind: 'Thing', spec });
  const pod = (more: object): object => ({ kind: 'Pod', spec: { containers: [{ name: 'web', ...more }] } });

  it.each<[string, object, string[]]>([
    ['a list under a telling name', custom({ passwords: [a, b] }), ['key-name', 'key-name']],
    ['a map of several', custom({ passwords: { alice: a, bob: b } }), ['key-name', 'key-name']],
    ['a pair of key and value', custom({ settings: [{ key: 'password', value: a }] }), ['key-name']],
    ['a password of digits alone', custom({ password: 73519284 }), ['key-name']],
    ['an argument of mysql', pod({ command: ['mysql', '-uroot', `-p${a}`] }), ['command-line']],
    ['an argument of curl', pod({ args: ['/usr/bin/curl', '-u', `bob:${a}`, 'example.com'] }), ['curl-user']],
    ['a key that is a token', custom({ [planted.githubToken()]: 'x' }), ['github-token']],
    ['what only calls itself sealed', { kind: 'ConfigMap', data: { sealed: `password=${a}` } }, ['key-name']],
    ['plain text as ciphertext', custom({ encryptedData: { password: a } }), ['key-name']],
    [
      'half of a value of SOPS',
      { kind: 'ConfigMap', data: { password: `ENC[AES256_GCM,${a}` } },
      ['key-name'],
    ],
    [
      'a token in a definition',
      { kind: 'CustomResourceDefinition', spec: { default: planted.githubToken(), password: a } },
      ['github-token'],
    ],
  ])('finds %s, in an object and in a file', (_, object, wanted) => {
    expect(rules(object)).toEqual(wanted);
    expect(scanText(stringify(object), 'a.yaml').length).toBeGreaterThan(0);
  });

  it('tells nothing of the value where that is a name, or a key on the way', () => {
    const token = planted.githubToken();
    const found = scanObject(custom({ [token]: [{ name: token, password: a }] }) as Record<string, unknown>);
    expect(found.length).toBeGreaterThan(1);
    for (const { detection, field } of found) expect(field + detection.why).not.toContain(token);
  });

  it('takes names of Secrets, verbs and ciphertext for what they are', () => {
    const fine = [
      custom({ secrets: ['web-database'], passwords: [], tokens: { audience: 'api' }, keys: ['a', 'b'] }),
      custom({ secretRef: { name: 'web', key: 'password' }, tolerations: [{ key: 'node', value: 'spot' }] }),
      { kind: 'SealedSecret', spec: { encryptedData: { password: planted.ciphertext() } } },
      custom({ sops: { mac: 'ENC[AES256_GCM,data:ab,iv:cd,tag:ef,type:str]', password: 'x' } }),
    ];
    for (const object of fine) expect(rules(object)).toEqual([]);
  });
});
