import { scanObject } from '../../src/secrets/objects';

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
});
